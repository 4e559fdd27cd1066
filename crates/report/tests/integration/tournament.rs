//! The page of rules compared.

use allweather_core::Currency;
use allweather_market::{Market, PricePanel, Vintages};
use allweather_portfolio::{Spec, rfr::RateHistory, simulate};
use allweather_report::{Language, Report, Sources};
use allweather_study::{CostLevel, Entrant, Standing, Standings, Tournament, TournamentSpec, Verdict};
use rust_decimal::dec;

use crate::runs::{number, page, same, sound, table, texts};

/// A name that must not end anything in a page.
const HOSTILE: &str = "<script>alert(1)</script>";

fn market() -> Market {
    let text = include_str!("../data/three_assets.csv");
    Market::new(Currency::JPY, PricePanel::from_csv("three_assets.csv", text).unwrap())
}

fn base() -> Spec {
    Spec::from_json(
        r#"{"name": "three", "capital": 1000000, "costs": {"proportional": "0.002"},
            "rule": {"calendar": {"every": "year", "on": "end"}}, "holdings":
            [{"asset": "a", "weight": 0.5}, {"asset": "b", "weight": 0.3}, {"asset": "c", "weight": 0.2}]}"#,
    )
    .unwrap()
}

fn standings(market: &Market, entrants: Vec<Entrant>) -> Standings {
    let costs = vec![CostLevel::times("as they are", dec!(1)), CostLevel::times(HOSTILE, dec!(5))];
    let spec = TournamentSpec::new(base(), entrants, 30, 36).unwrap().with_costs(costs).unwrap();
    let spec = spec.with_draws(199).unwrap();
    Tournament::new(&spec, market, &Vintages::new()).unwrap().run(1, &|_| ()).unwrap()
}

fn report(market: &Market, standings: &Standings) -> Report {
    let record = simulate(&base(), market, &RateHistory::default()).unwrap();
    let nothing = Vintages::new();
    let sources = Sources::new(market, &nothing).with_weathers(Vec::new()).with_tournament(standings);
    Report::new(&record, &sources).unwrap()
}

#[test]
fn every_figure_is_that_of_the_standings() {
    let market = market();
    let mut named = Entrant::never();
    named.name = HOSTILE.to_owned();
    let standings = standings(&market, vec![Entrant::monthly(), Entrant::half_yearly(), named]);
    let report = report(&market, &standings);
    let page = page(&report, "tournament");
    sound(page);
    assert_eq!((standings.levels.len(), page.sections.len()), (3, 4));
    for (place, level) in standings.levels.iter().enumerate() {
        let ranks = table(&report, &format!("tournament_ranks_{place}"));
        assert_eq!(ranks.rows.len(), 4);
        for (row, standing) in level.rows.iter().enumerate() {
            let Standing { name, past, over, .. } = standing;
            let over = over.as_ref();
            let sharpe = over.and_then(|over| over.sharpe);
            assert_eq!(ranks.cell(row, "rule").unwrap().value.text(Language::English), *name);
            for (column, expected) in [
                ("net", Some(past.annual_return)),
                ("excess", over.map(|over| over.excess)),
                ("tracking_error", over.map(|over| over.tracking_error)),
                ("p_value", over.map(|over| over.p_value)),
                ("deflated", over.and_then(|over| over.deflated)),
                ("sharpe", past.sharpe),
                ("sharpe_over", sharpe.map(|sharpe| sharpe.difference)),
                ("sharpe_p", sharpe.map(|sharpe| sharpe.p_value)),
                ("deviation", past.deviation),
                ("drawdown", Some(past.drawdown)),
            ] {
                same(number(ranks, row, column), expected);
            }
        }
        let drawn = page.figures().find(|figure| figure.id == format!("tournament_spread_{place}")).unwrap();
        for (row, standing) in level.rows.iter().enumerate() {
            let spread = standing.paths.annual_return.unwrap();
            let values: Vec<_> = drawn.series.iter().map(|series| series.values[row].unwrap()).collect();
            assert_eq!(values, [spread.median, spread.low, spread.high]);
        }
        if place == 0 {
            assert!(report.table("tournament_frequency_0").is_none());
            continue;
        }
        let frequency = table(&report, &format!("tournament_frequency_{place}"));
        assert_eq!(frequency.rows.len(), 3, "what does not go by the calendar is not among them");
        for (row, standing) in level.by_frequency().into_iter().enumerate() {
            let Standing { past, paths, versus, over, .. } = standing;
            let spread = versus.map(|versus| versus.annual_return);
            let sharpe = over.as_ref().and_then(|over| over.sharpe);
            for (column, expected) in [
                ("times", Some(past.rebalances)),
                ("turnover", Some(past.turnover)),
                ("gross", Some(past.gross_return)),
                ("net", Some(past.annual_return)),
                ("costs", Some(past.costs)),
                ("path_cost", paths.cost),
                ("path_over", spread.map(|spread| spread.mean)),
                ("path_within", spread.and_then(|spread| spread.mean_within)),
                ("path_low", spread.map(|spread| spread.low)),
                ("path_high", spread.map(|spread| spread.high)),
                ("ahead", versus.map(|versus| versus.ahead)),
                ("sharpe_over", sharpe.map(|sharpe| sharpe.difference)),
                ("sharpe_p", sharpe.map(|sharpe| sharpe.p_value)),
            ] {
                same(number(frequency, row, column), expected);
            }
        }
        let premium = table(&report, &format!("tournament_premium_{place}"));
        for (row, standing) in level.rows.iter().enumerate() {
            let found =
                ["excess_growth", "drift", "overlay", "costs"].map(|column| number(premium, row, column));
            let expected = standing.premium.unwrap();
            same(number(premium, row, "premium"), Some(expected.total));
            let parts = [expected.excess_growth, expected.drift, expected.overlay, -expected.cost];
            assert_eq!(found, parts.map(Some));
            let sum: f64 = found.into_iter().flatten().sum();
            assert!((sum - expected.total).abs() < 1e-12, "the parts add up");
        }
    }
    // Nobody is crowned, and the page says so at every level, in both languages.
    let (en, ja) = (texts(page, Language::English), texts(page, Language::Japanese));
    assert!(standings.levels.iter().all(|level| level.winner().is_none()));
    assert_eq!(en.matches("No rule is distinguishable from luck.").count(), 3);
    assert_eq!(ja.matches("偶然と区別できるルールはありません。").count(), 3);
    assert!(en.contains("monthly less yearly, on paths drawn from this history: -"), "{en}");
    assert!(en.contains("Drawing more paths would not change the sign."), "{en}");
    // A name out of a file ends nothing.
    let site = report.site().unwrap();
    for name in ["tournament.html", "ja/tournament.html"] {
        let text = String::from_utf8(site.files()[name].clone()).unwrap();
        assert!(
            !text.contains("<script>alert")
                && text.contains("&lt;script&gt;alert") | text.contains("&#60;script")
        );
    }
}

