use std::{fmt::Write as _, sync::OnceLock};

use allweather_core::Currency;
use allweather_market::{Market, PricePanel, Vintages};
use allweather_portfolio::{
    CostSpec, Spec,
    rebalance::{
        Calendar, Decision, Edge, Period, Reason, RebalanceError, Rebalancer, Review, Rule, Targets,
    },
};
use allweather_study::{
    CostLevel, Entrant, LevelStandings, Measure, Results, Standing, Standings, StudyError, Tournament,
    TournamentSpec, Verdict,
};
use rust_decimal::dec;
use serde_json::Value;

/// Figures of an independent program: numpy's random prices, a bracketed root for each trade, Hansen's test from its formulas with 100 000
/// draws of numpy's in blocks as `arch` finds them best, scipy for the deflated Sharpe ratio.
static EXPECTED: &str = include_str!("../data/tournament.json");

pub(crate) fn market() -> Market {
    let text = include_str!("../data/three_assets.csv");
    Market::new(Currency::JPY, PricePanel::from_csv("three_assets.csv", text).unwrap())
}

pub(crate) fn base() -> Spec {
    Spec::from_json(
        r#"{"name": "three", "capital": 1000000, "costs": {"proportional": "0.002"}, "rule": "never", "holdings":
            [{"asset": "a", "weight": 0.5}, {"asset": "b", "weight": 0.3}, {"asset": "c", "weight": 0.2}]}"#,
    )
    .unwrap()
}

pub(crate) fn spec() -> TournamentSpec {
    let mut entrants = vec![Entrant::monthly(), Entrant::half_yearly(), Entrant::never()];
    entrants.extend(Entrant::bands(&[dec!(3)]).unwrap());
    let costs = vec![CostLevel::times("costs", dec!(1)), CostLevel::times("dear", dec!(5))];
    TournamentSpec::new(base(), entrants, 40, 60).unwrap().with_costs(costs).unwrap().with_seed(2)
}

pub(crate) fn standings() -> &'static Standings {
    static STANDINGS: OnceLock<Standings> = OnceLock::new();
    STANDINGS.get_or_init(|| {
        let (market, nothing, spec) = (market(), Vintages::new(), spec());
        Tournament::new(&spec, &market, &nothing).unwrap().run(1, &|_| ()).unwrap()
    })
}

fn near(found: f64, expected: &Value, within: f64, what: &str) {
    let expected = expected.as_f64().unwrap();
    assert!((found - expected).abs() <= within, "{what}: {found} and not {expected}");
}

#[test]
fn history_is_as_an_independent_program_has_it() {
    let expected: Value = serde_json::from_str(EXPECTED).unwrap();
    let standings = standings();
    assert_eq!(standings.trials as u64, expected["trials"].as_u64().unwrap());
    assert_eq!(standings.levels.len(), 3);
    for level in &standings.levels {
        let expected = &expected["levels"][&level.name];
        assert_eq!(level.rows.len(), 5);
        for row in &level.rows {
            let what = format!("{} @ {}", row.name, level.name);
            let past = &expected["past"][&row.name];
            near(row.past.annual_return, &past["net"], 1e-10, &what);
            near(row.past.turnover, &past["turnover"], 1e-10, &what);
            near(row.past.rebalances, &past["times"], 1e-12, &what);
            near(row.past.costs, &past["cost"], 1e-10, &what);
            let gross = standings.levels[0].rule(&row.name).unwrap();
            assert_eq!(row.past.gross_return.to_bits(), gross.past.annual_return.to_bits());
            let (premium, parts) = (row.premium.unwrap(), &expected["premium"][&row.name]);
            near(premium.total, &parts["total"], 1e-11, &what);
            near(premium.excess_growth, &parts["excess"], 1e-11, &what);
            near(premium.drift, &parts["drift"], 1e-11, &what);
            near(premium.cost, &parts["cost"], 1e-11, &what);
            assert!(premium.overlay.abs() < 1e-13, "{what}: there is none");
            let Some(over) = &row.over else {
                assert_eq!((row.name.as_str(), row.verdict), ("yearly", Verdict::Benchmark));
                continue;
            };
            let rows = &expected["rows"][&row.name];
            near(over.excess, &rows["excess"], 1e-11, &what);
            near(over.tracking_error, &rows["te"], 1e-10, &what);
            near(over.information_ratio, &rows["ir"], 1e-8, &what);
            near(over.deflated.unwrap(), &rows["deflated"], 1e-8, &what);
            assert_eq!(row.verdict, Verdict::Luck);
        }
        let ability = level.luck.unwrap().ability;
        let spa = &expected["spa"];
        // Two seeds of 4 999 and 100 000 draws: three standard errors of a share of 4 999.
        near(ability.lower, &spa["lower"], 0.021, &level.name);
        near(ability.consistent, &spa["consistent"], 0.021, &level.name);
        near(ability.upper, &spa["upper"], 0.021, &level.name);
    }
}

