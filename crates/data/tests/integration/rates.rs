use allweather_core::{Month, RateStatus, Year};
use allweather_data::embedded;
use allweather_rfr::{Basis, Indicator, MissingPolicy, RateRules, RfrError, YearRate};
use rust_decimal::{Decimal, RoundingStrategy, dec};

fn to_three_decimals(x: Decimal) -> Decimal {
    x.round_dp_with_strategy(3, RoundingStrategy::MidpointAwayFromZero)
}

fn rules(missing: MissingPolicy) -> RateRules {
    RateRules { missing, ..RateRules::default() }
}

fn at_least(count: u8) -> RateRules {
    rules(MissingPolicy::at_least(count).unwrap())
}

fn shown(rate: &YearRate) -> (Decimal, Indicator) {
    (to_three_decimals(rate.prescribed.rate.points()), rate.prescribed.chosen)
}

/// Second highest of five from the same levels, computed with another program in exact rationals; to three decimals.
const EXPECTED: [(i32, Decimal, Indicator); 43] = [
    (1981, dec!(4.284), Indicator::Cpi),
    (1982, dec!(6.131), Indicator::Reer),
    (1983, dec!(1.635), Indicator::Cpi),
    (1984, dec!(2.723), Indicator::Cpi),
    (1985, dec!(1.446), Indicator::Cpi),
    (1986, dec!(1.473), Indicator::GdpDeflator),
    (1987, dec!(0.834), Indicator::Cpi),
    (1988, dec!(0.970), Indicator::GdpDeflator),
    (1989, dec!(5.616), Indicator::Jgb10y),
    (1990, dec!(3.763), Indicator::Cpi),
    (1991, dec!(2.732), Indicator::GdpDeflator),
    (1992, dec!(1.178), Indicator::Cpi),
    (1993, dec!(0.952), Indicator::Cpi),
    (1994, dec!(0.734), Indicator::Cpi),
    (1995, dec!(3.165), Indicator::Jgb10y),
    (1996, dec!(2.778), Indicator::Jgb10y),
    (1997, dec!(1.765), Indicator::Cpi),
    (1998, dec!(0.612), Indicator::Cpi),
    (1999, dec!(-0.412), Indicator::Cgpi),
    (2000, dec!(1.650), Indicator::Jgb10y),
    (2001, dec!(1.369), Indicator::Jgb10y),
    (2002, dec!(0.906), Indicator::Jgb10y),
    (2003, dec!(-0.218), Indicator::Cgpi),
    (2004, dec!(1.965), Indicator::Cgpi),
    (2005, dec!(1.927), Indicator::Cgpi),
    (2006, dec!(1.681), Indicator::Cgpi),
    (2007, dec!(2.686), Indicator::Cgpi),
    (2008, dec!(0.805), Indicator::Cgpi),
    (2009, dec!(1.289), Indicator::Jgb10y),
    (2010, dec!(0.829), Indicator::Cgpi),
    (2011, dec!(0.719), Indicator::Cgpi),
    (2012, dec!(0.794), Indicator::Jgb10y),
    (2013, dec!(2.464), Indicator::Cgpi),
    (2014, dec!(2.406), Indicator::Cpi),
    (2015, dec!(0.267), Indicator::Jgb10y),
    (2016, dec!(0.043), Indicator::Jgb10y),
    (2017, dec!(2.996), Indicator::Cgpi),
    (2018, dec!(0.302), Indicator::Cpi),
    (2019, dec!(0.890), Indicator::Cgpi),
    (2020, dec!(0.197), Indicator::GdpDeflator),
    (2021, dec!(8.617), Indicator::Cgpi),
    (2022, dec!(10.609), Indicator::Cgpi),
    (2023, dec!(4.268), Indicator::GdpDeflator),
];

#[test]
fn the_rates_are_the_expected_ones() {
    let rates = embedded().unwrap().rates(&RateRules::default());
    for (year, percent, chosen) in EXPECTED {
        let rate = rates[&Year::new(year)].as_ref().unwrap();
        assert_eq!((year, shown(rate)), (year, (percent, chosen)));
        let march = Month::new(year + 1, 3).unwrap().last_day();
        assert_eq!((rate.status, rate.since), (RateStatus::Final, march), "{year}");
    }
}

#[test]
fn years_without_all_five_have_no_rate_unless_asked_for() {
    let data = embedded().unwrap();
    let rates = data.rates(&RateRules::default());
    let years = |first: i32, last: i32| (first..=last).map(Year::new).collect::<Vec<_>>();
    assert_eq!(rates.keys().copied().collect::<Vec<_>>(), years(1980, 2025), "1979 has no year before it");
    let without: Vec<(Year, usize, Vec<Indicator>)> = rates
        .into_iter()
        .filter_map(|(year, rate)| match rate {
            Err(RfrError::Missing { year: named, available, missing, .. }) => {
                assert_eq!(named, year);
                Some((year, available, missing))
            }
            other => other.map(|_| None).unwrap(),
        })
        .collect();
    let expected = [
        (1980, 4, vec![Indicator::GdpDeflator]),
        (2024, 4, vec![Indicator::Reer]),
        // The deflator of 2025 exists on another base only, so 2025 has three, not four.
        (2025, 3, vec![Indicator::GdpDeflator, Indicator::Reer]),
    ];
    assert_eq!(without, expected.map(|(year, count, missing)| (Year::new(year), count, missing)));

    let four = data.rates(&at_least(4));
    let rate = |year: i32| four[&Year::new(year)].as_ref().map(shown);
    assert_eq!(rate(1980), Ok((dec!(8.739), Indicator::Jgb10y)));
    assert_eq!(rate(2024), Ok((dec!(3.652), Indicator::Cpi)));
    assert!(rate(2025).is_err());
    let three = data.rates(&at_least(3));
    assert!(three.values().all(Result::is_ok));
    let rate = three[&Year::new(2025)].as_ref().unwrap();
    assert_eq!(shown(rate), (dec!(2.078), Indicator::Cpi));
}

#[test]
fn the_9_year_bond_stands_in_before_1986_and_is_marked() {
    let data = embedded().unwrap();
    let rates = data.rates(&at_least(3));
    let bond = |rate: &YearRate| {
        rate.prescribed.ranking.iter().find(|(indicator, _)| *indicator == Indicator::Jgb10y).unwrap().1
    };
    for (year, rate) in &rates {
        let expected = if year.number() < 1986 { Basis::StandIn } else { Basis::Published };
        assert_eq!(bond(rate.as_ref().unwrap()).basis, expected, "{year}");
    }
    let percent = |year| bond(rates[&Year::new(year)].as_ref().unwrap()).percent.points();
    assert_eq!((percent(1985), percent(1986)), (dec!(6.001), dec!(5.364)));
    assert_eq!(rates[&Year::new(1980)].as_ref().unwrap().prescribed.basis, Basis::StandIn);
}
