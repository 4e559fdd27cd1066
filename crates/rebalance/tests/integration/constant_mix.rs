use allweather_core::Percent;
use allweather_rebalance::{
    Calendar, DriftBand, DriftMeasure, Edge, Period, RebalanceError, Rule, Scope,
    paths::{ConstantMix, MixTotals, Moment, Timetable},
};
use chrono::NaiveDate;
use proptest::prelude::*;
use rust_decimal::dec;

/// A portfolio, the rows of a path through it, and what is done at each.
#[derive(Debug, Clone)]
struct Case {
    assets: usize,
    growth: Vec<f64>,
    weights: Vec<f64>,
    rates: Vec<f64>,
    half_widths: Vec<f64>,
    path: Vec<(usize, Moment)>,
}

fn case() -> impl Strategy<Value = Case> {
    (1..=9_usize, 1..=30_usize).prop_flat_map(|(assets, rows)| {
        let numbers = |range: std::ops::Range<f64>, count: usize| prop::collection::vec(range, count);
        // One of them at least is held.
        let weight = || prop_oneof![1 => Just(0.0), 5 => 0.01..1.0];
        let weights = (prop::collection::vec(weight(), assets), 0..assets, 0.01..1.0);
        let weights = weights.prop_map(|(mut raw, held, weight)| {
            raw[held] = weight;
            let sum: f64 = raw.iter().sum();
            raw.iter().map(|weight| weight / sum).collect::<Vec<_>>()
        });
        let moment = prop_oneof![1 => Just(Moment::Hold), 4 => Just(Moment::Look), 1 => Just(Moment::Trade)];
        // Blocks: a row, how many follow it, and what is done at them.
        let block = (0..rows, prop::collection::vec(moment, 1..25));
        let path = prop::collection::vec(block, 1..8);
        let half_widths = prop::collection::vec(prop_oneof![1 => Just(f64::INFINITY), 5 => 0.0..0.3], assets);
        (numbers(0.7..1.4, assets * rows), weights, numbers(0.0..0.05, assets), half_widths, path).prop_map(
            move |(growth, weights, rates, half_widths, blocks)| {
                let block = |(row, moments): (usize, Vec<Moment>)| {
                    (0..).zip(moments).map(move |(after, moment)| ((row + after) % rows, moment))
                };
                let path = blocks.into_iter().flat_map(block).collect();
                Case { assets, growth, weights, rates, half_widths, path }
            },
        )
    })
}

impl Case {
    fn mix(&self) -> ConstantMix {
        ConstantMix::new(&self.growth, &self.weights, &self.rates, Some(&self.half_widths)).unwrap()
    }

    fn row(&self, row: usize) -> &[f64] {
        &self.growth[row * self.assets..][..self.assets]
    }

    /// The text book: holdings in money, weights by division, costs by bisection.
    fn plainly(&self, capital: f64) -> (Vec<f64>, usize, f64, f64) {
        let mut holdings = vec![0.0; self.assets];
        let (mut values, mut rebalances, mut turnover, mut costs) = (Vec::new(), 0, 0.0, 0.0);
        let mut trade = |holdings: &mut Vec<f64>, value: f64| {
            let cost = |after: f64| -> f64 {
                let rows = self.weights.iter().zip(&self.rates).zip(holdings.iter());
                rows.map(|((w, k), h)| k * (w * after - h).abs()).sum()
            };
            let (mut low, mut high) = (0.0, value);
            for _ in 0..200 {
                let middle = f64::midpoint(low, high);
                if middle + cost(middle) > value { high = middle } else { low = middle }
            }
            costs += cost(low);
            let traded: f64 =
                self.weights.iter().zip(holdings.iter()).map(|(w, h)| (w * low - h).abs()).sum();
            *holdings = self.weights.iter().map(|w| w * low).collect();
            (low, traded / value)
        };
        values.push(trade(&mut holdings, capital).0);
        for (row, moment) in &self.path {
            for (h, g) in holdings.iter_mut().zip(self.row(*row)) {
                *h *= g;
            }
            let mut value: f64 = holdings.iter().sum();
            let far = |((h, w), b): ((&f64, &f64), &f64)| (h / value - w).abs() >= *b;
            let left = holdings.iter().zip(&self.weights).zip(&self.half_widths).any(far);
            if *moment == Moment::Trade || (*moment == Moment::Look && left) {
                let (after, traded) = trade(&mut holdings, value);
                rebalances += 1;
                turnover += traded;
                value = after;
            }
            values.push(value);
        }
        (values, rebalances, turnover, costs)
    }
}