#[test]
fn ranks_are_by_the_statistic_that_is_tested() {
    for level in &standings().levels {
        let statistics: Vec<f64> =
            level.rows.iter().map(|row| row.over.as_ref().map_or(0.0, |over| over.statistic)).collect();
        assert!(statistics.windows(2).all(|pair| pair[0] >= pair[1]), "{statistics:?}");
        let best = level.rows[0].over.as_ref().unwrap();
        let ability = level.luck.unwrap().ability;
        assert_eq!((best.statistic, best.p_value), (ability.statistic, ability.upper));
        assert!(level.winner().is_none());
    }
}

#[test]
fn paths_are_those_of_the_grid() {
    let (market, nothing, spec) = (market(), Vintages::new(), spec());
    let tournament = Tournament::new(&spec, &market, &nothing).unwrap();
    let results = tournament.study().run(2, &|_| ()).unwrap();
    let standings = tournament.standings(&results).unwrap();
    // One thread or two.
    assert_eq!(standings.to_json(), self::standings().to_json());
    for level in &standings.levels {
        for row in &level.rows {
            let tally = |level: &str| results.tally(&format!("{} @ {level}", row.name)).unwrap();
            let (net, gross) = (tally(&level.name), tally("no costs"));
            let mean = |tally: &allweather_study::Tally, measure| tally.measure(measure).mean().unwrap();
            assert_eq!(row.paths.annual_return.unwrap().mean, mean(net, Measure::AnnualReturn));
            assert_eq!(
                row.paths.cost,
                Some(mean(gross, Measure::AnnualReturn) - mean(net, Measure::AnnualReturn))
            );
            assert_eq!(row.paths.rebalances, net.measure(Measure::Rebalances).mean());
            assert_eq!((row.paths.lost, row.versus.is_none()), (0, row.name == "yearly"));
            let (premium, told) = (row.premium_on_paths.unwrap(), net.premium().unwrap());
            for (part, of) in [
                (premium.total, told.total()),
                (premium.excess_growth, told.excess_growth()),
                (premium.drift, told.drift()),
                (premium.overlay, told.overlay()),
                (premium.cost, told.cost()),
            ] {
                assert_eq!(Some(part.mean), of.mean());
                assert_eq!([Some(part.low), Some(part.median)], [0.05, 0.5].map(|p| of.quantile(p)));
                assert_eq!(Some(part.high), of.quantile(0.95));
            }
            assert_eq!((premium.missing, Some(premium.above)), (0, told.above().probability()));
            assert_eq!(Some(premium.above_within), told.above().interval());
            // Whoever holds has none; whoever trades pays for it, at the levels that ask for something.
            let trades = row.name != "never";
            assert_eq!(
                (premium.total.mean != 0.0, premium.cost.mean > 0.0),
                (trades, trades && level.name != "no costs")
            );
            if let Some(versus) = row.versus {
                let benchmark = results.tally(&format!("yearly @ {}", level.name)).unwrap();
                let difference = mean(net, Measure::AnnualReturn) - mean(benchmark, Measure::AnnualReturn);
                assert!((versus.annual_return.mean - difference).abs() < 1e-15);
                assert_eq!(versus.ahead, net.versus().unwrap().above(Measure::Wealth).probability().unwrap());
            }
        }
    }
    // What is not whole is no tournament.
    let nothing = Results::new(tournament.study());
    assert!(matches!(tournament.standings(&nothing), Err(StudyError::Results { .. })));
}

