use allweather_core::{Currency, Month};
use allweather_market::{Frequency, Instrument, Market, PricePanel};
use allweather_rebalance::{
    Calendar, Decision, DriftBand, DriftMeasure, Edge, Period, Reason, Rebalancer, Review, Rule, Scope,
    Targets,
};
use chrono::{NaiveDate, TimeDelta};

fn market(dates: Vec<NaiveDate>) -> Market {
    let gold = Instrument { id: "gold".parse().unwrap(), currency: Currency::JPY };
    let levels = vec![Some(1.0); dates.len()];
    Market::new(Currency::JPY, PricePanel::new(Frequency::Daily, dates, vec![(gold, levels)]).unwrap())
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn decide(rule: &dyn Rebalancer, targets: &[f64], weights: &[f64]) -> (Decision, Targets) {
    let market = market(vec![day("2024-01-31")]);
    let mut wanted = Targets::new(targets.to_vec());
    let decision =
        rule.decide(&Review::new(market.as_of(day("2024-01-31")), targets, weights), &mut wanted).unwrap();
    (decision, wanted)
}

#[test]
fn a_band_trades_from_half_a_percent_and_says_why() {
    let band = DriftBand::new(DriftMeasure::Portfolio, 1, Scope::All).unwrap();
    let (held, _) = decide(&band, &[0.6, 0.4], &[0.6049, 0.3951]);
    assert!(
        matches!(held, Decision::Hold(Reason::WithinBand { largest, .. }) if (largest - 0.49).abs() < 1e-9),
        "{held:?}"
    );
    let (traded, wanted) = decide(&band, &[0.6, 0.4], &[0.605, 0.395]);
    assert!(
        matches!(traded, Decision::Rebalance(Reason::Drift { position: 0, breached: 2, .. })),
        "{traded:?}"
    );
    assert!(wanted.trades_all());
}

#[test]
fn only_breached_assets_trade_when_the_scope_says_so() {
    let band = DriftBand::published();
    let (traded, wanted) = decide(&band, &[0.5, 0.3, 0.2], &[0.501, 0.3, 0.199]);
    // 0.501/0.5 is 0.2 % off, 0.199/0.2 is 0.5 % off.
    assert!(traded.trades());
    assert_eq!(wanted.traded(), [false, false, true]);
}

#[test]
fn the_asset_that_has_drifted_furthest_is_named_wherever_it_stands() {
    for assets in 1..11_u8 {
        for furthest in 0..assets {
            for measure in [DriftMeasure::Portfolio, DriftMeasure::Position] {
                let targets = vec![1.0 / f64::from(assets); usize::from(assets)];
                let mut weights = targets.clone();
                weights[usize::from(furthest)] -= 0.02;
                let band = DriftBand::new(measure, 1, Scope::All).unwrap();
                let (decision, _) = decide(&band, &targets, &weights);
                assert!(
                    matches!(decision.reason(), Reason::Drift { position, .. } if *position == usize::from(furthest)),
                    "{assets} {furthest} {decision:?}"
                );
            }
        }
    }
}

#[test]
fn an_asset_not_yet_held_is_seen() {
    let (traded, wanted) = decide(&DriftBand::published(), &[0.9, 0.1], &[1.0, 0.0]);
    assert!(matches!(traded.reason(), Reason::Drift { breached: 2, .. }));
    assert_eq!(wanted.traded(), [true, true]);
    // And one that is no longer wanted.
    let (traded, _) = decide(&DriftBand::published(), &[1.0, 0.0], &[0.9999, 0.0001]);
    assert!(traded.trades());
}

#[test]
fn a_band_of_nought_is_refused_also_from_a_file() {
    assert!(DriftBand::new(DriftMeasure::Portfolio, 0, Scope::All).is_err());
    assert!(
        serde_json::from_str::<Rule>(r#"{"drift_band":{"measure":"position","threshold":0,"scope":"all"}}"#)
            .is_err()
    );
    assert!(
        serde_json::from_str::<Rule>(
            r#"{"drift_band":{"measure":"position","threshold":1,"scope":"all","x":1}}"#
        )
        .is_err()
    );
    let rule: Rule = serde_json::from_str(r#"{"calendar":{"every":"month","on":"start"}}"#).unwrap();
    assert_eq!(serde_json::to_string(&rule).unwrap(), r#"{"calendar":{"every":"month","on":"start"}}"#);
}

#[test]
fn never_holds_whatever_has_drifted() {
    let rule: Rule = serde_json::from_str(r#""never""#).unwrap();
    assert_eq!((&rule, serde_json::to_string(&rule).unwrap().as_str()), (&Rule::Never, r#""never""#));
    let market = market(vec![day("2024-01-31")]);
    let review = Review::new(market.as_of(day("2024-01-31")), &[0.1], &[0.9]);
    let decision = rule.decide(&review, &mut Targets::new(vec![0.1])).unwrap();
    assert!(!decision.trades() && decision.reason().explain(&[]) == "bought and held");
}

fn due_dates(rule: Calendar, dates: &[NaiveDate]) -> Vec<String> {
    let market = market(dates.to_vec());
    let mut due = Vec::new();
    for (i, date) in dates.iter().enumerate() {
        let review = Review::new(market.as_of(*date), &[1.0], &[1.0]);
        let review = if i == 0 { review } else { review.after(dates[i - 1]) };
        let review = dates.get(i + 1).map_or(review, |next| review.before(*next));
        if rule.decide(&review, &mut Targets::new(vec![1.0])).unwrap().trades() {
            due.push(date.to_string());
        }
    }
    due
}

#[test]
fn calendars_on_days_and_on_month_ends() {
    let days: Vec<NaiveDate> = (0..100).map(|k| day("2023-12-28") + TimeDelta::days(k)).collect();
    assert_eq!(
        due_dates(Calendar { every: Period::Month, on: Edge::Start }, &days),
        ["2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01"]
    );
    assert_eq!(
        due_dates(Calendar { every: Period::Quarter, on: Edge::End }, &days),
        ["2023-12-31", "2024-03-31"]
    );
    assert_eq!(due_dates(Calendar { every: Period::Year, on: Edge::Start }, &days), ["2024-01-01"]);
    assert_eq!(due_dates(Calendar { every: Period::Week, on: Edge::Start }, &days).len(), 14);
    assert_eq!(due_dates(Calendar { every: Period::Week, on: Edge::End }, &days)[0], "2023-12-31");
    let first = Month::new(2024, 1).unwrap();
    let ends: Vec<NaiveDate> = first.through(first.offset(13)).map(Month::last_day).collect();
    assert_eq!(due_dates(Calendar { every: Period::Quarter, on: Edge::End }, &ends).len(), 4);
    assert_eq!(
        due_dates(Calendar { every: Period::HalfYear, on: Edge::End }, &ends),
        ["2024-06-30", "2024-12-31"]
    );
    assert_eq!(due_dates(Calendar { every: Period::HalfYear, on: Edge::Start }, &ends)[0], "2024-07-31");
    assert_eq!(due_dates(Calendar { every: Period::Year, on: Edge::End }, &ends), ["2024-12-31"]);
    // Days without weekends: a period ends on its last day there is, a Friday as well.
    let weekdays: Vec<NaiveDate> = (0..120)
        .map(|k| day("2023-09-01") + TimeDelta::days(k))
        .filter(|date| date.format("%u").to_string().as_str() < "6")
        .collect();
    assert_eq!(
        due_dates(Calendar { every: Period::Month, on: Edge::End }, &weekdays),
        ["2023-09-29", "2023-10-31", "2023-11-30", "2023-12-29"]
    );
    // Without a review before, nothing is known to be new.
    assert_eq!(
        due_dates(Calendar { every: Period::Month, on: Edge::Start }, &ends[..1]),
        Vec::<String>::new()
    );
}

#[test]
fn targets_refuse_weights_that_are_none() {
    let mut targets = Targets::new(vec![0.5, 0.5]);
    assert!(
        targets.set(0, f64::NAN).is_err() && targets.set(0, 1.1).is_err() && targets.set(2, 0.1).is_err()
    );
    targets.keep(1);
    targets.keep(1);
    targets.keep(9);
    assert!(!targets.trades_all());
    targets.set(1, 0.4).unwrap();
    assert!(targets.trades_all());
    targets.keep(0);
    targets.reset(&[1.0]);
    assert!(targets.trades_all() && targets.weights() == [1.0] && targets.traded() == [true]);
}

/// A mix that is all cash has no risk and no end.
#[test]
fn a_part_that_is_all_cash_has_returns_of_nought() {
    let market = crate::panel::market(&[vec![0.1, -0.1, 0.2]]);
    let day = *market.prices().dates().last().unwrap();
    let mixes = [vec![(0, 0.5)], vec![]];
    let review = Review::new(market.as_of(day), &[0.5, 0.5], &[0.4, 0.6]).of_mixes(&mixes);
    let returns = review.returns(2, 10, allweather_market::ReturnCurrency::Base).unwrap();
    assert_eq!(returns.dim(), (3, 2));
    assert!((returns[(2, 0)] - 0.1).abs() < 1e-12 && returns.column(1).iter().all(|r| r.abs() <= 0.0));
    // Nothing but cash has no returns at all.
    let nothing = [vec![]];
    let review = Review::new(market.as_of(day), &[1.0], &[1.0]).of_mixes(&nothing);
    assert!(review.returns(1, 10, allweather_market::ReturnCurrency::Base).is_none());
}

#[test]
fn words_about_an_asset_name_it() {
    let about = Reason::About { position: 1, words: "is far away".into() };
    assert_eq!(about.explain(&crate::panel::names(2)), "bonds is far away");
    assert_eq!(about.explain(&[]), "? is far away");
}