fn walked(mix: &ConstantMix, path: &[(usize, Moment)]) -> (MixTotals, Vec<f64>) {
    let mut values = Vec::new();
    let totals = mix.walker().walk(1e6, path.iter().copied(), |value| values.push(value)).unwrap();
    (totals, values)
}

fn near(found: f64, expected: f64, scale: f64) -> bool {
    (found - expected).abs() <= 1e-12 * scale
}

proptest! {
    /// The kernel against the text book.
    #[test]
    fn a_path_is_what_the_text_book_says(case in case()) {
        let (totals, values) = walked(&case.mix(), &case.path);
        let (expected, rebalances, turnover, costs) = case.plainly(1e6);
        prop_assert_eq!(totals.rebalances, rebalances);
        let (mut again, mut trades) = (Vec::new(), Vec::new());
        let told = |value, traded| { again.push(value); trades.push(traded); };
        let told = case.mix().walker().walk_with_trades(1e6, case.path.iter().copied(), told).unwrap();
        prop_assert_eq!((&told, &again), (&totals, &values));
        prop_assert_eq!(trades.iter().filter(|traded| **traded).count(), rebalances + 1);
        for (found, expected) in values.iter().zip(&expected) {
            prop_assert!(near(*found, *expected, *expected), "{} for {}", found, expected);
        }
        prop_assert!(near(totals.turnover, turnover, 1.0 + turnover));
        // What bisection leaves open is a part of the value, also where nothing is traded.
        prop_assert!(near(totals.costs, costs, expected.iter().fold(costs, |most, value| most.max(*value))));
        let mut peak = f64::NEG_INFINITY;
        let falls = expected.iter().map(|value| { peak = peak.max(*value); 1.0 - value / peak });
        prop_assert!(near(totals.drawdown, falls.fold(0.0, f64::max), 1.0));
    }

    /// What was walked before leaves no trace.
    #[test]
    fn a_path_does_not_know_the_one_before(case in case(), cut in 0..50_usize) {
        let (mix, path) = (case.mix(), || case.path.iter().copied());
        let mut walker = mix.walker();
        let first = walker.walk(1e6, path(), |_| ()).unwrap();
        walker.walk(3.0, path().take(cut), |_| ()).unwrap();
        prop_assert!(walker.walk(1e6, path().take(cut).chain([(mix.rows(), Moment::Look)]), |_| ()).is_err());
        prop_assert_eq!(walker.walk(1e6, path(), |_| ()).unwrap(), first);
    }
}

/// 60/40 at 1 %: bought for 100 / 1.01; a third more of the first is 12.5 points out of a band of 10, and 6.25 within it.
#[test]
fn figures_by_hand() {
    let growth = [4.0 / 3.0, 1.0];
    let mix =
        |half_width: f64| ConstantMix::new(&growth, &[0.5, 0.5], &[0.01; 2], Some(&[half_width; 2])).unwrap();
    let (totals, values) = walked(&mix(0.1), &[(0, Moment::Look)]);
    let bought = 1e6 / 1.01;
    assert!(near(values[0], bought, bought));
    // 4/7 is 7.1 points away.
    let held = bought * 7.0 / 6.0;
    assert_eq!(totals.rebalances, 0);
    assert!(near(totals.value, held, held) && near(totals.costs, 1e6 - bought, 1e6));
    let (totals, _) = walked(&mix(0.07), &[(0, Moment::Look)]);
    // Sold of the first and bought of the second at 1 %: 2/3 − x/2 − (x/2 − 1/2) = 1/6 whatever x; so the cost is 1/600 of what was held.
    let after = bought * (7.0 / 6.0 - 1.0 / 600.0);
    assert_eq!(totals.rebalances, 1);
    assert!(near(totals.value, after, after), "{} for {after}", totals.value);
    assert!(near(totals.turnover, 1.0 / 7.0, 1.0));
    assert!(near(totals.costs, 1e6 - bought + bought / 600.0, 1e6));
}