/// More often costs more, and the cost of a rule is what its gross return is above its net one.
#[test]
fn frequency_has_its_price() {
    for level in &standings().levels[1..] {
        let names: Vec<&str> = level.by_frequency().iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["monthly", "half-yearly", "yearly"]);
        let costs: Vec<f64> = level.by_frequency().iter().map(|row| row.past.costs).collect();
        assert!(costs.windows(2).all(|pair| pair[0] > pair[1]), "{costs:?}");
        for row in level.by_frequency() {
            let drag = row.past.gross_return - row.past.annual_return;
            assert!((drag / row.past.costs - 1.0).abs() < 0.1, "{drag} {}", row.past.costs);
        }
    }
}

/// Trades every month.
#[derive(Debug)]
struct Always;

impl Rebalancer for Always {
    fn decide(&self, _: &Review<'_>, _: &mut Targets) -> Result<Decision, RebalanceError> {
        Ok(Decision::Rebalance(Reason::Other("always".into())))
    }
}

/// Every number of what a rule came to on the paths, in order.
fn numbers(standing: &Standing) -> Vec<f64> {
    fn flat(value: &Value, into: &mut Vec<f64>) {
        match value {
            Value::Array(parts) => parts.iter().for_each(|part| flat(part, into)),
            Value::Object(parts) => parts.values().for_each(|part| flat(part, into)),
            value => into.extend(value.as_f64()),
        }
    }
    let mut into = Vec::new();
    flat(&serde_json::json!([standing.paths, standing.versus, standing.premium_on_paths]), &mut into);
    into
}

fn with_own(fingerprint: &str) -> TournamentSpec {
    let entrants = vec![Entrant::own("mine", fingerprint), Entrant::monthly()];
    TournamentSpec::new(base(), entrants, 3, 24).unwrap()
}

#[test]
fn a_rule_of_ones_own_takes_part() {
    let (market, nothing, spec) = (market(), Vintages::new(), with_own("first"));
    let tournament = Tournament::new(&spec, &market, &nothing).unwrap();
    // Nobody has handed it over: no path runs before that is told.
    let no_path = |_| unreachable!("history comes first");
    assert!(
        matches!(tournament.run(1, &no_path), Err(StudyError::RuleMissing { variant, .. }) if variant == "mine @ no costs")
    );
    let mut none = Results::new(tournament.study());
    let missing = tournament.study().resume(&mut none, 1, &no_path, |_| Ok(()));
    assert!(matches!(missing, Err(StudyError::RuleMissing { .. })));
    let tournament = tournament.with_rule("mine", &Always).unwrap();
    let standings = tournament.run(1, &|_| ()).unwrap();
    // It trades each month, like the other.
    for level in &standings.levels {
        let (mine, monthly) = (level.rule("mine").unwrap(), level.rule("monthly").unwrap());
        assert_eq!(mine.past, monthly.past);
        // On paths a rule of one's own runs on the engine, a calendar on the kernel.
        let (mine_on_paths, monthly_on_paths) = (numbers(mine), numbers(monthly));
        assert_eq!(mine_on_paths.len(), monthly_on_paths.len());
        for (a, b) in mine_on_paths.iter().zip(&monthly_on_paths) {
            assert!((a - b).abs() < 1e-12, "{a} is not {b}");
        }
        // Its spec says `never`, which is not what it does: nobody's premium is over it.
        assert!(mine.premium_on_paths.unwrap().total.mean.abs() > 1e-6);
        assert_eq!((mine.every, monthly.every), (None, Some(Period::Month)));
    }
    // Another fingerprint is another study, whose results do not merge.
    let other = with_own("second");
    let other = Tournament::new(&other, &market, &nothing).unwrap();
    assert_ne!(other.study().id(), tournament.study().id());
    let results = tournament.study().run(1, &|_| ()).unwrap();
    assert!(Results::new(other.study()).merge(&results).is_err());
    assert!(matches!(other.with_rule("monthly", &Always), Err(StudyError::NotOwn { .. })));
    let unknown = Tournament::new(&spec, &market, &nothing).unwrap().with_rule("theirs", &Always);
    assert!(matches!(unknown, Err(StudyError::Unnamed { .. })));
}

fn level<'a>(standings: &'a Standings, name: &str) -> &'a LevelStandings {
    standings.level(name).unwrap()
}

