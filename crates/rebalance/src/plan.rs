use allweather_core::{AssetId, Number, Overflow, Percent, Rate};
use rust_decimal::{Decimal, dec};
use serde::{Deserialize, Serialize};

use crate::{
    Drift, DriftMeasure, Lot, MinimumCapital, Outcome, RebalanceError, Scope, Spread, UnderMinimum, drift,
    lot::{cut, fit},
    portfolio_minimum_capital, zero_small,
};

/// The rules by which an account is rebalanced in actual operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanRules {
    /// What drift is measured against.
    pub measure: DriftMeasure,
    /// The rounded drift in whole percent that trades.
    pub threshold: u32,
    /// What trades when something has drifted.
    pub scope: Scope,
    /// What is done with orders below the smallest size.
    pub under_minimum: UnderMinimum,
    /// The precision that minimum capital is computed for.
    pub precision: Percent,
    /// The buffer of minimum capital.
    #[serde(with = "allweather_core::wire")]
    pub buffer: Decimal,
    /// The largest target weight that may be set to zero, a fraction.
    #[serde(with = "allweather_core::wire")]
    pub zero_limit: Decimal,
    /// Where such a weight goes.
    pub spread: Spread,
}

impl PlanRules {
    /// The published rules of actual operation: drift of the position [our reading] from 1 %, only breached assets, orders
    /// below the minimum skipped, minimum capital for 1 % with buffer 2, weights up to 1 % set to zero and spread over the others.
    #[must_use]
    pub fn published() -> Self {
        Self {
            measure: DriftMeasure::Position,
            threshold: 1,
            scope: Scope::Breached,
            under_minimum: UnderMinimum::Skip,
            precision: Percent::new(Decimal::ONE),
            buffer: dec!(2),
            zero_limit: dec!(0.01),
            spread: Spread::ProRata,
        }
    }
}

/// One asset of an account that is to be rebalanced.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanAsset {
    /// Its name.
    pub id: AssetId,
    /// Units held, 0 or more.
    pub units: Decimal,
    /// Price of one unit in the account's currency, positive.
    pub price: Decimal,
    /// Target weight, a fraction.
    pub target: Decimal,
    /// The sizes it trades in.
    pub lot: Lot,
    /// Cost as a fraction of traded value, in 0..0.5.
    pub cost_rate: Decimal,
}

/// The orders that bring an account back to its targets, each with its reason.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Plan {
    /// One line for each asset, in universe order.
    pub lines: Vec<PlanLine>,
    /// The capital that the targets would need, and the asset that binds.
    pub minimum_capital: Option<MinimumCapital>,
    /// Assets set to zero because they need more capital than there is.
    pub zeroed: Vec<MinimumCapital>,
    /// Value of the account before the trade, in its currency.
    #[serde(with = "allweather_core::wire")]
    pub value: Decimal,
    /// Estimated cost of all orders, in the account's currency.
    #[serde(with = "allweather_core::wire")]
    pub cost: Decimal,
    /// Cash after the trade, never negative unless it was before.
    #[serde(with = "allweather_core::wire")]
    pub cash: Decimal,
}

/// What is wanted of one asset, what is done, and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PlanLine {
    /// The asset.
    pub id: AssetId,
    /// Its target weight after zeroing, a fraction.
    #[serde(with = "allweather_core::wire")]
    pub target: Decimal,
    /// Its weight before the trade, a fraction.
    #[serde(with = "allweather_core::wire")]
    pub weight: Decimal,
    /// How far it has drifted.
    pub drift: Drift,
    /// Units that would bring it to its target exactly; positive buys, 0 when the asset is not to be traded.
    #[serde(with = "allweather_core::wire")]
    pub wanted: Decimal,
    /// Units sold.
    #[serde(with = "allweather_core::wire")]
    pub sell: Decimal,
    /// Units bought.
    #[serde(with = "allweather_core::wire")]
    pub buy: Decimal,
    /// What became of it.
    pub outcome: Outcome,
}

