use allweather_core::{Currency, Percent};
use allweather_market::{Frequency, Instrument, Market, PricePanel};
use allweather_rebalance::{
    Decision, Destination, DriftBand, DriftMeasure, Reason, RebalanceError, Rebalancer, Review, Rule, Scope,
    Targets, Threshold,
    paths::{TOLERANCE_PERCENT, drift_percent},
};
use proptest::prelude::*;
use rust_decimal::{Decimal, dec};

/// Asks a rule once, with cost rates: what it answers, and the weights after a trade that costs nothing.
pub(crate) fn try_ask(
    rule: &dyn Rebalancer,
    targets: &[f64],
    weights: &[f64],
    rates: &[f64],
) -> Result<(Decision, Vec<f64>), RebalanceError> {
    let day = "2024-01-31".parse().unwrap();
    let gold = Instrument { id: "gold".parse().unwrap(), currency: Currency::JPY };
    let panel = PricePanel::new(Frequency::Daily, vec![day], vec![(gold, vec![Some(1.0)])]).unwrap();
    let market = Market::new(Currency::JPY, panel);
    let mut wanted = Targets::new(targets.to_vec());
    let review = Review::new(market.as_of(day), targets, weights).with_cost_rates(rates);
    let decision = rule.decide(&review, &mut wanted)?;
    let place = |i: usize| wanted.wanted(i).filter(|_| decision.trades()).unwrap_or(weights[i]);
    let to = (0..weights.len()).map(place).collect();
    Ok((decision, to))
}

/// The same for a rule that can decide.
pub(crate) fn ask(
    rule: &dyn Rebalancer,
    targets: &[f64],
    weights: &[f64],
    rates: &[f64],
) -> (Decision, Vec<f64>) {
    try_ask(rule, targets, weights, rates).unwrap()
}

pub(crate) fn close(found: &[f64], wanted: &[f64]) {
    assert_eq!(found.len(), wanted.len());
    for (a, b) in found.iter().zip(wanted) {
        assert!((a - b).abs() < 1e-12, "{found:?} {wanted:?}");
    }
}

fn to(band: DriftBand, targets: &[f64], weights: &[f64]) -> Vec<f64> {
    ask(&band, targets, weights, &[]).1
}

fn percent(points: Decimal) -> Percent {
    Percent::new(points)
}

#[test]
fn daryanani_trades_what_is_outside_to_half_of_the_band() {
    let band = DriftBand::daryanani();
    let targets = [0.3, 0.4, 0.2, 0.1];
    close(&to(band, &targets, &[0.37, 0.34, 0.19, 0.1]), &[0.33, 0.38, 0.19, 0.1]);
    close(&to(band, &[0.6, 0.4], &[0.73, 0.27]), &[0.64, 0.36]);
    // On the edge, 20 % above and 20 % below, nothing is outside.
    assert!(!ask(&band, &targets, &[0.36, 0.32, 0.22, 0.1], &[]).0.trades());
    assert!(ask(&band, &targets, &[0.360_001, 0.32, 0.219_999, 0.1], &[]).0.trades());
}

#[test]
fn vanguard_goes_back_by_a_quarter_of_a_point() {
    let band = DriftBand::vanguard();
    close(&to(band, &[0.6, 0.4], &[0.63, 0.37]), &[0.6175, 0.3825]);
    assert!(!ask(&band, &[0.6, 0.4], &[0.62, 0.38], &[]).0.trades());
}

/// Cash above what is wanted of it is an asset that is too large: it buys what is furthest below its target.
#[test]
fn cash_balances_like_an_asset() {
    let band = DriftBand::daryanani();
    // A tenth of cash that nobody wants: all of it is spent, and there is just enough for the targets.
    close(&to(band, &[0.5, 0.3, 0.2], &[0.5, 0.21, 0.19]), &[0.5, 0.3, 0.2]);
    // Cash of 22 % where 20 % is wanted: the second is bought to 0.27; 0.07 is sold of the first, at +16 %, and of cash, at +10 %.
    let level = 1.1 - 0.04 / 0.7;
    close(&to(band, &[0.5, 0.3], &[0.58, 0.2]), &[0.5 * level, 0.27]);
}