/// As far away as the band is wide is outside, as it is for an engine.
#[test]
fn the_edge_of_the_band_trades() {
    let rebalances = |half_width: f64| {
        let growth = [1.0, 1.0, 1.5, 0.5];
        let mix = ConstantMix::new(&growth, &[0.5; 2], &[0.0; 2], Some(&[half_width; 2])).unwrap();
        // Once looked up; once worked out, as the rows do not follow each other.
        [&[1][..], &[0, 0, 1]].map(|rows| {
            let path: Vec<_> = rows.iter().map(|row| (*row, Moment::Look)).collect();
            walked(&mix, &path).0.rebalances
        })
    };
    assert_eq!(rebalances(0.25), [1, 1]);
    assert_eq!(rebalances(0.25_f64.next_up()), [0, 0]);
}

#[test]
fn the_largest_drawdown_counts_the_purchase() {
    let mix = ConstantMix::new(&[0.5, 4.0, 0.75], &[1.0], &[0.0], None).unwrap();
    let (totals, _) = walked(&mix, &[(0, Moment::Hold), (1, Moment::Look), (2, Moment::Hold)]);
    assert_eq!((totals.drawdown, totals.value, totals.rebalances), (0.5, 1.5e6, 0));
    // Without a step there is nothing but the purchase.
    assert_eq!(walked(&mix, &[]).1, [1e6]);
}

#[test]
fn what_does_not_fit_is_refused() {
    let mix = |growth: &[f64], weights: &[f64], rates: &[f64], half_widths: Option<&[f64]>| {
        ConstantMix::new(growth, weights, rates, half_widths).unwrap_err().to_string()
    };
    assert_eq!(mix(&[1.0; 3], &[0.5; 2], &[0.0; 2], None), "3 growth factors for 2 assets");
    assert_eq!(mix(&[1.0; 4], &[0.5; 2], &[0.0], None), "1 cost rates for 2 assets");
    assert_eq!(mix(&[1.0; 4], &[0.5; 2], &[0.0; 2], Some(&[0.1])), "1 half widths for 2 assets");
    assert_eq!(mix(&[1.0; 4], &[0.5, 0.4], &[0.0; 2], None), "target weights add up to 0.9, not 1");
    assert_eq!(mix(&[], &[], &[], None), "target weights add up to 0, not 1");
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let words = mix(&[1.0, bad], &[0.5; 2], &[0.0; 2], None);
        assert_eq!(words, format!("growth factor {bad} at position 1 is not above 0, and finite"));
    }
    for bad in [-0.5, f64::NAN, f64::INFINITY] {
        assert!(mix(&[1.0; 2], &[1.5, bad], &[0.0; 2], None).starts_with("target weight"));
        assert!(mix(&[1.0; 2], &[0.5; 2], &[0.0, bad], None).starts_with("cost rate"));
    }
    assert!(mix(&[1.0; 2], &[0.5; 2], &[0.5, 0.0], None).ends_with("is not in 0..0.5"));
    for bad in [-0.1, f64::NAN] {
        assert!(mix(&[1.0; 2], &[0.5; 2], &[0.0; 2], Some(&[0.1, bad])).starts_with("half width"));
    }
    let mix = ConstantMix::new(&[1e300, 1e-300], &[1.0], &[0.0], None).unwrap();
    let walk = |capital: f64, rows: &[usize]| {
        mix.walker().walk(capital, rows.iter().map(|row| (*row, Moment::Hold)), |_| ())
    };
    assert!(matches!(walk(1.0, &[0, 2]), Err(RebalanceError::Range { what: "row", position: 1, .. })));
    for rows in [[0, 0], [1, 1]] {
        let refused = walk(1.0, &rows).unwrap_err();
        assert!(refused.to_string().starts_with("value at the end"), "{refused}");
    }
    for capital in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let refused = walk(capital, &[0]).unwrap_err();
        assert!(refused.to_string().starts_with("capital"), "{refused}");
    }
}

#[test]
fn walking_allocates_nothing() {
    let growth: Vec<f64> = (0..60).map(|i| 1.0 + 0.07 * f64::from(i * 37 % 11 - 5)).collect();
    let mix = ConstantMix::new(&growth, &[0.2; 5], &[0.001; 5], Some(&[0.03; 5])).unwrap();
    let mut walker = mix.walker();
    let path = || (0..2000).map(|step| (step * step % 12, Moment::Look));
    let info = allocation_counter::measure(|| {
        assert!(walker.walk(1.0, path(), |_| ()).unwrap().rebalances > 100);
    });
    assert_eq!(info.count_total, 0);
}

