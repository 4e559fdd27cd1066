//! The bond columns, made again from the yields beside them.
use allweather_core::Month;
use allweather_data::embedded;
use allweather_market::{Market, MonthlySeries, ParBond};

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

fn yields<'a>(market: &'a Market, name: &str) -> &'a MonthlySeries {
    market.statistic_series(name).unwrap()
}

/// From the first to the last month, both included.
fn stretch(series: &MonthlySeries, first: Month, last: Month) -> MonthlySeries {
    MonthlySeries::new(first, first.through(last).map(|month| series.get(month)).collect()).unwrap()
}

/// How far levels are from a column between two months, both set to one at the first: the largest relative distance.
fn distance(market: &Market, column: &str, levels: &MonthlySeries, first: Month, last: Month) -> f64 {
    let prices = market.prices();
    let position = prices.position(&column.parse().unwrap()).unwrap();
    let (own, other) = first.through(last).fold((Vec::new(), Vec::new()), |(mut own, mut other), month| {
        let row = prices.months().binary_search(&month).unwrap();
        own.push(prices.levels(position)[row].unwrap());
        other.push(levels.get(month).unwrap());
        (own, other)
    });
    let far = own.iter().zip(&other).map(|(a, b)| (b / other[0] / (a / own[0]) - 1.0).abs());
    far.fold(0.0, f64::max)
}

/// Levels of the files have six digits, so half a unit of the last is 5e-6 of a level of 100.
#[test]
fn the_columns_of_japanese_bonds_are_par_bonds_at_month_end_yields_without_roll_down() {
    let data = embedded().unwrap();
    let market = &data.market;
    let (first, switch, last) = (month("1980-01"), month("1986-07"), month("2025-12"));
    let cases = [
        ("jgb_2y", 2, "jgb_2y", first, last),
        ("jgb_10y", 9, "jgb_9y", first, switch),
        ("jgb_10y", 10, "jgb_10y", switch, last),
        ("jgb_20y", 20, "jgb_20y", month("1986-12"), last),
    ];
    for (column, years, name, from, to) in cases {
        let yields = stretch(yields(market, name), from, to);
        let bond = ParBond::new(years, 2).unwrap();
        let far = distance(market, column, &bond.levels(&yields, None).unwrap(), from, to);
        assert!(far < 1.2e-5, "{column} {years}: {far:e}");
        // That small a distance could not be met by another month's yields, nor by yearly coupons.
        let yearly = ParBond::new(years, 1).unwrap().levels(&yields, None).unwrap();
        assert!(distance(market, column, &yearly, from, to) > 1e-3, "{column} {years}");
        let shifted = MonthlySeries::new(from.offset(1), yields.values().to_vec()).unwrap();
        let late = bond.levels(&shifted, None).unwrap();
        assert!(distance(market, column, &late, from.offset(1), to) > 5e-3, "{column} {years}");
    }
}

/// Both computed apart, payment by payment. In January 2019 the rolled yield is 0 but for rounding.
#[test]
fn rolling_down_the_curve_adds_to_the_ten_year_bond() {
    let data = embedded().unwrap();
    let (ten, nine) = (yields(&data.market, "jgb_10y"), yields(&data.market, "jgb_9y"));
    let (first, last) = (month("1986-07"), month("2025-12"));
    let years = f64::from(last.months_since(first)) / 12.0;
    let a_year = |levels: &MonthlySeries| (levels.get(last).unwrap() / 100.0).powf(1.0 / years) - 1.0;
    let bond = ParBond::new(10, 2).unwrap();
    let ten = stretch(ten, first, last);
    let without = a_year(&bond.levels(&ten, None).unwrap());
    let with = a_year(&bond.levels(&ten, Some((9, nine))).unwrap());
    assert!((without - 0.026_255_044_7).abs() < 1e-10, "{without}");
    assert!((with - 0.033_408_176_0).abs() < 1e-10, "{with}");
}
