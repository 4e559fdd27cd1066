//! Daily bars of one's own making, and what is no bar.

use allweather_costs::CostsError;
use allweather_costs::spread::DailyBars;
use proptest::prelude::*;

/// Open, high, low and close, day by day.
#[derive(Debug, Clone, Default)]
pub(crate) struct Columns<T>(pub(crate) [Vec<T>; 4]);

impl Columns<f64> {
    pub(crate) fn bars(&self) -> DailyBars<'_> {
        let [open, high, low, close] = &self.0;
        DailyBars::new(open, high, low, close).unwrap()
    }

    pub(crate) fn some(&self) -> Columns<Option<f64>> {
        Columns(self.0.clone().map(|column| column.into_iter().map(Some).collect()))
    }
}

impl Columns<Option<f64>> {
    pub(crate) fn bars(&self) -> DailyBars<'_> {
        let [open, high, low, close] = &self.0;
        DailyBars::with_gaps(open, high, low, close).unwrap()
    }
}

impl<T: Copy> Columns<T> {
    pub(crate) fn days(&self, from: usize, days: usize) -> Self {
        Self(self.0.clone().map(|column| column[from..from + days].to_vec()))
    }

    pub(crate) fn len(&self) -> usize {
        self.0[0].len()
    }

    fn push(&mut self, day: [T; 4]) {
        self.0.iter_mut().zip(day).for_each(|(column, price)| column.push(price));
    }
}

/// The bar of a day's trades, in thousandths.
fn bar(trades: &[i64]) -> [f64; 4] {
    let (high, low) = (*trades.iter().max().unwrap(), *trades.iter().min().unwrap());
    [trades[0], high, low, trades[trades.len() - 1]].map(|ticks| ticks as f64 / 1000.0)
}

/// A linear congruential generator, in whole numbers so that another language draws the same.
pub(crate) struct Noise(pub(crate) u64);

impl Noise {
    pub(crate) fn draw(&mut self, below: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).unwrap() % below
    }

    /// About normal, with variance 1.
    pub(crate) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.draw(1 << 20) as f64 / f64::from(1 << 20)).sum::<f64>() - 6.0
    }
}

/// A walk of trades half a spread (in ticks) off the middle; on some days nothing moves, on others there is one trade.
pub(crate) fn walk(seed: u64, days: usize, half: i64) -> Columns<f64> {
    let gapped = gapped_walk(seed, days, half, i64::MAX);
    Columns(gapped.0.map(|column| column.into_iter().map(Option::unwrap).collect()))
}

/// The same, one price of so many missing.
pub(crate) fn gapped_walk(seed: u64, days: usize, half: i64, one_in: i64) -> Columns<Option<f64>> {
    let (mut noise, mut middle, mut columns) = (Noise(seed), 100_000, Columns::default());
    let mut trades = vec![middle];
    for _ in 0..days {
        if noise.draw(16) == 0 {
            trades.drain(..trades.len() - 1);
        } else {
            trades.clear();
            for _ in 0..=noise.draw(12) {
                middle = (middle + noise.draw(601) - 300).max(20_000);
                trades.push(if noise.draw(2) == 0 { middle + half } else { middle - half });
            }
        }
        columns.push(bar(&trades).map(|price| {
            let there = one_in == i64::MAX || noise.draw(one_in) != 0;
            there.then_some(price)
        }));
    }
    columns
}

/// Any bars: quiet, wild, standing still, and repeating themselves.
pub(crate) fn any_bars(days: std::ops::Range<usize>) -> impl Strategy<Value = Columns<f64>> {
    let step = prop_oneof![2 => Just(0_i64), 8 => -900_i64..=900, 1 => -60_000_i64..=90_000];
    let trades = prop_oneof![
        6 => prop::collection::vec(step, 1..6),
        1 => Just(vec![0]),
        1 => Just(vec![100, -200, 100]),
    ];
    prop::collection::vec(trades, days).prop_map(|days| {
        let (mut middle, mut columns) = (100_000_i64, Columns::default());
        for steps in days {
            let mut walk = |step: i64| {
                middle = (middle + step).clamp(1000, 1_000_000_000);
                middle
            };
            columns.push(bar(&steps.into_iter().map(&mut walk).collect::<Vec<_>>()));
        }
        columns
    })
}