/// What a verdict must not hide: more risk, a test that is passed alone, paths on which everything was lost.
#[test]
fn what_a_verdict_needs_beside_it_is_said() {
    let market = market();
    let mut standings = standings(&market, vec![Entrant::monthly(), Entrant::never()]);
    let say = |standings: &Standings| {
        let report = report(&market, standings);
        let page = page(&report, "tournament");
        sound(page);
        (texts(page, Language::English), texts(page, Language::Japanese))
    };
    let (en, ja) = say(&standings);
    assert!(!en.contains("hints that") && !en.contains("was lost") && !ja.contains("全額を失い"), "{en}");
    standings.levels[1].luck.as_mut().unwrap().ability.consistent = 0.02;
    let never = standings.levels[2].rows.iter_mut().find(|row| row.name == "never").unwrap();
    never.verdict = Verdict::Skill;
    never.paths.lost = 3;
    let over = never.over.as_mut().unwrap();
    over.sharpe.as_mut().unwrap().difference = -0.2;
    let (en, ja) = say(&standings);
    assert_eq!(en.matches("hints that some rule is better").count(), 1);
    assert_eq!(ja.matches("より良いルールがあることを示唆しますが").count(), 1);
    assert!(en.contains("never beats yearly by more than luck explains, with a lower Sharpe ratio: it took more risk. Its p-value"), "{en}");
    assert!(ja.contains("シャープレシオは基準より低く"), "{ja}");
    assert!(en.contains("Everything was lost on some of the 30 paths (never: 3)."), "{en}");
    assert!(ja.contains("（never: 3）"), "{ja}");
    let never = standings.levels[2].rows.iter_mut().find(|row| row.name == "never").unwrap();
    never.over.as_mut().unwrap().sharpe.as_mut().unwrap().difference = 0.2;
    assert!(!say(&standings).0.contains("more risk"));
}

#[test]
fn what_cannot_be_tested_is_said() {
    let market = market();
    let mut again = Entrant::yearly();
    again.name = "again".to_owned();
    let standings = standings(&market, vec![again]);
    let report = report(&market, &standings);
    let page = page(&report, "tournament");
    sound(page);
    assert!(standings.levels.iter().all(|level| level.rows.iter().all(|row| row.verdict != Verdict::Skill)));
    assert_eq!(texts(page, Language::English).matches("The rules cannot be tested: ").count(), 3);
}

#[test]
fn a_report_without_a_tournament_has_no_page_of_it() {
    let report = &crate::main_job().report;
    assert!(report.pages().iter().all(|page| page.id != "tournament"));
}
