use allweather_core::Currency;
use allweather_market::{Basis, Market, PricePanel, ReturnCurrency, SpotPanel};
use proptest::prelude::*;

use crate::days::{cells, day, panel, spots, with_another_future};

fn read(text: &str) -> PricePanel {
    PricePanel::from_csv("p", text).unwrap()
}

fn yen(text: &str) -> SpotPanel {
    SpotPanel::from_csv("fx", text, Currency::JPY).unwrap()
}

const PRICES: &str =
    "month,a_usd,b_jpy,c_usd\n2024-01,100,7,\n2024-02,110,,5\n2024-03,120,9,6\n2024-04,130,9,7\n";
const SPOTS: &str = "month,eur,usd\n2024-01,160,147\n2024-02,161,150\n2024-03,162,\n";

#[test]
fn levels_are_multiplied_by_the_spot_of_their_day() {
    let made = read(PRICES).converted(&yen(SPOTS)).unwrap();
    assert_eq!(made.levels(0), [Some(14_700.0), Some(16_500.0), None, None], "no spot, no level");
    assert_eq!(made.levels(1), read(PRICES).levels(1), "the base currency stays as it is");
    assert_eq!(made.levels(2), [None, Some(750.0), None, None], "no level, no level");
    assert!(made.instruments().iter().all(|it| it.currency == Currency::JPY));
    assert_eq!(made.instruments()[2].id.as_str(), "c");
    assert!(!made.has_estimates());
}

#[test]
fn marks_travel_with_levels_and_with_spots() {
    let days = "date,a_usd\n2023-12-29,1\n2023-12-30,2\n2023-12-31,3\n2024-01-01,4\n";
    let prices =
        read(days).with_estimates(&"a".parse().unwrap(), "em", ["2023-12-31".parse().unwrap()]).unwrap();
    let prices = prices.with_estimates(&"a".parse().unwrap(), "em", ["2024-01-01".parse().unwrap()]).unwrap();
    let spots = yen("date,usd\n2023-12-29,141\n").on_dates(prices.dates(), 2).unwrap();
    let made = prices.converted(&spots).unwrap();
    assert_eq!(made.levels(0), [Some(141.0), Some(282.0), Some(423.0), None]);
    assert_eq!([0, 1, 2, 3].map(|row| made.estimate(0, row)), [None, Some("carried"), Some("em"), None]);
}

#[test]
fn what_cannot_be_converted_is_refused_by_name() {
    let refusal = |prices: &PricePanel, spots: &SpotPanel| prices.converted(spots).unwrap_err().to_string();
    let prices = read(PRICES);
    let euros = yen("month,eur\n2024-01,160\n");
    assert_eq!(refusal(&prices, &euros), "a is in USD, for which there are no spots in JPY");
    assert_eq!(
        refusal(&prices, &yen(SPOTS).with_basis(Basis::Average)),
        "a is of period ends and spot EUR of averages over periods: they do not go together"
    );
    let averages = prices.clone().with_basis(Basis::Average);
    assert_eq!(averages.converted(&yen(SPOTS).with_basis(Basis::Average)).unwrap().basis(), Basis::Average);
    assert_eq!(
        refusal(&prices, &yen("date,usd\n2024-01-31,1\n")),
        "a is monthly and spot USD daily: they do not go together"
    );
    let huge = read("month,a_usd\n2024-01,1e308\n");
    assert!(refusal(&huge, &yen(SPOTS)).contains("a on 2024-01-31: level inf"));
    let tiny = read("month,a_usd\n2024-01,1e-308\n");
    let small = yen("month,usd\n2024-01,1e-308\n");
    assert!(refusal(&tiny, &small).contains("level 0"));
}

proptest! {
    /// The two ways to returns in the base currency agree to the last bit.
    #[test]
    fn returns_of_a_converted_panel_are_base_returns_of_the_local_one(one in cells(), rates in cells()) {
        let (prices, rates) = (panel("a", Currency::USD, &one), spots(&rates));
        let made = prices.converted(&rates).unwrap();
        let local = Market::new(Currency::JPY, prices).with_spots(rates).unwrap();
        let base = Market::new(Currency::JPY, made);
        for k in 0..81 {
            let expected: Vec<f64> = local.as_of(day(k)).returns(0, ReturnCurrency::Base).collect();
            let found: Vec<f64> = base.as_of(day(k)).returns(0, ReturnCurrency::Local).collect();
            prop_assert_eq!(found, expected);
        }
    }

    /// 1 + r in the base currency is (1 + r)(1 + x).
    #[test]
    fn the_spots_return_multiplies(levels in prop::collection::vec((0.5..2.0_f64, 50.0..200.0_f64), 2..20)) {
        let at = |k: usize, level| (u16::try_from(k).unwrap(), Some(level), false);
        let one: Vec<_> = levels.iter().enumerate().map(|(k, (level, _))| at(k, *level)).collect();
        let rates: Vec<_> = levels.iter().enumerate().map(|(k, (_, rate))| at(k, *rate)).collect();
        let made = panel("a", Currency::USD, &one).converted(&spots(&rates)).unwrap();
        for (k, pair) in levels.windows(2).enumerate() {
            let expected = (pair[1].0 / pair[0].0) * (pair[1].1 / pair[0].1);
            let found = made.levels(0)[k + 1].unwrap() / made.levels(0)[k].unwrap();
            prop_assert!((found / expected - 1.0).abs() < 1e-14);
        }
    }

    /// Missing stays missing, marks stay on what is there.
    #[test]
    fn a_cell_is_there_when_both_are(one in cells(), rates in cells()) {
        let (prices, spot) = (panel("a", Currency::USD, &one), spots(&rates));
        let made = prices.converted(&spot).unwrap();
        for (row, (k, level, marked)) in one.iter().enumerate() {
            let rate = rates.iter().find(|cell| cell.0 == *k).and_then(|cell| cell.1);
            prop_assert_eq!(made.levels(0)[row], level.zip(rate).map(|(level, rate)| level * rate));
            prop_assert_eq!(made.estimate(0, row), (*marked && rate.is_some()).then_some("em"));
        }
    }

    /// Point in time.
    #[test]
    fn what_is_converted_up_to_a_day_stays(one in cells(), rates in cells(), cut in 0..80_u16, factor in 0.5..2.0_f64) {
        let known = |one: &[_], rates: &[_]| {
            let market = Market::new(Currency::JPY, panel("a", Currency::USD, one).converted(&spots(rates)).unwrap());
            format!("{:?}", market.as_of(day(cut)).price(0))
        };
        let later = (with_another_future(&one, cut, factor), with_another_future(&rates, cut, factor));
        prop_assert_eq!(known(&one, &rates), known(&later.0, &later.1));
    }
}
