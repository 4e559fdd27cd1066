use allweather_core::{AssetId, Number, Overflow};
use rust_decimal::{Decimal, dec};

use crate::{
    Drift, MinimumCapital, Outcome, Plan, PlanAsset, PlanLine, PlanRules, RebalanceError,
    lot::{cut, fit},
};

/// An account as it stands.
pub(crate) struct Account<'a> {
    assets: &'a [PlanAsset],
    cash: Decimal,
    pub(crate) value: Decimal,
    values: Vec<Decimal>,
    pub(crate) weights: Vec<Decimal>,
}

impl<'a> Account<'a> {
    pub(crate) fn of(assets: &'a [PlanAsset], cash: Decimal) -> Result<Self, RebalanceError> {
        check(assets)?;
        let values = assets.iter().map(|a| a.units.times(a.price)).collect::<Result<Vec<_>, _>>()?;
        let value = values.iter().try_fold(cash, |sum, v| sum.plus(*v))?;
        if value <= Decimal::ZERO {
            return Err(RebalanceError::Setting { what: "value of the account", value, rule: "positive" });
        }
        let weights = values.iter().map(|v| v.over(value)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { assets, cash, value, values, weights })
    }

    /// Name, value of the smallest order and target of each asset.
    pub(crate) fn units(&self) -> Result<Vec<(AssetId, Decimal, Decimal)>, RebalanceError> {
        let one = |asset: &PlanAsset| {
            let unit_value = asset.price.times(asset.lot.minimum().max(asset.lot.increment()))?;
            Ok((asset.id.clone(), unit_value, asset.target))
        };
        self.assets.iter().map(one).collect()
    }

    /// The orders nearest to what is wanted, as if there were cash for all of them.
    pub(crate) fn orders(
        &self,
        targets: &[Decimal],
        drifts: &[Drift],
        wanted: &[Option<Decimal>],
        rules: &PlanRules,
    ) -> Result<Vec<PlanLine>, RebalanceError> {
        let rate = |asset: &PlanAsset, w: Option<Decimal>| w.map_or(Decimal::ZERO, |_| asset.cost_rate);
        let rows = self.assets.iter().zip(&self.values).zip(wanted);
        let rows: Vec<_> = rows.map(|((a, h), w)| (*h, w.unwrap_or_default(), rate(a, *w))).collect();
        let after = value_after_costs(&rows, self.value)?;
        let mut lines = Vec::with_capacity(self.assets.len());
        for (i, asset) in self.assets.iter().enumerate() {
            let units = match wanted[i] {
                Some(weight) => weight.times(after)?.minus(self.values[i])?.over(asset.price)?,
                None => Decimal::ZERO,
            };
            let lot = asset.lot;
            let order = fit(units, asset.units, lot.minimum(), lot.increment(), rules.under_minimum)?;
            lines.push(PlanLine {
                id: asset.id.clone(),
                target: targets[i],
                weight: self.weights[i],
                drift: drifts[i],
                to: wanted[i],
                wanted: units,
                sell: order.sell,
                buy: order.buy,
                outcome: order.outcome,
            });
        }
        Ok(lines)
    }

    pub(crate) fn plan(
        &self,
        mut lines: Vec<PlanLine>,
        minimum_capital: Option<MinimumCapital>,
        zeroed: Vec<MinimumCapital>,
    ) -> Result<Plan, RebalanceError> {
        let (cost, cash) = pay(self.assets, &mut lines, self.cash)?;
        Ok(Plan { lines, minimum_capital, zeroed, value: self.value, cost, cash })
    }
}

pub(crate) fn check_wanted(wanted: &[Option<Decimal>], expected: usize) -> Result<(), RebalanceError> {
    if wanted.len() != expected {
        return Err(RebalanceError::Length { what: "wanted weights", found: wanted.len(), expected });
    }
    let mut sum = Decimal::ZERO;
    for (position, weight) in wanted.iter().enumerate() {
        let Some(weight) = weight else { continue };
        if !(Decimal::ZERO..=Decimal::ONE).contains(weight) {
            let (value, rule) = (weight.to_double(), "in 0..=1");
            return Err(RebalanceError::Range { what: "wanted weight", value, position, rule });
        }
        sum = sum.plus(*weight)?;
    }
    // Room for the rounding of binary fractions, as everywhere; what it costs is cut from the purchases.
    if sum > dec!(1.000000001) {
        return Err(RebalanceError::Sum { sum: sum.to_double() });
    }
    Ok(())
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