/// The same, most prices there.
pub(crate) fn any_gapped_bars(days: std::ops::Range<usize>) -> impl Strategy<Value = Columns<Option<f64>>> {
    let there = prop::collection::vec(prop::array::uniform4(prop::bool::weighted(0.9)), days.end);
    (any_bars(days), there).prop_map(|(bars, there)| {
        let mut columns = bars.some();
        for (k, column) in columns.0.iter_mut().enumerate() {
            for (price, there) in column.iter_mut().zip(&there) {
                *price = price.filter(|_| there[k]);
            }
        }
        columns
    })
}

#[test]
fn what_is_no_bar_is_refused_with_its_place() {
    let day = |bar: [f64; 4]| {
        let [open, high, low, close] = bar.map(|price| [10.0, price]);
        let answer = |bars: Result<DailyBars<'_>, CostsError>| match bars {
            Ok(bars) => Ok(bars.len()),
            Err(error) => Err(error.to_string()),
        };
        let complete = answer(DailyBars::new(&open, &high, &low, &close));
        let [open, high, low, close] = [open, high, low, close].map(|column| column.map(Some));
        assert_eq!(answer(DailyBars::with_gaps(&open, &high, &low, &close)), complete);
        complete
    };
    assert_eq!(day([10.0, 11.0, 9.0, 10.5]), Ok(2));
    assert_eq!(day([10.0; 4]), Ok(2));
    for (bad, message) in [
        ([8.5, 11.0, 9.0, 10.5], "the open of day 1 (from 0) is 8.5, below the low of 9"),
        ([11.5, 11.0, 9.0, 10.5], "the open of day 1 (from 0) is 11.5, above the high of 11"),
        ([10.0, 11.0, 9.0, 11.25], "the close of day 1 (from 0) is 11.25, above the high of 11"),
        ([10.0, 11.0, 9.0, 8.0], "the close of day 1 (from 0) is 8, below the low of 9"),
        ([10.0, 9.0, 11.0, 10.0], "the low of day 1 (from 0) is 11, above the high of 9"),
        ([f64::NAN, 11.0, 9.0, 10.5], "the open of day 1 (from 0) is NaN, and must be finite and above 0"),
        (
            [10.0, f64::INFINITY, 9.0, 10.5],
            "the high of day 1 (from 0) is inf, and must be finite and above 0",
        ),
        ([10.0, 11.0, 0.0, 10.5], "the low of day 1 (from 0) is 0, and must be finite and above 0"),
        ([10.0, 11.0, 9.0, -1.0], "the close of day 1 (from 0) is -1, and must be finite and above 0"),
    ] {
        assert_eq!(day(bad), Err(message.to_owned()));
    }
}

#[test]
fn columns_have_one_length_and_a_missing_price_checks_nothing() {
    let (two, one) = ([10.0, 10.0], [10.0]);
    let error = DailyBars::new(&two, &two, &one, &two).unwrap_err();
    assert_eq!(error.to_string(), "the low has 1 days, and must have 2");
    assert!(matches!(DailyBars::new(&one, &two, &one, &one), Err(CostsError::Days { .. })));
    assert!(DailyBars::with_gaps(&[Some(12.0)], &[None], &[Some(9.0)], &[None]).is_ok());
    assert!(DailyBars::with_gaps(&[Some(8.0)], &[None], &[Some(9.0)], &[None]).is_err());
    assert!(DailyBars::with_gaps(&[], &[], &[], &[]).unwrap().is_empty());
    let bars = DailyBars::new(&two, &two, &two, &two).unwrap();
    assert_eq!([0, 1, 2, 3, usize::MAX].map(|days| bars.last(days).len()), [0, 1, 2, 2, 2]);
}