fn month_ends(months: i32) -> Vec<NaiveDate> {
    let first: allweather_core::Month = "2019-11".parse().unwrap();
    (0..months).map(|month| first.offset(month).last_day()).collect()
}

/// Which rules need nothing but dates and drifts, and what they make of them.
#[test]
fn timetables() {
    use Moment::{Hold, Look, Trade};
    let dates = month_ends(6);
    let of = |rule: &Rule| Timetable::of(rule, &dates, None).unwrap();
    let band = |threshold: u32, scope| {
        Rule::DriftBand(DriftBand::new(DriftMeasure::Portfolio, threshold, scope).unwrap())
    };
    let calendar = |every, on| Rule::Calendar(Calendar { every, on });
    let yearly = || calendar(Period::Year, Edge::Start);
    let looks = of(&band(2, Scope::All)).unwrap();
    assert_eq!(looks.moments(), [Look; 5]);
    let widths = looks.half_widths(&[0.25, 0.75]);
    assert!(widths.iter().all(|width| (width - 0.015).abs() < 1e-10 && *width < 0.015), "{widths:?}");
    assert_eq!(of(&Rule::Never).unwrap().moments(), [Hold; 5]);
    assert_eq!(of(&yearly()).unwrap().moments(), [Hold, Trade, Hold, Hold, Hold]);
    assert_eq!(of(&yearly()).unwrap().half_widths(&[1.0]), [f64::INFINITY]);
    // The last of the dates has none after it: March ends the quarter.
    let quarterly = calendar(Period::Quarter, Edge::End);
    assert_eq!(of(&quarterly).unwrap().moments(), [Trade, Hold, Hold, Trade, Hold]);
    let known =
        |next: &str, rule: &Rule| Timetable::of(rule, &dates[..5], next.parse().ok()).unwrap().unwrap();
    assert_eq!(known("2020-04-30", &quarterly).moments(), [Trade, Hold, Hold, Trade]);
    assert_eq!(known("2020-03-31", &quarterly).moments(), [Trade, Hold, Hold, Hold]);
    // No weekday of the year is left after its 31st of December, but some are after its 30th.
    let days = ["2019-12-27", "2019-12-30"].map(|day| day.parse::<NaiveDate>().unwrap());
    let at_end = calendar(Period::Year, Edge::End);
    for rule in [at_end.clone(), Rule::first_of(vec![Rule::Never, at_end]).unwrap()] {
        let last = |next: Option<&str>| {
            Timetable::of(&rule, &days, next.map(|day| day.parse().unwrap())).unwrap().unwrap().moments()[0]
        };
        assert_eq!([last(None), last(Some("2019-12-31")), last(Some("2020-01-06"))], [Hold, Hold, Trade]);
    }
    let position =
        Rule::DriftBand(DriftBand::new(DriftMeasure::Position, Percent::new(dec!(20)), Scope::All).unwrap());
    let widths = of(&position).unwrap().half_widths(&[0.25, 0.75, 0.0]);
    assert!((widths[0] - 0.05).abs() < 1e-10 && (widths[1] - 0.15).abs() < 1e-10 && widths[2].is_infinite());

    let first = of(&Rule::first_of(vec![yearly(), band(2, Scope::All), quarterly.clone()]).unwrap()).unwrap();
    assert_eq!(first.moments(), [Trade, Trade, Look, Trade, Look]);
    assert_eq!(first.half_widths(&[0.5]), looks.half_widths(&[0.5]));
    let all = of(&Rule::all_of(vec![band(2, Scope::All), quarterly]).unwrap()).unwrap();
    assert_eq!(all.moments(), [Look, Hold, Hold, Look, Hold]);
    let both = Rule::all_of(vec![yearly(), Rule::first_of(vec![band(2, Scope::All), Rule::Never]).unwrap()]);
    assert_eq!(of(&both.unwrap()).unwrap().moments(), [Hold, Look, Hold, Hold, Hold]);

    assert_eq!(of(&band(2, Scope::Breached)), None);
    assert_eq!(of(&Rule::DriftBand(DriftBand::vanguard())), None);
    let two = Rule::first_of(vec![band(2, Scope::All), band(3, Scope::All)]).unwrap();
    assert_eq!(of(&two), None);
    let inside = Rule::all_of(vec![yearly(), band(2, Scope::Breached)]).unwrap();
    assert_eq!(of(&inside), None);
    assert_eq!(Timetable::of(&yearly(), &[], None).unwrap().unwrap().moments(), []);
}
