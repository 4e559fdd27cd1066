//! Parity of two doors: one formula in exact decimals and in doubles. And ready laws for the two that matter most.

use allweather_cashflow::paths::Settlement;
use allweather_core::Number;
use proptest::strategy::Strategy;
use rust_decimal::Decimal;

use crate::{
    BookLine, Broken, Settings,
    check::{Finding, Law, check},
    generate::{self, Quarters, Trade},
};

/// A figure of the exact door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// What it is, such as `pool of 2020Q2`.
    pub name: String,
    /// The figure.
    pub value: Decimal,
    /// The size of what it is made of: a difference of large amounts is as exact as they are. 0 when it is its own measure.
    pub scale: Decimal,
}

/// Checks that two doors give the same figures in every case: `exact` in decimals, `paths` in doubles, as many and in the same order.
///
/// ```text
/// |exact − paths| ≤ tolerance · max(|exact|, scale)
/// ```
///
/// A case that both doors refuse is the same in both; one that only one refuses is a difference.
///
/// ```
/// use allweather_portfolio::core::Overflow;
/// use allweather_testkit::{Settings, laws::{self, parity::Figure}};
/// use rust_decimal::Decimal;
/// let exact = |n: &i64| {
///     let value = Decimal::from(*n) / Decimal::from(7);
///     Ok::<_, Overflow>(vec![Figure { name: "a seventh".to_owned(), value, scale: Decimal::ZERO }])
/// };
/// laws::parity(&Settings::default(), &(0..1000_i64), 1e-15, exact, |n| Ok::<_, Overflow>(vec![*n as f64 / 7.0]))?;
/// # Ok::<(), allweather_testkit::Broken>(())
/// ```
///
/// # Errors
///
/// [`Broken`] with the first figure that differs, and the smallest case found in which it does.
pub fn parity<S: Strategy, E: std::error::Error, F: std::error::Error>(
    settings: &Settings,
    cases: &S,
    tolerance: f64,
    exact: impl Fn(&S::Value) -> Result<Vec<Figure>, E>,
    paths: impl Fn(&S::Value) -> Result<Vec<f64>, F>,
) -> Result<(), Broken> {
    let words = "the exact door and the door in doubles give the same figures, but for rounding.";
    check(Law { name: "parity", words }, settings, cases, |case| {
        let (exact, paths) = match (exact(case), paths(case)) {
            (Ok(exact), Ok(paths)) => (exact, paths),
            (Err(_), Err(_)) => return Ok(()),
            (Ok(_), Err(error)) => {
                return Err(Finding::new("figures, as in decimals", format!("in doubles: {error}")));
            }
            (Err(error), Ok(_)) => {
                return Err(Finding::new("figures, as in doubles", format!("in decimals: {error}")));
            }
        };
        if exact.len() != paths.len() {
            let expected = format!("{} figures, as in decimals", exact.len());
            return Err(Finding::new(expected, format!("{} in doubles", paths.len())));
        }
        for (Figure { name, value, scale }, found) in exact.iter().zip(paths) {
            let double = value.to_double();
            let measure = double.abs().max(scale.to_double().abs());
            let difference = (double - found).abs();
            if difference.is_nan() || difference > tolerance * measure {
                let expected = format!("{name} = {value}, to {tolerance:e} of {measure}");
                return Err(Finding::new(expected, format!("{found} in doubles, {difference:.1e} away")));
            }
        }
        Ok(())
    })
}

/// The published quarter: [`Quarters::by_ledger`] against a door in doubles, such as [`Quarters::by_account`] or your own.
///
/// ```
/// use allweather_testkit::{Settings, generate::Quarters, laws};
/// laws::parity::ledger(&Settings::default(), Quarters::by_account)?;
/// # Ok::<(), allweather_testkit::Broken>(())
/// ```
///
/// # Errors
///
/// [`Broken`] with the first figure of a quarter that differs by more than 10⁻¹² of the capital, or is halted on one side alone.
pub fn ledger<E: std::error::Error>(
    settings: &Settings,
    paths: impl Fn(&Quarters) -> Result<Vec<Settlement>, E>,
) -> Result<(), Broken> {
    let exact = |quarters: &Quarters| {
        let scale = quarters.terms.initial_capital();
        let of = |((quarter, _), line): ((allweather_core::Quarter, _), BookLine)| {
            let figures = [
                ("excess return", line.excess),
                ("headroom", line.headroom),
                ("reinvestment", line.reinvested),
                ("withdrawal", line.withdrawn),
                ("pool", line.pool),
                ("shortfall", line.shortfall),
                ("invested capital", line.invested_capital),
                // A halt is a yes or a no: as large as the capital, so that it is never lost in rounding.
                ("halt (the capital is yes)", if line.halted { scale } else { Decimal::ZERO }),
            ];
            figures.map(|(name, value)| Figure { name: format!("{name} of {quarter}"), value, scale })
        };
        let lines = quarters.by_ledger()?;
        Ok::<_, allweather_cashflow::CashflowError>(quarters.iter().zip(lines).flat_map(of).collect())
    };
    let doubles = |quarters: &Quarters| {
        let scale = quarters.terms.initial_capital().to_double();
        let of = |s: Settlement| {
            let halted = if s.halted { scale } else { 0.0 };
            [s.excess, s.headroom, s.reinvested, s.withdrawn, s.pool, s.shortfall, s.invested, halted]
        };
        Ok::<_, E>(paths(quarters)?.into_iter().flat_map(of).collect())
    };
    parity(settings, &generate::quarters(), 1e-12, exact, doubles)
}

/// The self-financing trade to targets: [`Trade::by_plan`] against a door in doubles, such as [`Trade::by_paths`] or your own, which
/// answers with the value of each holding after the trade.
///
/// ```
/// use allweather_testkit::{Settings, generate::Trade, laws};
/// laws::parity::trade(&Settings::default(), Trade::by_paths)?;
/// # Ok::<(), allweather_testkit::Broken>(())
/// ```
///
/// # Errors
///
/// [`Broken`] with the first holding that differs by more than 10⁻¹² of the account.
pub fn trade<E: std::error::Error>(
    settings: &Settings,
    paths: impl Fn(&Trade) -> Result<Vec<f64>, E>,
) -> Result<(), Broken> {
    let exact = |trade: &Trade| {
        let scale = trade.value()?;
        let lines = trade.by_plan()?.lines.into_iter().zip(&trade.assets);
        let figure = |(line, row): (allweather_rebalance::PlanLine, &generate::TradeRow)| Figure {
            name: format!("{} after the trade", row.id),
            // Before lots: what the trade wants, not what it can do.
            value: (row.units + line.wanted) * row.price,
            scale,
        };
        Ok::<_, allweather_rebalance::RebalanceError>(lines.map(figure).collect())
    };
    parity(settings, &generate::trades(), 1e-12, exact, paths)
}