/// A market on which yearly rebalancing is plainly wrong: two assets take turns, a month each.
#[test]
fn what_is_better_beyond_luck_is_crowned() {
    let mut text = "month,a_jpy,b_jpy\n".to_owned();
    let (mut a, mut b) = (100.0_f64, 100.0_f64);
    for k in 0..121 {
        writeln!(text, "{}-{:02},{a:.6},{b:.6}", 2000 + k / 12, k % 12 + 1).unwrap();
        let up = 1.10 + f64::from(k * 7 % 5) * 0.004;
        (a, b) = if k % 2 == 0 { (a * up, b / 1.08) } else { (a / 1.08, b * up) };
    }
    let market = Market::new(Currency::JPY, PricePanel::from_csv("turns.csv", &text).unwrap());
    let base = Spec::from_json(
        r#"{"name": "turns", "capital": 1, "costs": {"proportional": "0.0001"}, "rule": "never",
            "holdings": [{"asset": "a", "weight": 0.5}, {"asset": "b", "weight": 0.5}]}"#,
    );
    let spec = TournamentSpec::new(base.unwrap(), vec![Entrant::monthly(), Entrant::never()], 2, 24).unwrap();
    let nothing = Vintages::new();
    let run =
        |spec: &TournamentSpec| Tournament::new(spec, &market, &nothing).unwrap().run(1, &|_| ()).unwrap();
    let standings = run(&spec);
    let winner = level(&standings, "costs").winner().unwrap();
    assert_eq!((winner.name.as_str(), winner.verdict), ("monthly", Verdict::Skill));
    let over = winner.over.as_ref().unwrap();
    assert!(over.p_value < 0.05 && over.deflated.unwrap() > 0.95, "{over:?}");
    // The same where very many were tried before: what is left is luck.
    let many = run(&spec.clone().with_tried_elsewhere(4_000_000_000));
    assert_eq!(many.trials, 4_000_000_004);
    let sure =
        |standings: &Standings| level(standings, "costs").rule("monthly").unwrap().over.clone().unwrap();
    assert!(sure(&many).deflated < over.deflated && sure(&many).p_value == over.p_value);
    // A rule that costs make worse is not crowned.
    let dear = spec.with_costs(vec![CostLevel::new(
        "dear",
        serde_json::from_str(r#"{"proportional": "0.3"}"#).unwrap(),
    )]);
    assert!(level(&run(&dear.unwrap()), "dear").winner().is_none());
}

