use allweather_core::{Percent, Year};
use allweather_rfr::{AnnualLevels, Basis, ChangeRounding, Indicator, Indicators, Reading, RfrError};
use rust_decimal::{Decimal, dec};

const YEAR: Year = Year::new(2022);

fn cpi(level: Decimal) -> AnnualLevels {
    AnnualLevels { cpi: Some(level), ..AnnualLevels::default() }
}

fn reer(level: Decimal) -> AnnualLevels {
    AnnualLevels { reer: Some(level), ..AnnualLevels::default() }
}

#[test]
fn a_level_missing_in_either_year_leaves_its_indicator_missing() {
    let none = AnnualLevels::default();
    for (now, before) in [(cpi(dec!(101)), none), (none, cpi(dec!(100))), (none, none)] {
        let indicators = Indicators::from_levels(YEAR, &now, &before, None).unwrap();
        assert_eq!(indicators.missing(), Indicator::ALL);
    }
}

#[test]
fn the_bond_is_a_value_of_this_year_and_keeps_its_basis_and_its_digits() {
    let yield_of = |points| {
        let reading = Reading { percent: Percent::new(points), basis: Basis::StandIn };
        AnnualLevels { jgb10y: Some(reading), ..AnnualLevels::default() }
    };
    let rounding = Some(ChangeRounding::TenthOfPercent);
    let indicators = Indicators::from_levels(YEAR, &yield_of(dec!(-0.155)), &yield_of(dec!(9)), rounding);
    let expected = Reading { percent: Percent::new(dec!(-0.155)), basis: Basis::StandIn };
    assert_eq!(indicators.unwrap().get(Indicator::Jgb10y), Some(expected));
    // And the year before is not asked for it.
    let alone = Indicators::from_levels(YEAR, &yield_of(dec!(1)), &AnnualLevels::default(), None).unwrap();
    assert!(alone.get(Indicator::Jgb10y).is_some());
}

#[test]
fn rounding_is_asked_for_and_goes_half_away_from_zero() {
    let change = |now, rounding| {
        let indicators = Indicators::from_levels(YEAR, &cpi(now), &cpi(dec!(100)), rounding).unwrap();
        indicators.get(Indicator::Cpi).unwrap().percent.points()
    };
    let tenth = Some(ChangeRounding::TenthOfPercent);
    assert_eq!(change(dec!(100.25), None), dec!(0.25));
    assert_eq!(change(dec!(100.25), tenth), dec!(0.3));
    assert_eq!(change(dec!(99.75), tenth), dec!(-0.3));
    assert_eq!(change(dec!(100.2499), tenth), dec!(0.2));
    assert_eq!(serde_json::to_string(&ChangeRounding::TenthOfPercent).unwrap(), "\"tenth_of_percent\"");
}

#[test]
fn a_weaker_yen_is_inflation() {
    let change = |now, before| {
        let indicators = Indicators::from_levels(YEAR, &reer(now), &reer(before), None).unwrap();
        indicators.get(Indicator::Reer).unwrap().percent
    };
    assert_eq!(change(dec!(60), dec!(80)), Percent::new(dec!(25)));
    assert_eq!(change(dec!(100), dec!(80)), Percent::new(dec!(-25)));
    assert!(!change(dec!(80), dec!(80)).points().is_sign_negative());
}

#[test]
fn a_level_that_is_not_above_zero_is_named_with_its_year() {
    for bad in [dec!(0), dec!(-1)] {
        let now = Indicators::from_levels(YEAR, &cpi(bad), &cpi(dec!(100)), None).unwrap_err();
        assert_eq!(now.to_string(), format!("the level {bad} of cpi in 2022 is not above 0"));
        let before = Indicators::from_levels(YEAR, &AnnualLevels::default(), &reer(bad), None).unwrap_err();
        assert_eq!(before.to_string(), format!("the level {bad} of reer in 2021 is not above 0"));
    }
    let huge = Indicators::from_levels(YEAR, &cpi(Decimal::MAX), &cpi(Decimal::new(1, 28)), None);
    assert!(matches!(huge, Err(RfrError::Change { indicator: Indicator::Cpi, year: YEAR, .. })));
}
