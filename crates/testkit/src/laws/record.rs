//! Laws of a finished run: what the engine owes under any rule, any costs, any spending. Call them on a record of your own.

use allweather_portfolio::{Record, Step};
use rust_decimal::prelude::ToPrimitive;

use crate::{
    Broken, World,
    check::{Finding, Law},
    table::number,
};

/// Rounding of the sums in a step, as a fraction of the value.
const ROUNDING: f64 = 1e-12;

pub(super) const CASH: Law =
    Law { name: "cash never negative", words: "no step leaves debts: cash and every holding are 0 or more." };
pub(super) const VALUE: Law = Law {
    name: "value conserved",
    words: "value moves only by what is recorded: market, interest, forwards, costs, withdrawal, reinvestment.",
};
pub(super) const FLOWS: Law = Law {
    name: "flows are no return",
    words: "a return is what was held times what its prices did, with forwards, interest and costs; no flow is in it.",
};

/// Cash and every holding are 0 or more after every step.
///
/// ```
/// use allweather_testkit::{generate, laws};
/// use proptest::prelude::*;
/// proptest!(|(case in generate::cases())| {
///     let record = case.run()?;
///     laws::record::cash_never_negative(&record)?;
///     laws::record::value_conserved(&record)?;
/// });
/// ```
///
/// # Errors
///
/// [`Broken`] with the first step that breaks it.
pub fn cash_never_negative(record: &Record) -> Result<(), Broken> {
    cash(record).map_err(|finding| broken(CASH, record, finding))
}

/// Value moves only by what is recorded, from the capital to the value at the end, and the outcome is that of the steps.
///
/// ```text
/// value after = value before + market + interest + forwards − costs − withdrawn + reinvested = Σ holdings + cash
/// ```
///
/// # Errors
///
/// [`Broken`] with the first step that breaks it.
pub fn value_conserved(record: &Record) -> Result<(), Broken> {
    value(record).map_err(|finding| broken(VALUE, record, finding))
}

/// The return of every step is what was held times what its prices and exchange rates did, with forwards, interest and costs.
/// Returns compound to the final value where nothing flows.
///
/// # Errors
///
/// [`Broken`] with the first step that breaks it, and when `world` is not the one of the run.
pub fn flows_are_no_return(world: &World, record: &Record) -> Result<(), Broken> {
    flows(world, record).map_err(|finding| broken(FLOWS, record, finding))
}

fn broken(law: Law, record: &Record, finding: Finding) -> Broken {
    Broken {
        law: law.name,
        words: law.words,
        expected: finding.expected,
        happened: finding.happened,
        case: format!("spec {}: {}", record.spec().name, record.spec().canonical_json()),
        number: 0,
        seed: 0,
    }
}

fn close(a: f64, b: f64, scale: f64) -> bool {
    (a - b).abs() <= ROUNDING * scale.abs()
}

pub(super) fn cash(record: &Record) -> Result<(), Finding> {
    for step in record.steps() {
        // What is not a number is not 0 or more either.
        if !(step.cash >= 0.0 && step.after.iter().all(|held| *held >= 0.0)) {
            let held: Vec<String> = step
                .universe
                .iter()
                .zip(step.after)
                .map(|(id, held)| format!("{id} {}", number(*held)))
                .collect();
            return Err(Finding::new(
                format!("nothing below 0 on {}", step.date),
                format!("cash {}, {} ({})", number(step.cash), held.join(", "), step.explain()),
            ));
        }
    }
    Ok(())
}

pub(super) fn value(record: &Record) -> Result<(), Finding> {
    let wrong = |what: &str, step: &Step<'_>, expected: f64, found: f64| {
        Err(Finding::new(
            format!("{what} {} on {}", number(expected), step.date),
            format!("{} (off by {})", number(found), number(found - expected)),
        ))
    };
    let capital = record.spec().capital.amount();
    // The engine's own conversion, by text: the nearest f64.
    let mut value = capital.to_string().parse().ok().or_else(|| capital.to_f64()).unwrap_or(f64::NAN);
    for step in record.steps() {
        if step.value_before.to_bits() != value.to_bits() {
            return wrong("to begin with the value of the step before,", &step, value, step.value_before);
        }
        let forwards = step.forwards.hedge + step.forwards.overlay;
        let expected = step.value_before + step.market_profit + step.interest + forwards
            - step.costs.total()
            - step.withdrawn()
            + step.reinvested();
        let scale = step.value_before.max(step.value);
        if !close(step.value_after, expected, scale) {
            return wrong("a value after trade and flows of", &step, expected, step.value_after);
        }
        let held = step.after.iter().sum::<f64>() + step.cash;
        if !close(step.value_after, held, scale) {
            return wrong("holdings and cash of", &step, step.value_after, held);
        }
        value = step.value_after;
    }
    let outcome = record.outcome();
    let values: Vec<f64> = record.steps().map(|s| s.value_after).collect();
    let returns: Vec<f64> = record.steps().map(|s| s.period_return()).collect();
    if outcome.values != values
        || outcome.returns != returns
        || outcome.final_value.to_bits() != value.to_bits()
    {
        return Err(Finding::new("an outcome with the values and returns of the steps", "others"));
    }
    Ok(())
}

pub(super) fn flows(world: &World, record: &Record) -> Result<(), Finding> {
    let mut before: Option<Step<'_>> = None;
    for step in record.steps() {
        let mut earned = step.interest + step.forwards.hedge + step.forwards.overlay - step.costs.total();
        if let Some(before) = &before {
            for (id, held) in step.universe.iter().zip(before.after).filter(|(_, held)| **held != 0.0) {
                let prices = (world.price(id, before.month), world.price(id, step.month));
                let (Some(from), Some(to)) = prices else {
                    let words = format!("none of {id} in {} or {}", before.month, step.month);
                    return Err(Finding::new("a price of every asset that is held", words));
                };
                earned += held * (to / from - 1.0);
            }
        }
        let expected = earned / step.value_before;
        let found = step.period_return();
        let scale = step.value.max(step.value_before) / step.value_before;
        let near = (found - expected).abs() <= 1e-11 * scale;
        if !near {
            return Err(Finding::new(
                format!("a return of {} on {}", number(expected), step.date),
                format!(
                    "{}, with {} withdrawn and {} put back",
                    number(found),
                    number(step.withdrawn()),
                    number(step.reinvested())
                ),
            ));
        }
        before = Some(step);
    }
    Ok(())
}