/// One rule at one cost shows no deviation among its trials: rules that were tried elsewhere count all the same.
#[test]
fn what_was_tried_elsewhere_counts() {
    let (market, nothing) = (market(), Vintages::new());
    let free = Spec { costs: CostSpec::default(), ..base() };
    let spec = TournamentSpec::new(free, vec![Entrant::never()], 2, 24).unwrap();
    let deflated = |spec: &TournamentSpec| {
        let standings = Tournament::new(spec, &market, &nothing).unwrap().run(1, &|_| ()).unwrap();
        level(&standings, "costs").rule("never").unwrap().over.as_ref().unwrap().deflated.unwrap()
    };
    let (alone, among) = (deflated(&spec), deflated(&spec.clone().with_tried_elsewhere(1000)));
    assert!(among < 0.1 * alone && alone > 0.1, "{alone} {among}");
    // What other levels are listed changes the count, and nothing else.
    let more = spec.clone().with_costs(vec![
        CostLevel::times("costs", dec!(1)),
        CostLevel::new("dear", serde_json::from_str(r#"{"proportional": "0.3"}"#).unwrap()),
    ]);
    assert_eq!(deflated(&spec.with_tried_elsewhere(1)), deflated(&more.unwrap()));
}

/// What is not read is no part of the study: two tournaments that differ there go on from each other's results.
#[test]
fn what_is_not_read_is_not_in_the_id() {
    let (market, nothing) = (market(), Vintages::new());
    let id = |base: Spec, own: Entrant| {
        let spec = TournamentSpec::new(base, vec![own], 2, 24).unwrap();
        Tournament::new(&spec, &market, &nothing).unwrap().study().id().to_owned()
    };
    let own = Entrant::own("mine", "first");
    let other = Spec { start: Some("2003-01".parse().unwrap()), ..base() };
    let mut ruled = own.clone();
    ruled.rule = Entrant::monthly().rule;
    assert_eq!(id(base(), own.clone()), id(other, ruled));
    assert_ne!(id(base(), own), id(base(), Entrant::own("mine", "second")));
    for blank in ["", " \t"] {
        let error = TournamentSpec::new(base(), vec![Entrant::own("mine", blank)], 2, 24).unwrap_err();
        assert!(matches!(error, StudyError::Fingerprint { variant, .. } if variant == "mine @ no costs"));
    }
}

#[test]
fn a_rule_that_is_the_benchmark_is_called_that() {
    let (market, nothing) = (market(), Vintages::new());
    let again = Rule::Calendar(Calendar { every: Period::Year, on: Edge::End });
    let spec = TournamentSpec::new(base(), vec![Entrant::new("again", again)], 2, 24).unwrap();
    let standings = Tournament::new(&spec, &market, &nothing).unwrap().run(1, &|_| ()).unwrap();
    let level = level(&standings, "costs");
    let again = level.rule("again").unwrap();
    assert_eq!((again.verdict, &again.over, level.luck), (Verdict::Same, &None, None));
    assert!(level.untested.is_some());
    assert_eq!(again.versus.unwrap().annual_return.mean, 0.0);
    assert_eq!(again.versus.unwrap().ahead, 0.0);
}

#[test]
fn a_spec_is_read_as_it_is_written_and_nothing_invalid_is() {
    let spec = spec().with_past(36).unwrap().with_significance(0.1).unwrap().with_draws(99).unwrap();
    let spec = spec.with_tried_elsewhere(7).with_span("2001-01".parse().unwrap(), "2006-12".parse().unwrap());
    let text = spec.canonical_json();
    let again = TournamentSpec::from_json(&text).unwrap();
    assert_eq!((again.canonical_json(), &again), (text.clone(), &spec));
    assert_eq!((spec.trials(), spec.grid().variants().len()), (4 * 3 + 7, 15));
    assert_eq!(spec.grid().variants()[6].name, "monthly @ costs");
    assert_eq!(spec.grid().variants()[6].against.as_deref(), Some("yearly @ costs"));
    assert_eq!(spec.grid().variants()[5].against, None);
    let CostSpec::Proportional(costs) = &spec.grid().variants()[14].spec.costs else { unreachable!() };
    assert_eq!(costs.rate().to_string(), "1 %");
    for (found, instead, why) in [
        (r#""name":"never""#, r#""name":"monthly""#, "two variants are called \"monthly @ no costs\""),
        (r#""name":"never""#, r#""name":"yearly""#, "two variants are called \"yearly @ no costs\""),
        (r#""name":"dear""#, r#""name":"no costs""#, "two variants are called"),
        (r#""times":"5""#, r#""times":"500""#, "0..0.5"),
        (r#""times":"5""#, r#""times":"-1""#, "0..0.5"),
        (
            r#""significance":0.1"#,
            r#""significance":1"#,
            "the level of significance 1 is not above 0 and below 1",
        ),
        (
            r#""draws":99"#,
            r#""draws":0"#,
            "0 draws are not 1/0.1 to 1000000, for a level of significance of 0.1",
        ),
        (r#""past":36"#, r#""past":1"#, "1 months of the past"),
        (r#""paths":40"#, r#""paths":0"#, "a study has paths of at least 1"),
        (r#""draws":99"#, r#""draws":99,"more":1"#, "unknown field"),
        (r#""months":60"#, r#""months":0"#, "a study has months of at least 1"),
    ] {
        assert!(text.contains(found), "{found}");
        let error = TournamentSpec::from_json(&text.replacen(found, instead, 1)).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
    // Of fewer draws than one over the level no p-value but 0 is below it.
    let few = spec.clone().with_draws(9).unwrap_err().to_string();
    assert_eq!(few, "9 draws are not 1/0.1 to 1000000, for a level of significance of 0.1");
    assert!(spec.clone().with_draws(10).is_ok() && spec.clone().with_significance(0.01).is_err());
    assert!(spec.clone().with_draws(1_000_001).is_err());
    assert!(spec.clone().with_draws(1000).unwrap().with_significance(0.001).is_ok());
    assert!(spec.clone().with_significance(f64::NAN).is_err());
    let nobody = TournamentSpec::new(base(), Vec::new(), 1, 12).unwrap_err().to_string();
    assert_eq!(nobody, "a study has entrants of at least 1");
    let free = spec.with_costs(Vec::new()).unwrap_err().to_string();
    assert_eq!(free, "a study has cost levels of at least 1");
}