impl PlanLine {
    /// Units bought less units sold.
    #[must_use]
    pub fn net_units(&self) -> Decimal {
        // Both are within the account's own size, which was checked when the plan was made.
        self.buy.checked_sub(self.sell).unwrap_or_default()
    }

    /// The line in plain words.
    #[must_use]
    pub fn explain(&self) -> String {
        let Self { id, target, weight, drift, wanted, sell, buy, outcome } = self;
        let percent = |x: &Decimal| Rate::from_fraction(*x);
        let state = format!(
            "{id} {:.2} against {:.2} ({:+} % rounded)",
            percent(weight),
            percent(target),
            drift.rounded
        );
        let wanted = wanted.round_dp(4).normalize();
        match outcome {
            Outcome::Nothing => format!("{state}: nothing to do"),
            Outcome::Done if !sell.is_zero() => format!("{state}: wanted {wanted}, sells {sell}"),
            Outcome::Done => format!("{state}: wanted {wanted}, buys {buy}"),
            Outcome::Skipped => format!("{state}: wanted {wanted}, skipped below the smallest order"),
            Outcome::RoundTrip => {
                format!("{state}: wanted {wanted}, sells {sell} and buys {buy} in a round trip")
            }
            Outcome::Zeroed => format!("{state}: wanted {wanted} below the smallest order, sells all {sell}"),
            Outcome::Cut => format!("{state}: wanted {wanted}, cash suffices for {buy}"),
        }
    }
}

/// Plans the orders of an account: who has drifted, what is wanted, what lots and cash allow.
///
/// All amounts are exact and in the account's currency; `cash` is what the account holds beside the assets. Every asset's
/// order is the nearest size to the self-financing trade; purchases that cash cannot pay are cut, the largest first.
///
/// # Errors
///
/// [`RebalanceError`] when a figure is out of range (named with its position), targets add up to more than 1, an asset needs more
/// capital than there is and is too large to be set to zero, or a result does not fit.
///
/// # Source
///
/// Published method, §3: actual operation.
pub fn plan(assets: &[PlanAsset], cash: Decimal, rules: &PlanRules) -> Result<Plan, RebalanceError> {
    check(assets)?;
    let values = assets.iter().map(|a| a.units.times(a.price)).collect::<Result<Vec<_>, _>>()?;
    let value = values.iter().try_fold(cash, |sum, v| sum.plus(*v))?;
    if value <= Decimal::ZERO {
        return Err(RebalanceError::Setting { what: "value of the account", value, rule: "positive" });
    }
    let mut units = Vec::with_capacity(assets.len());
    for asset in assets {
        let unit_value = asset.price.times(asset.lot.minimum().max(asset.lot.increment()))?;
        units.push((asset.id.clone(), unit_value, asset.target));
    }
    let minimum_capital = portfolio_minimum_capital(&units, rules.precision, rules.buffer)?;
    let zeroing = zero_small(&units, value, rules.precision, rules.buffer, rules.zero_limit, rules.spread)?;
    let weights = values.iter().map(|v| v.over(value)).collect::<Result<Vec<_>, _>>()?;
    let drifts = drift(&zeroing.weights, &weights, rules.measure, rules.threshold)?;

    let any = drifts.iter().any(|d| d.breached);
    let traded = |i: usize| any && (rules.scope == Scope::All || drifts[i].breached);
    let rows: Vec<_> = (0..assets.len())
        .map(|i| {
            let rate = if traded(i) { assets[i].cost_rate } else { Decimal::ZERO };
            (values[i], zeroing.weights[i], rate)
        })
        .collect();
    let after = value_after_costs(&rows, value)?;
    let mut lines = Vec::with_capacity(assets.len());
    for (i, asset) in assets.iter().enumerate() {
        let target = zeroing.weights[i];
        let wanted =
            if traded(i) { target.times(after)?.minus(values[i])?.over(asset.price)? } else { Decimal::ZERO };
        let lot = asset.lot;
        let order = fit(wanted, asset.units, lot.minimum(), lot.increment(), rules.under_minimum)?;
        let (sell, buy, outcome) = (order.sell, order.buy, order.outcome);
        let id = asset.id.clone();
        lines.push(PlanLine { id, target, weight: weights[i], drift: drifts[i], wanted, sell, buy, outcome });
    }
    let (cost, cash) = pay(assets, &mut lines, cash)?;
    Ok(Plan { lines, minimum_capital, zeroed: zeroing.zeroed, value, cost, cash })
}