#[test]
fn scope_all_brings_every_asset_within_the_destination() {
    let targets = [0.3, 0.4, 0.2, 0.1];
    let weights = [0.37, 0.34, 0.17, 0.12];
    let narrow = DriftBand::daryanani();
    // Only the first is outside 20 %: 0.04 is balanced by what is furthest below, 0.34 and 0.17, to a level of −5/60.
    let level = -1.0 / 12.0;
    let lifted = |t: f64| t * (1.0 + level);
    close(&to(narrow, &targets, &weights), &[0.33, lifted(0.4), lifted(0.2), 0.12]);
    let all = DriftBand::new(DriftMeasure::Position, percent(dec!(20)), Scope::All).unwrap();
    let all = all.back_to(Destination::Half).unwrap();
    // The last one goes to 0.11 as well, so that 0.05 is to be balanced.
    let level = -0.04 / 0.6;
    let lifted = |t: f64| t * (1.0 + level);
    close(&to(all, &targets, &weights), &[0.33, lifted(0.4), lifted(0.2), 0.11]);
}

#[test]
fn a_rounded_band_goes_half_way_too() {
    let band = DriftBand::new(DriftMeasure::Portfolio, 5, Scope::Breached).unwrap();
    let half = band.back_to(Destination::Half).unwrap();
    // It trades from 4.5 points, so half of it is 2.25.
    close(&to(half, &[0.6, 0.4], &[0.645, 0.355]), &[0.6225, 0.3775]);
    assert!(!ask(&half, &[0.6, 0.4], &[0.6449, 0.3551], &[]).0.trades());
}

#[test]
fn a_destination_outside_of_the_band_is_refused() {
    let unrounded = DriftBand::new(DriftMeasure::Portfolio, percent(dec!(2)), Scope::All).unwrap();
    assert!(unrounded.back_to(Destination::Edge).is_ok());
    assert!(unrounded.back_to(Destination::Within(percent(dec!(2)))).is_ok());
    assert!(unrounded.back_to(Destination::Within(percent(dec!(2.01)))).is_err());
    assert!(unrounded.back_to(Destination::Within(percent(dec!(-0.1)))).is_err());
    let rounded = DriftBand::new(DriftMeasure::Portfolio, 2, Scope::All).unwrap();
    assert!(rounded.back_to(Destination::Within(percent(dec!(1.49)))).is_ok());
    let words = rounded.back_to(Destination::Edge).unwrap_err().to_string();
    assert_eq!(
        words,
        "drift at the destination 1.5 is not 0 or more and below the drift that trades (the edge of a rounded band trades itself)"
    );
    assert!(DriftBand::new(DriftMeasure::Portfolio, percent(dec!(0)), Scope::All).is_err());
    assert!(DriftBand::new(DriftMeasure::Portfolio, percent(dec!(-1)), Scope::All).is_err());
}

#[test]
fn every_form_is_written_as_it_is_read() {
    for json in [
        r#"{"measure":"position","threshold":1,"scope":"breached"}"#,
        r#"{"measure":"portfolio","threshold":5,"scope":"all","to":"half"}"#,
        r#"{"measure":"portfolio","threshold":5,"scope":"all","to":{"within":"4.4"}}"#,
        r#"{"measure":"portfolio","threshold":"2.5","rounding":"none","scope":"all"}"#,
        r#"{"measure":"position","threshold":"20","rounding":"none","scope":"breached","to":"half"}"#,
        r#"{"measure":"portfolio","threshold":"2","rounding":"none","scope":"breached","to":{"within":"1.75"}}"#,
        r#"{"measure":"portfolio","threshold":"2","rounding":"none","scope":"all","to":"edge"}"#,
    ] {
        let band: DriftBand = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&band).unwrap(), json);
    }
    for (preset, json) in [
        (DriftBand::published(), r#"{"measure":"position","threshold":1,"scope":"breached"}"#),
        (
            DriftBand::daryanani(),
            r#"{"measure":"position","threshold":20,"rounding":"none","scope":"breached","to":"half"}"#,
        ),
        (
            DriftBand::vanguard(),
            r#"{"measure":"portfolio","threshold":2,"rounding":"none","scope":"breached","to":{"within":1.75}}"#,
        ),
    ] {
        assert_eq!(serde_json::from_str::<DriftBand>(json).unwrap(), preset);
    }
    let long =
        r#"{"measure":"position","threshold":1,"rounding":"whole_percent","scope":"breached","to":"target"}"#;
    assert_eq!(serde_json::from_str::<DriftBand>(long).unwrap(), DriftBand::published());
}

