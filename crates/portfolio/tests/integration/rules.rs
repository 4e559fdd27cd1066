//! What a run makes of the answers of rules.

use allweather_core::Currency;
use allweather_market::{Market, PricePanel};
use allweather_portfolio::{
    Simulation, Spec,
    rebalance::{Decision, Reason, RebalanceError, Rebalancer, Review, Targets},
    rfr::RateHistory,
    simulate,
};

fn market(prices: &str) -> Market {
    Market::new(Currency::JPY, PricePanel::from_csv("prices.csv", prices).unwrap())
}

fn halves() -> Spec {
    Spec::from_json(
        r#"{"name": "halves", "capital": 1000, "holdings": [{"asset": "a", "weight": 0.5}, {"asset": "b", "weight": 0.5}],
            "rule": {"calendar": {"every": "year", "on": "end"}}}"#,
    )
    .unwrap()
}

/// Wants other weights in February, by whatever means; after that the strategic ones.
#[derive(Debug)]
enum Once {
    Replaced,
    Reset,
    Set,
}

impl Rebalancer for Once {
    fn decide(&self, review: &Review<'_>, targets: &mut Targets) -> Result<Decision, RebalanceError> {
        if review.date().to_string() == "2020-02-29" {
            match self {
                Self::Replaced => *targets = Targets::new(vec![0.9, 0.1]),
                Self::Reset => targets.reset(&[0.9, 0.1]),
                Self::Set => {
                    targets.set(0, 0.9)?;
                    targets.set(1, 0.1)?;
                }
            }
        }
        Ok(Decision::Rebalance(Reason::Other("once".into())))
    }
}

#[test]
fn what_a_rule_wanted_once_is_not_wanted_again() {
    let market = market("month,a_jpy,b_jpy\n2020-01,1,1\n2020-02,1,1\n2020-03,1,1\n2020-04,1,1\n");
    let spec = halves();
    let rates = RateHistory::default();
    for rule in [Once::Replaced, Once::Reset, Once::Set] {
        let record = Simulation::new(&spec, &market, &rates).unwrap().with_rule(&rule).run().unwrap();
        let held: Vec<f64> = record.steps().map(|step| step.after[0]).collect();
        assert_eq!(held, [500.0, 900.0, 500.0, 500.0], "{rule:?}");
    }
}

/// What a rule asks beyond the whole is refused, however it asks.
#[test]
fn weights_above_one_are_refused_by_their_sum() {
    #[derive(Debug)]
    struct Greedy;
    impl Rebalancer for Greedy {
        fn decide(&self, _: &Review<'_>, targets: &mut Targets) -> Result<Decision, RebalanceError> {
            targets.reset(&[1.5, 1.5]);
            Ok(Decision::Rebalance(Reason::Other("more".into())))
        }
    }
    let market = market("month,a_jpy,b_jpy\n2020-01,1,1\n2020-02,1,1\n");
    let spec = halves();
    let rates = RateHistory::default();
    let error = Simulation::new(&spec, &market, &rates).unwrap().with_rule(&Greedy).run().unwrap_err();
    assert_eq!(error.to_string(), "on 2020-02-29 the rule asks for weights that add up to 3, more than 1");
}

/// A limit that bound last month and does not bind now leaves no trace in what is traded, whatever rule is inside it.
#[test]
fn a_limit_that_no_longer_binds_is_gone() {
    let mut lines = vec!["month,a_jpy,b_jpy,c_jpy".to_owned()];
    let (mut a, mut b, mut c) = (100.0, 100.0, 100.0);
    for (i, month) in (1..=12).enumerate() {
        let together = i < 6;
        a *= if i % 2 == 0 { 1.05 } else { 0.96 };
        b *= if (i % 2 == 0) == together { 1.04 } else { 0.97 };
        c *= [1.01, 1.03, 0.98][i % 3];
        lines.push(format!("2000-{month:02},{a},{b},{c}"));
    }
    let market = market(&lines.join("\n"));
    let run = |inner: &str| {
        let spec = format!(
            r#"{{"name": "limit", "capital": 1000, "holdings": [{{"asset": "a", "weight": 0.4}}, {{"asset": "b", "weight": 0.4}},
                {{"asset": "c", "weight": 0.2}}],
                "rule": {{"correlation_limit": {{"window": {{"least": 2, "most": 3}}, "limit": 0.8, "cap": 40, "rule": {inner}}}}}}}"#
        );
        simulate(&Spec::from_json(&spec).unwrap(), &market, &RateHistory::default()).unwrap()
    };
    let plain = run(r#"{"calendar": {"every": "month", "on": "end"}}"#);
    let nested =
        run(r#"{"first_of": [{"drift_band": {"measure": "portfolio", "threshold": 90, "scope": "all"}},
            {"calendar": {"every": "month", "on": "end"}}]}"#);
    let bound =
        |record: &allweather_portfolio::Record| record.steps().filter(|s| s.after[2] > 0.3 * s.value).count();
    assert!(bound(&plain) > 2 && bound(&plain) < 10, "{}", bound(&plain));
    for (a, b) in plain.steps().zip(nested.steps()) {
        assert_eq!(a.after, b.after, "{} {} / {}", a.month, a.explain(), b.explain());
    }
}
