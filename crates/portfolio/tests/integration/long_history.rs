//! Markets whose late assets have a past: what was observed stays, what was drawn is what the draws say and is marked.

use std::fmt::Write;

use allweather_core::{AssetId, Currency, Month};
use allweather_market::{Basis, Market, PricePanel, SpotPanel};
use allweather_portfolio::{
    LongHistory, PortfolioError,
    history::{Backfill, Method, Series, Table},
    metrics::Bootstrap,
};
use proptest::prelude::*;

fn id(name: &str) -> AssetId {
    name.parse().unwrap()
}

/// One method that bears later gaps, and nothing hidden: quick.
fn quick(draws: usize) -> Backfill {
    Backfill::new(Bootstrap::new(draws, 7).unwrap())
        .with_candidates(vec![Method::Em])
        .and_then(|spec| spec.with_hold_out(None))
        .unwrap()
}

/// An index, a fund that begins after `late` months and has no price in month 70, and a bond in dollars with its spots.
fn market(late: usize, salt: u64) -> Market {
    let wave = |t: usize, k: u64| {
        let x = (t as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(salt ^ (k << 32));
        ((x ^ (x >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 40) as f64 / f64::from(1 << 24)
    };
    let first = Month::new(2010, 1).unwrap();
    let (mut prices, mut spots) =
        ("month,index_jpy,fund_jpy,bond_usd\n".to_owned(), "month,usd\n".to_owned());
    for t in 0..120_usize {
        let month = first.offset(i32::try_from(t).unwrap());
        let fund = (t >= late && t != 70).then(|| (50.0 + 8.0 * wave(t, 1) + 3.0 * wave(t, 2)).to_string());
        let (index, bond) = (100.0 + 10.0 * wave(t, 1), 100.0 + 5.0 * wave(t, 3));
        writeln!(prices, "{month},{index},{},{bond}", fund.unwrap_or_default()).unwrap();
        writeln!(spots, "{month},{}", 100.0 + 9.0 * wave(t, 4)).unwrap();
    }
    let prices = PricePanel::from_csv("prices.csv", &prices).unwrap();
    let spots = SpotPanel::from_csv("fx.csv", &spots, Currency::JPY).unwrap();
    Market::new(Currency::JPY, prices).with_spots(spots).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_draw_is_the_market_with_the_returns_of_the_draw(late in 1..60_usize, salt in any::<u64>()) {
        let market = market(late, salt);
        let long = LongHistory::new(&market, &quick(3)).unwrap();
        prop_assert_eq!(long.draws(), 3);
        let observed = market.prices();
        for draw in 0..3 {
            let drawn = long.market(draw).unwrap();
            let prices = drawn.prices();
            prop_assert_eq!(drawn.spots(), market.spots());
            prop_assert_eq!((prices.dates(), prices.instruments()), (observed.dates(), observed.instruments()));
            for place in [0, 2] {
                prop_assert_eq!(prices.levels(place), observed.levels(place), "whole ones stay");
            }
            let returns = long.filled().returns(draw, &id("fund")).unwrap();
            let fund = prices.levels(1);
            for row in 0..fund.len() {
                let estimated = row < late;
                prop_assert_eq!(prices.estimate(1, row), estimated.then_some("em"));
                if estimated {
                    let change = fund[row + 1].unwrap() / fund[row].unwrap() - 1.0;
                    prop_assert!((change - returns.values()[row]).abs() < 1e-12, "{} {}", change, returns.values()[row]);
                } else {
                    prop_assert_eq!(fund[row].map(f64::to_bits), observed.levels(1)[row].map(f64::to_bits));
                }
            }
            prop_assert_eq!(fund[70], None, "a later gap stays one");
        }
        // Draws differ, and each is the same again.
        prop_assert_ne!(long.market(0).unwrap(), long.market(1).unwrap());
        prop_assert_eq!(long.market(2).unwrap(), LongHistory::new(&market, &quick(3)).unwrap().market(2).unwrap());
    }
}

#[test]
fn estimates_of_ones_own_may_begin_later_and_know_more() {
    let market = market(30, 5);
    let prices = market.prices();
    let from = 10;
    let of = |name: &str| &prices.levels(prices.position(&id(name)).unwrap())[from..];
    // An index that the market lacks explains, and has a hole at its beginning that is no business of the market.
    let other: Vec<Option<f64>> =
        (0..110).map(|t| (t > 2).then(|| 100.0 + f64::from(t * t * 7 % 31))).collect();
    let series = vec![
        Series::from_levels(id("index"), of("index")).unwrap(),
        Series::from_levels(id("fund"), &prices.levels(1)[from..70]).unwrap(),
        Series::from_levels(id("other"), &other).unwrap(),
    ];
    let series = series.into_iter().map(|series| {
        let values = series.values().iter().take(59).copied().collect();
        Series::returns(series.id().clone(), values)
    });
    let table = Table::new(prices.months()[from + 1], series.collect()).unwrap();
    let long = LongHistory::of(&market, quick(2).fill(&table).unwrap()).unwrap();
    let drawn = long.market(1).unwrap();
    let fund = drawn.prices().levels(1);
    assert!(fund[..from].iter().all(Option::is_none), "no estimate is of these months");
    assert!(fund[from..30].iter().all(Option::is_some));
    assert_eq!(fund[30..], prices.levels(1)[30..]);
    assert!(matches!(long.market(2), Err(PortfolioError::History(_))), "there are two draws");

    let early = Table::new(prices.months()[0], table.series().to_vec()).unwrap();
    let refused = LongHistory::of(&market, quick(2).fill(&early).unwrap()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "estimates begin with the returns of 2010-01: the prices are those of 2010-01 to 2019-12"
    );
}

#[test]
fn what_has_no_months_is_refused() {
    let days = "date,a_jpy,b_jpy\n2020-01-06,1,\n2020-01-07,2,3\n";
    let market = Market::new(Currency::JPY, PricePanel::from_csv("prices.csv", days).unwrap());
    assert!(matches!(LongHistory::new(&market, &quick(1)), Err(PortfolioError::NotMonthly)));
    let one = PricePanel::from_csv("prices.csv", "month,a_jpy\n2020-01,1\n").unwrap();
    let market = Market::new(Currency::JPY, one.with_basis(Basis::Average));
    assert!(matches!(LongHistory::new(&market, &quick(1)), Err(PortfolioError::History(_))));
}

/// Nothing is missing: each draw is the market.
#[test]
fn a_whole_market_stays_as_it_is() {
    let market = market(0, 3);
    let dates = market.prices().dates()[..60].to_vec();
    let columns = market.prices().instruments().iter().enumerate();
    let columns = columns.map(|(k, of)| (of.clone(), market.prices().levels(k)[..60].to_vec())).collect();
    let prices = PricePanel::new(market.prices().frequency(), dates, columns).unwrap();
    let market = market.with_prices(prices).unwrap();
    let long = LongHistory::new(&market, &quick(1)).unwrap();
    assert_eq!(long.market(0).unwrap(), market);
}