/// Found by random texts: a decimal with trailing zeros became another double than the same decimal without.
#[test]
fn trailing_zeros_make_no_other_band() {
    let band = |zeros: &str| -> DriftBand {
        let within = format!("6000025546.90856314{zeros}");
        let form = r#"{"measure":"position","threshold":"6576026887","rounding":"none","scope":"all","to":{"within":"#;
        serde_json::from_str(&format!("{form}\"{within}\"}}}}")).unwrap()
    };
    assert_eq!(band("000"), band(""));
}

#[test]
fn a_band_that_is_none_is_refused_with_words() {
    for (json, words) in [
        (
            r#"{"measure":"position","threshold":1.5,"scope":"all"}"#,
            "drift threshold 1.5 is not a whole percent from 1 up",
        ),
        (
            r#"{"measure":"position","threshold":-1,"scope":"all"}"#,
            "drift threshold -1 is not a whole percent",
        ),
        (
            r#"{"measure":"position","threshold":5000000000,"scope":"all"}"#,
            "drift threshold 5000000000 is not a whole",
        ),
        (
            r#"{"measure":"position","threshold":0,"rounding":"none","scope":"all"}"#,
            "drift threshold 0 is not above 0",
        ),
        (r#"{"measure":"position","threshold":1,"scope":"all","to":"edge"}"#, "drift at the destination 0.5"),
        (r#"{"measure":"position","threshold":1,"rounding":"up","scope":"all"}"#, "unknown variant `up`"),
        (r#"{"measure":"position","threshold":1,"scope":"all","back":"half"}"#, "unknown field `back`"),
    ] {
        let refused = serde_json::from_str::<DriftBand>(json).unwrap_err().to_string();
        assert!(refused.contains(words), "{json}: {refused}");
    }
}

#[test]
fn a_band_says_what_it_did_and_how_near_it_was() {
    let universe = ["gold".parse().unwrap(), "bonds".parse().unwrap()];
    let say = |band: DriftBand, targets: &[f64], weights: &[f64]| {
        ask(&band, targets, weights, &[]).0.reason().explain(&universe)
    };
    let band = DriftBand::new(DriftMeasure::Portfolio, percent(dec!(2)), Scope::Breached).unwrap();
    let near = band.back_to(Destination::Within(percent(dec!(1)))).unwrap();
    assert_eq!(
        say(near, &[0.2, 0.4, 0.4], &[0.231, 0.385, 0.384]),
        "gold 23.1 % against 20.0 %: +3.1 points of the portfolio, band 2, sold to 21.0 %; 1 asset breached"
    );
    assert_eq!(
        say(DriftBand::published(), &[0.2, 0.8], &[0.19, 0.81]),
        "gold 19.0 % against 20.0 %: -5.0 % of the position, band 1, bought to 20.0 %; 2 assets breached"
    );
    assert_eq!(
        say(near, &[0.2, 0.8], &[0.212, 0.788]),
        "largest drift 1.2 points of the portfolio, band 2: 0.8 short of trading"
    );
    // A rounded band trades half a percent earlier than it is called.
    let rounded = DriftBand::new(DriftMeasure::Portfolio, 2, Scope::All).unwrap();
    assert_eq!(
        say(rounded, &[0.2, 0.8], &[0.212, 0.788]),
        "largest drift 1.2 points of the portfolio, band 2: 0.3 short of trading"
    );
    // As data, a threshold keeps its form.
    let (traded, _) = ask(&near, &[0.2, 0.8], &[0.231, 0.769], &[]);
    let json = serde_json::to_value(&traded).unwrap();
    assert_eq!(json["rebalance"]["drift"]["threshold"], "2");
    let (held, _) = ask(&rounded, &[0.2, 0.8], &[0.212, 0.788], &[]);
    assert_eq!(serde_json::to_value(&held).unwrap()["hold"]["within_band"]["threshold"], 2);
}

#[test]
fn a_band_that_holds_and_one_that_trades_to_targets_allocate_nothing() {
    let day = "2024-01-31".parse().unwrap();
    let gold = Instrument { id: "gold".parse().unwrap(), currency: Currency::JPY };
    let panel = PricePanel::new(Frequency::Daily, vec![day], vec![(gold, vec![Some(1.0)])]).unwrap();
    let market = Market::new(Currency::JPY, panel);
    let rule = Rule::DriftBand(DriftBand::published());
    let mut wanted = Targets::new(vec![0.6, 0.4]);
    for weights in [[0.601, 0.399], [0.7, 0.3]] {
        let review = Review::new(market.as_of(day), &[0.6, 0.4], &weights);
        let ask = || drop(rule.decide(&review, &mut wanted).unwrap());
        assert_eq!(allocation_counter::measure(ask).count_total, 0);
    }
}

/// What drifts to the limit exactly has drifted, and counts.
#[test]
fn the_limit_itself_is_breached() {
    let mut met = 0;
    for percent in 1..=20_u32 {
        let limit = f64::from(percent) - 0.5 - TOLERANCE_PERCENT;
        let mut held = limit / 100.0 * (1.0 - 1e-15);
        while held * 100.0 < limit {
            held = held.next_up();
        }
        // Not every limit is a hundred times a double.
        let breached = usize::from((held * 100.0).to_bits() == limit.to_bits());
        let band = DriftBand::new(DriftMeasure::Portfolio, percent, Scope::All).unwrap();
        let (decision, _) = ask(&band, &[0.0, 1.0], &[held, 1.0], &[]);
        assert!(matches!(decision.reason(), Reason::Drift { position: 0, breached: 1, .. }), "{decision:?}");
        met += breached;
    }
    assert!(met > 5, "{met}");
}

fn weights(assets: usize) -> impl Strategy<Value = Vec<f64>> {
    // The first is cash. One of them at least is held.
    let parts = (prop::collection::vec(0..1000_u32, assets + 1), 0..=assets, 1..1000_u32);
    parts.prop_map(|(mut parts, held, part)| {
        parts[held] = part;
        let sum: u32 = parts.iter().sum();
        parts[1..].iter().map(|part| f64::from(*part) / f64::from(sum)).collect()
    })
}

fn bands() -> impl Strategy<Value = DriftBand> {
    let threshold = prop_oneof![
        (1..=30_u32).prop_map(Threshold::Rounded),
        (1..=300_i64).prop_map(|n| Threshold::Unrounded(percent(Decimal::new(n, 1))))
    ];
    (any::<bool>(), threshold, any::<bool>(), 0..4_u8, 0..=100_i64).prop_map(
        |(position, threshold, all, to, share)| {
            let measure = if position { DriftMeasure::Position } else { DriftMeasure::Portfolio };
            let scope = if all { Scope::All } else { Scope::Breached };
            let within = threshold.edge() * Decimal::new(share.min(99), 2);
            let to = match (to, threshold) {
                (0, _) => Destination::Target,
                (1, _) => Destination::Half,
                (2, Threshold::Unrounded(_)) => Destination::Edge,
                _ => Destination::Within(percent(within)),
            };
            DriftBand::new(measure, threshold, scope).unwrap().back_to(to).unwrap()
        },
    )
}

fn cases() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
    (1..=7_usize).prop_flat_map(|n| (weights(n), weights(n)))
}

proptest! {
    #[test]
    fn a_band_ends_within_its_destination_and_stays_there(band in bands(), (targets, held) in cases()) {
        let (decision, to) = ask(&band, &targets, &held, &[]);
        prop_assert!(to.iter().all(|x| (0.0..=1.0).contains(x)));
        prop_assert!(to.iter().sum::<f64>() <= 1.0 + 1e-9 || band.destination() == Destination::Target);
        let drift = |x: f64, t: f64| drift_percent(t, x, band.measure()).abs();
        let edge: f64 = band.threshold().edge().try_into().unwrap();
        let breached = |i: usize| match band.threshold() {
            Threshold::Rounded(_) => drift(held[i], targets[i]) >= edge - 1e-9,
            Threshold::Unrounded(_) => drift(held[i], targets[i]) > edge + 1e-9,
        };
        prop_assert_eq!(decision.trades(), (0..held.len()).any(breached));
        if !decision.trades() {
            return Ok(());
        }
        let left = match band.destination() {
            Destination::Half => edge / 2.0,
            Destination::Edge => edge,
            Destination::Within(percent) => percent.to_f64(),
            _ => 0.0,
        };
        for i in 0..held.len() {
            if breached(i) || band.scope() == Scope::All {
                // A holding without target is drifted by 100 % until nothing is held.
                let nothing = targets[i] == 0.0 && band.measure() == DriftMeasure::Position;
                prop_assert!(drift(to[i], targets[i]) <= left + 1e-9 || (nothing && to[i] == 0.0), "{i} {to:?}");
            } else {
                prop_assert!(drift(to[i], targets[i]) <= drift(held[i], targets[i]) + 1e-9);
            }
        }
        let (again, still) = ask(&band, &targets, &to, &[]);
        for (a, b) in to.iter().zip(&still) {
            prop_assert!((a - b).abs() < 1e-9, "{again:?} {to:?} {still:?}");
        }
        if let Reason::Drift { position, to: place, breached: count, .. } = *decision.reason() {
            prop_assert!((to[position] - place).abs() < 1e-15);
            prop_assert_eq!(count, (0..held.len()).filter(|i| breached(*i)).count());
        }
    }

    #[test]
    fn quiet_at_target_and_a_permutation_permutes(band in bands(), (targets, held) in cases(), turn in 0..7_usize) {
        let (_, at_target) = ask(&band, &targets, &targets, &[]);
        prop_assert_eq!(&at_target, &targets);
        let turned = |list: &[f64]| {
            let mut list = list.to_vec();
            list.rotate_left(turn % held.len());
            list
        };
        let (_, one) = ask(&band, &targets, &held, &[]);
        let (_, other) = ask(&band, &turned(&targets), &turned(&held), &[]);
        close(&turned(&one), &other);
    }

    #[test]
    fn a_band_survives_being_written(band in bands()) {
        let json = serde_json::to_string(&band).unwrap();
        let read: DriftBand = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(read, band);
        prop_assert_eq!(serde_json::to_string(&read).unwrap(), json);
    }

    /// What a band finds in lanes is what it would find asset by asset, to the bit.
    #[test]
    fn a_band_finds_in_lanes_what_each_asset_has(
        assets in prop::collection::vec((prop_oneof![1 => Just(0.0), 5 => 0.0..0.2_f64], prop_oneof![1 => Just(0.0), 5 => 0.0..0.2_f64]), 1..15),
        position in any::<bool>(),
        at in any::<prop::sample::Index>(),
        twice in any::<bool>(),
    ) {
        // Twice the same: the first of equals is told, also where they do not stand in one row of lanes.
        let assets = assets.repeat(1 + usize::from(twice));
        let (targets, held): (Vec<f64>, Vec<f64>) = assets.into_iter().unzip();
        let measure = if position { DriftMeasure::Position } else { DriftMeasure::Portfolio };
        let drifts: Vec<f64> = targets.iter().zip(&held).map(|(t, w)| drift_percent(*t, *w, measure).abs()).collect();
        let largest = drifts.iter().copied().fold(0.0, f64::max);
        let wide = DriftBand::new(measure, percent(dec!(1_000_000_000_000_000)), Scope::All).unwrap();
        let (decision, _) = ask(&wide, &targets, &held, &[]);
        prop_assert!(matches!(decision.reason(), Reason::WithinBand { largest: found, .. } if found.to_bits() == largest.to_bits()), "{decision:?} {largest}");
        // A band as wide as one of the drifts.
        let threshold = Decimal::from_f64_retain(drifts[at.index(drifts.len())]).unwrap().round_dp(6);
        let band = DriftBand::new(measure, percent(threshold.max(dec!(0.000001))), Scope::All).unwrap();
        let limit = f64::try_from(band.threshold().edge().normalize()).unwrap() + TOLERANCE_PERCENT;
        match *ask(&band, &targets, &held, &[]).0.reason() {
            Reason::Drift { position, drift, breached, .. } => {
                prop_assert_eq!(Some(position), drifts.iter().position(|drift| drift.to_bits() == largest.to_bits()));
                prop_assert_eq!(drift.abs().to_bits(), largest.to_bits());
                prop_assert_eq!(breached, drifts.iter().filter(|drift| **drift >= limit).count());
            }
            Reason::WithinBand { .. } => prop_assert!(largest < limit),
            ref other => prop_assert!(false, "{other:?}"),
        }
    }
}
