use allweather_core::{Percent, Year};
use allweather_rfr::{
    Basis, Indicator, IndicatorCount, Indicators, MissingPolicy, PrescribedRate, Reading, RfrError,
    prescribed_rate,
};
use proptest::prelude::*;
use rust_decimal::{Decimal, dec};

const YEAR: Year = Year::new(1999);

fn indicators(readings: impl IntoIterator<Item = (Indicator, Reading)>) -> Indicators {
    let build = |built: Indicators, (indicator, reading)| built.with(indicator, reading).unwrap();
    readings.into_iter().fold(Indicators::new(YEAR), build)
}

fn five(points: [Decimal; 5]) -> Indicators {
    indicators(Indicator::ALL.into_iter().zip(points.map(|p| Reading::published(Percent::new(p)))))
}

fn rate(points: [Decimal; 5]) -> PrescribedRate {
    prescribed_rate(&five(points), MissingPolicy::Refuse).unwrap()
}

#[test]
fn equal_readings_count_separately_and_the_first_published_is_named() {
    use Indicator::{Cgpi, Cpi, GdpDeflator, Jgb10y, Reer};
    let top = rate([dec!(1), dec!(3), dec!(2), dec!(3.0), dec!(3)]);
    assert_eq!((top.rate, top.chosen), (Percent::new(dec!(3)), Indicator::Cpi));
    assert_eq!(top.tied, [Indicator::GdpDeflator, Indicator::Reer]);
    let order: Vec<Indicator> = top.ranking.iter().map(|(indicator, _)| *indicator).collect();
    assert_eq!(order, [Cpi, GdpDeflator, Reer, Cgpi, Jgb10y]);

    // The highest stands alone, two share the second place.
    let second = rate([dec!(1), dec!(0), dec!(9), dec!(4), dec!(4)]);
    assert_eq!((second.rate, second.chosen), (Percent::new(dec!(4)), GdpDeflator));
    assert_eq!(second.tied, [Reer]);
}

#[test]
fn the_basis_is_that_of_the_indicator_named() {
    let reading = |points, basis| Reading { percent: Percent::new(points), basis };
    let mixed = indicators([
        (Indicator::Reer, reading(dec!(7), Basis::Published)),
        (Indicator::Cpi, reading(dec!(5), Basis::Published)),
        (Indicator::Jgb10y, reading(dec!(5), Basis::StandIn)),
        (Indicator::Cgpi, reading(dec!(-1), Basis::Estimated)),
        (Indicator::GdpDeflator, reading(dec!(-2), Basis::Estimated)),
    ]);
    let rate = prescribed_rate(&mixed, MissingPolicy::Refuse).unwrap();
    assert_eq!((rate.chosen, rate.basis), (Indicator::Jgb10y, Basis::StandIn));
    // A better basis is no reason to rank higher among equals.
    assert_eq!([rate.ranking[1].0, rate.ranking[2].0], [Indicator::Jgb10y, Indicator::Cpi]);
}

#[test]
fn deflation_is_a_legal_answer() {
    assert_eq!(rate([dec!(-1), dec!(-2), dec!(-3), dec!(-4), dec!(-5)]).rate, Percent::new(dec!(-2)));
}

#[test]
fn missing_indicators_are_refused_unless_the_caller_says_how_many_are_enough() {
    let three = indicators(
        [(Indicator::Jgb10y, dec!(1)), (Indicator::Reer, dec!(8)), (Indicator::Cgpi, dec!(4))]
            .map(|(indicator, points)| (indicator, Reading::published(Percent::new(points)))),
    );
    let error = prescribed_rate(&three, MissingPolicy::Refuse).unwrap_err();
    assert_eq!(
        error.to_string(),
        "1999 has 3 of the five indicators, 5 are required; missing: cpi, gdp_deflator"
    );
    assert!(prescribed_rate(&three, MissingPolicy::at_least(4).unwrap()).is_err());
    let rate = prescribed_rate(&three, MissingPolicy::at_least(3).unwrap()).unwrap();
    assert_eq!((rate.chosen, rate.rate), (Indicator::Cgpi, Percent::new(dec!(4))));
    assert_eq!(rate.missing, [Indicator::Cpi, Indicator::GdpDeflator]);

    let one = indicators([(Indicator::Jgb10y, Reading::published(Percent::ZERO))]);
    for year in [one, Indicators::new(YEAR)] {
        assert!(prescribed_rate(&year, MissingPolicy::at_least(2).unwrap()).is_err());
    }
}

#[test]
fn a_second_reading_is_refused() {
    let reading = Reading::published(Percent::ZERO);
    let error = Indicators::new(YEAR).with(Indicator::Cpi, reading).unwrap().with(Indicator::Cpi, reading);
    assert!(matches!(error, Err(RfrError::Duplicate { year: YEAR, indicator: Indicator::Cpi, .. })));
}