fn check(assets: &[PlanAsset]) -> Result<(), RebalanceError> {
    let mut targets = Decimal::ZERO;
    for (position, asset) in assets.iter().enumerate() {
        let range = |what, value: Decimal, ok: bool, rule| {
            let value = value.to_double();
            if ok { Ok(()) } else { Err(RebalanceError::Range { what, value, position, rule }) }
        };
        range("units", asset.units, asset.units >= Decimal::ZERO, "nought or more")?;
        range("price", asset.price, asset.price > Decimal::ZERO, "positive")?;
        let unit = Decimal::ZERO..=Decimal::ONE;
        range("target weight", asset.target, unit.contains(&asset.target), "in 0..=1")?;
        let half = Decimal::ZERO..dec!(0.5);
        range("cost rate", asset.cost_rate, half.contains(&asset.cost_rate), "in 0..0.5")?;
        targets = targets.plus(asset.target)?;
    }
    if targets > Decimal::ONE {
        return Err(RebalanceError::Sum { sum: targets.to_double() });
    }
    Ok(())
}

/// `V⁺ = V − Σ k·|w V⁺ − h|` by the walk over breakpoints of [`crate::paths::value_after_costs`], exactly; rows are (h, w, k).
fn value_after_costs(rows: &[(Decimal, Decimal, Decimal)], value: Decimal) -> Result<Decimal, Overflow> {
    let mut after = value;
    for _ in 0..=rows.len() {
        let (mut slope, mut offset) = (Decimal::ONE, value);
        for &(h, w, k) in rows {
            let signed = if w.times(after)? >= h { k } else { Decimal::ZERO.minus(k)? };
            slope = slope.plus(signed.times(w)?)?;
            offset = offset.plus(signed.times(h)?)?;
        }
        let next = offset.over(slope)?;
        if next >= after {
            return Ok(next);
        }
        after = next;
    }
    Ok(after)
}

/// Cuts purchases, the largest first, until cash is not negative; returns the cost of all orders and the cash left.
fn pay(
    assets: &[PlanAsset],
    lines: &mut [PlanLine],
    cash: Decimal,
) -> Result<(Decimal, Decimal), RebalanceError> {
    loop {
        let (mut cost, mut left) = (Decimal::ZERO, cash);
        for (asset, line) in assets.iter().zip(lines.iter()) {
            let charge = line.sell.plus(line.buy)?.times(asset.price)?.times(asset.cost_rate)?;
            left = left.plus(line.sell.minus(line.buy)?.times(asset.price)?)?.minus(charge)?;
            cost = cost.plus(charge)?;
        }
        let mut largest: Option<(usize, Decimal)> = None;
        for (i, (asset, line)) in assets.iter().zip(lines.iter()).enumerate() {
            let bought = line.buy.minus(line.sell)?.times(asset.price)?;
            if bought > largest.map_or(Decimal::ZERO, |(_, most)| most) {
                largest = Some((i, bought));
            }
        }
        let Some((i, _)) = largest.filter(|_| left < Decimal::ZERO) else { return Ok((cost, left)) };
        let (asset, line) = (&assets[i], &mut lines[i]);
        // A round trip of a purchase is not worth half its legs: it goes whole.
        let remains = if line.sell.is_zero() {
            let unit_cost = asset.price.times(Decimal::ONE.plus(asset.cost_rate)?)?;
            let short = Decimal::ZERO.minus(left)?;
            cut(line.buy, asset.lot.minimum(), asset.lot.increment(), unit_cost, short)?
        } else {
            Decimal::ZERO
        };
        (line.sell, line.buy, line.outcome) = (Decimal::ZERO, remains, Outcome::Cut);
    }
}
