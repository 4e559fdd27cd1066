use allweather_rebalance::{Decision, Reason, RebalanceError, Rebalancer, Rule, WhenVolatile};
use rust_decimal::{Decimal, dec};

use crate::panel::{decide, market, months, names, window};

fn rule(json: &str) -> Rule {
    serde_json::from_str(json).unwrap()
}

fn band() -> Rule {
    rule(r#"{"drift_band":{"measure":"portfolio","threshold":1,"scope":"all"}}"#)
}

fn yearly() -> Rule {
    rule(r#"{"calendar":{"every":"year","on":"end"}}"#)
}

fn of(ratio: Decimal) -> WhenVolatile {
    WhenVolatile::new(2, window(12, 20), ratio, band(), yearly()).unwrap()
}

/// Ten months of ±1 %, then two of ±3 %; the other asset never moves.
fn shaken() -> Vec<Vec<f64>> {
    let calm = [0.01, -0.01].repeat(5);
    vec![[calm, vec![0.03, -0.03]].concat(), vec![0.0; 12]]
}

#[test]
fn recent_volatility_is_held_against_the_long_run() {
    let market = market(&shaken());
    // Recent: 0.03·√2 = 0.042426. Long run: √((10·0.01² + 2·0.03²)/11) = 0.015954. Half is in the asset that moves.
    let (turbulent, wanted) = decide(&of(dec!(2.6)), &market, &[0.4, 0.6], &[0.5, 0.5], &[]).unwrap();
    let Decision::Rebalance(Reason::Volatility { recent, long_run, ratio, turbulent: true, reason }) =
        &turbulent
    else {
        unreachable!("{turbulent:?}");
    };
    assert!((recent - 0.5 * 0.03 * 2.0_f64.sqrt()).abs() < 1e-12, "{recent}");
    assert!((long_run - 0.5 * (0.0028_f64 / 11.0).sqrt()).abs() < 1e-12, "{long_run}");
    assert!((ratio - 2.6).abs() < 1e-15 && matches!(**reason, Reason::Drift { .. }) && wanted.trades_all());
    assert!(
        turbulent.reason().explain(&names(2)).starts_with(
            "turbulent, volatility 2.12 % a period against 0.80 % in the long run, turbulent above 2.6 times that: equity 50.0 %"
        ),
        "{}",
        turbulent.reason().explain(&names(2))
    );
    // Their ratio is 2.659; above it the calm rule decides, and 31 January is no year's end.
    let (calm, _) = decide(&of(dec!(2.7)), &market, &[0.4, 0.6], &[0.5, 0.5], &[]).unwrap();
    let Decision::Hold(Reason::Volatility { turbulent: false, reason, .. }) = &calm else {
        unreachable!("{calm:?}");
    };
    assert!(!matches!(**reason, Reason::Drift { .. } | Reason::WithinBand { .. }));
}

#[test]
fn a_portfolio_that_never_moved_is_calm() {
    let market = market(&shaken());
    let (decision, _) = decide(&of(dec!(1.5)), &market, &[0.5, 0.5], &[0.0, 1.0], &[]).unwrap();
    assert!(matches!(decision.reason(), Reason::Volatility { turbulent: false, .. }), "{decision:?}");
}

#[test]
fn a_short_history_counts_as_calm_and_says_what_is_missing() {
    let short: Vec<Vec<f64>> = shaken().iter().map(|returns| returns[..11].to_vec()).collect();
    let (decision, _) = decide(&of(dec!(1.5)), &market(&short), &[0.5, 0.5], &[0.9, 0.1], &[]).unwrap();
    let Reason::Unmeasured { why, reason } = decision.reason() else { unreachable!("{decision:?}") };
    assert_eq!(**why, Reason::TooShort { position: Some(0), found: 11, needed: 12 });
    assert_eq!(why.explain(&names(2)), "equity has 11 returns, 12 are needed");
    let calm = of(dec!(1.5)).calm().clone();
    let (alone, _) = decide(&calm, &market(&short), &[0.5, 0.5], &[0.9, 0.1], &[]).unwrap();
    assert_eq!((decision.trades(), &**reason), (alone.trades(), alone.reason()));
}

#[test]
fn only_the_newest_of_the_window_count() {
    // An earthquake before the window.
    let quake = |returns: &Vec<f64>| [vec![-0.5; 3], vec![0.4; 6], returns.clone()].concat();
    let long: Vec<Vec<f64>> = shaken().iter().map(quake).collect();
    let rule = WhenVolatile::new(2, window(12, 12), dec!(1.5), band(), yearly()).unwrap();
    let answer =
        |returns: &[Vec<f64>]| decide(&rule, &market(returns), &[0.5, 0.5], &[0.5, 0.5], &[]).unwrap().0;
    let (Reason::Volatility { long_run: one, .. }, Reason::Volatility { long_run: other, .. }) =
        (answer(&shaken()).reason().clone(), answer(&long).reason().clone())
    else {
        unreachable!();
    };
    assert!((one - other).abs() < 1e-12, "{one} {other}");
    assert_eq!(months(12).len(), 13);
}

#[test]
fn settings_come_through_the_constructor() {
    let setting =
        |recent, ratio| WhenVolatile::new(recent, window(12, 20), ratio, band(), yearly()).unwrap_err();
    assert!(matches!(setting(1, dec!(1.5)), RebalanceError::Setting { what: "recent", .. }));
    assert!(matches!(setting(13, dec!(1.5)), RebalanceError::Setting { what: "recent", .. }));
    assert!(matches!(setting(2, dec!(0)), RebalanceError::Setting { what: "ratio of volatilities", .. }));
    let json = |recent: u8, more: &str| {
        format!(
            r#"{{"when_volatile":{{"recent":{recent},"window":{{"least":12,"most":20}},{more}
            "turbulent":{{"drift_band":{{"measure":"portfolio","threshold":1,"scope":"all"}}}},"calm":{{"calendar":{{"every":"year","on":"end"}}}}}}}}"#
        )
    };
    let read = |text: &str| serde_json::from_str::<Rule>(text);
    assert_eq!(read(&json(2, "")).unwrap(), Rule::WhenVolatile(of(WhenVolatile::RATIO)));
    assert!(read(&json(1, "")).is_err() && read(&json(2, r#""extra":1,"#)).is_err());
    let again = serde_json::to_string(&read(&json(2, r#""ratio":2,"#)).unwrap()).unwrap();
    assert_eq!(read(&again).unwrap(), Rule::WhenVolatile(of(dec!(2))));
    for bad in [r#"{"least":1,"most":5}"#, r#"{"least":5,"most":4}"#, r#"{"least":2,"most":4,"x":1}"#, "{}"] {
        assert!(serde_json::from_str::<allweather_rebalance::Window>(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_rule_within_a_rule_is_given_its_costs() {
    let dear = rule(r#"{"cost_aware":{"window":{"least":12,"most":20}}}"#);
    let of = |turbulent, calm| WhenVolatile::new(2, window(12, 20), dec!(1.5), turbulent, calm).unwrap();
    assert!(of(dear.clone(), yearly()).reads_costs() && of(yearly(), dear.clone()).reads_costs());
    assert!(!of(yearly(), band()).reads_costs());
    let nested = Rule::first_of(vec![yearly(), Rule::WhenVolatile(of(dear, yearly()))]).unwrap();
    assert!(nested.reads_costs());
}