#[test]
fn a_file_cannot_make_an_invalid_policy_or_reading() {
    for count in [0, 1, 6, 255] {
        assert!(IndicatorCount::new(count).is_err());
        assert!(serde_json::from_str::<MissingPolicy>(&format!("{{\"at_least\":{count}}}")).is_err());
    }
    for policy in [MissingPolicy::Refuse, MissingPolicy::at_least(2).unwrap()] {
        let json = serde_json::to_string(&policy).unwrap();
        assert_eq!(serde_json::from_str::<MissingPolicy>(&json).unwrap(), policy);
    }
    assert_eq!(serde_json::to_string(&MissingPolicy::at_least(4).unwrap()).unwrap(), r#"{"at_least":4}"#);
    assert!(serde_json::from_str::<Reading>(r#"{"percent":"1","basis":"published","extra":1}"#).is_err());
    assert!(serde_json::from_str::<Reading>(r#"{"percent":"1"}"#).is_err());
}

#[test]
fn the_answer_and_the_names_have_one_wire_form() {
    let json = serde_json::to_value(rate([dec!(1), dec!(2), dec!(3), dec!(2), dec!(0)])).unwrap();
    assert_eq!(json["year"], 1999);
    assert_eq!(json["rate"], "2");
    assert_eq!(json["chosen"], "cpi");
    assert_eq!(json["basis"], "published");
    assert_eq!(json["tied"], serde_json::json!(["gdp_deflator"]));
    assert_eq!(json["ranking"][0], serde_json::json!(["cgpi", {"percent": "3", "basis": "published"}]));
    for indicator in Indicator::ALL {
        let text = indicator.to_string();
        assert_eq!(text.parse::<Indicator>().unwrap(), indicator);
        assert_eq!(serde_json::to_value(indicator).unwrap(), text);
    }
    assert!("CPI".parse::<Indicator>().unwrap_err().to_string().contains("\"CPI\""));
}

// Few distinct values, so that ties are common.
fn points() -> impl Strategy<Value = [Decimal; 5]> {
    prop::array::uniform5(-6..6_i64).prop_map(|tenths| tenths.map(|t| Decimal::new(t, 1)))
}

proptest! {
    #[test]
    fn the_order_of_construction_changes_nothing(
        points in points(),
        order in Just(Indicator::ALL.to_vec()).prop_shuffle(),
    ) {
        let given = five(points);
        let shuffled = indicators(order.into_iter().map(|i| (i, given.get(i).unwrap())));
        prop_assert_eq!(rate(points), prescribed_rate(&shuffled, MissingPolicy::Refuse).unwrap());
    }

    #[test]
    fn one_other_is_at_least_the_rate_and_three_are_at_most(points in points()) {
        let answer = rate(points);
        let others: Vec<Percent> =
            answer.ranking.iter().filter(|(i, _)| *i != answer.chosen).map(|(_, r)| r.percent).collect();
        prop_assert_eq!(others.len(), 4);
        prop_assert!(others.iter().any(|p| *p >= answer.rate));
        prop_assert!(others.iter().filter(|p| **p <= answer.rate).count() >= 3);
        prop_assert_eq!(others.iter().filter(|p| **p == answer.rate).count(), answer.tied.len());
        prop_assert!(answer.ranking.is_sorted_by(|a, b| (a.1.percent, b.0) >= (b.1.percent, a.0)));
    }

    #[test]
    fn raising_the_highest_changes_nothing(points in points(), by in 1..100_i64) {
        let before = rate(points);
        let mut raised = points;
        let highest = before.ranking[0].0;
        raised[Indicator::ALL.iter().position(|i| *i == highest).unwrap()] += Decimal::new(by, 1);
        prop_assert_eq!(rate(raised).rate, before.rate);
    }

    #[test]
    fn raising_any_indicator_never_lowers_the_rate(points in points(), which in 0..5_usize, by in 1..100_i64) {
        let mut raised = points;
        raised[which] += Decimal::new(by, 1);
        prop_assert!(rate(raised).rate >= rate(points).rate);
    }

    #[test]
    fn an_indicator_less_never_raises_the_rate(points in points(), without in 0..5_usize) {
        let all = five(points);
        let four = indicators(all.iter().filter(|(i, _)| *i != Indicator::ALL[without]));
        let answer = prescribed_rate(&four, MissingPolicy::at_least(4).unwrap()).unwrap();
        prop_assert!(answer.rate <= rate(points).rate);
        prop_assert_eq!(answer.missing, vec![Indicator::ALL[without]]);
    }
}
