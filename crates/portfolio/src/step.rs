use allweather_core::{AssetId, Currency, Month, Percent, Quarter, RateStatus};
use allweather_fx_overlay::Omission;
use allweather_rebalance::{Decision, MinimumCapital, Outcome as OrderOutcome};
use allweather_rfr::Indicator;
use allweather_taxes::LossLine;
use chrono::NaiveDate;
use serde::Serialize;

use crate::{CostParts, VaultStep};

/// One step of a run, as recorded. Values are in base currency; lists of assets are in universe order.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Step<'a> {
    /// The day.
    pub date: NaiveDate,
    /// Its month.
    pub month: Month,
    /// Value after the step before, flows included (the initial capital at the first step).
    pub value_before: f64,
    /// What the return is measured on: `value_before`; in a run from fills also what flowed since, each by the part of the time that it was
    /// there (Modified Dietz).
    pub capital: f64,
    /// What prices and exchange rates did to the holdings; in a run from fills also what they paid, and what cash in foreign currencies
    /// gained.
    pub market_profit: f64,
    /// What cash earned.
    pub interest: f64,
    /// What the forwards of the step before brought.
    pub forwards: ForwardProfit,
    /// Value before trade and flows.
    pub value: f64,
    /// The share of `value_before` in assets whose value moved by an estimate, of a price or of an exchange rate, a fraction: 0 when all of
    /// them were observed.
    pub estimated: f64,
    /// What the rule decided, and why.
    pub decision: &'a Decision,
    /// The assets; those of a vault within its name: `equities/us_equity`.
    pub universe: &'a [AssetId],
    /// What the rule decides about: the assets and vaults that the portfolio itself holds. Without vaults, the assets.
    pub parts: &'a [AssetId],
    /// Holdings before the trade.
    pub before: &'a [f64],
    /// Holdings after the trade.
    pub after: &'a [f64],
    /// Weights wanted of the parts when the rule traded (`None` for one that was to be kept); empty when it held.
    pub targets: &'a [Option<f64>],
    /// Strategic weights in force, of the parts; 0 for one whose prices have not begun.
    pub strategic: &'a [f64],
    /// Assets whose weight was set to zero when weights came into force at this step, each with the capital it would need: they are too
    /// small for the account. Only in actual operation.
    pub zeroed: &'a [MinimumCapital],
    /// Whether the strategic weights are others than at the step before: an asset begins, or a [`TargetSchedule`](crate::TargetSchedule) says so.
    pub strategic_changed: bool,
    /// The vaults, each after the one it is in; empty without vaults.
    pub vaults: &'a [VaultStep],
    /// What was realised of the assets' lots, and what the programme decided about those under water; empty when the spec realises
    /// no losses. Its costs are among [`Step::costs`].
    pub losses: &'a [LossLine],
    /// What became of each order in lots; empty in simulation.
    pub orders: &'a [OrderOutcome],
    /// Costs by kind: of the trade, and of dealing in the forwards that were settled.
    pub costs: CostParts,
    /// Value after costs, before flows: what the return is measured to.
    pub after_costs: f64,
    /// The quarter that ends here, if one does and there are expenses.
    pub quarter: Option<&'a QuarterRecord>,
    /// What the owner of an account put in and took out; only in a run from fills.
    pub flows: Flows,
    /// Value after trade and flows.
    pub value_after: f64,
    /// Cash in it, that of the vaults included.
    pub cash: f64,
    /// The pool beside it.
    pub pool: f64,
    /// Forwards opened for the next step.
    pub positions: &'a [ForwardRecord],
    /// Currencies of the overlay that take no position, each with its reason.
    pub omitted: &'a [Omission],
    /// Gross notional of the forwards opened.
    pub gross: f64,
    /// Margin they need.
    pub margin: f64,
    /// By how much the overlay was scaled down to fit the book's limit (1 is not at all); `None` without forwards.
    pub overlay_scale: Option<f64>,
}

impl Step<'_> {
    /// The step's return: value before flows and after costs, over the value of the step before. Where money flowed since, the profit over
    /// [`Step::capital`].
    #[must_use]
    pub fn period_return(&self) -> f64 {
        self.growth(0.0) - 1.0
    }

    /// The step's return before its costs.
    #[must_use]
    pub fn gross_return(&self) -> f64 {
        self.growth(self.costs.total()) - 1.0
    }

    fn growth(&self, added: f64) -> f64 {
        // Without flows that is `after / before`, to the bit.
        (self.after_costs + added - (self.value_before - self.capital)) / self.capital
    }

    /// Taken out of the portfolio at this step.
    #[must_use]
    pub fn withdrawn(&self) -> f64 {
        self.quarter.map_or(0.0, |q| q.withdrawn) + self.flows.withdrawn
    }

    /// Put back into the portfolio at this step.
    #[must_use]
    pub fn reinvested(&self) -> f64 {
        self.quarter.map_or(0.0, |q| q.reinvested) + self.flows.deposited
    }

    /// The decision in plain words.
    #[must_use]
    pub fn explain(&self) -> String {
        self.decision.reason().explain(self.parts)
    }
}

#[derive(Serialize)]
struct Asset<'a> {
    #[serde(rename = "asset")]
    id: &'a AssetId,
    before: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<f64>,
    after: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<OrderOutcome>,
}
#[derive(Serialize)]
struct Part<'a> {
    part: &'a AssetId,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<f64>,
}
#[derive(Serialize)]
struct Vault<'a> {
    #[serde(flatten)]
    step: &'a VaultStep,
    reason: String,
}
/// What only a run from fills has.
#[derive(Serialize)]
struct Flowed {
    #[serde(flatten)]
    flows: Flows,
    capital: f64,
}

impl Serialize for Step<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Wire<'a> {
            date: NaiveDate,
            value_before: f64,
            market_profit: f64,
            interest: f64,
            forwards: ForwardProfit,
            value: f64,
            #[serde(skip_serializing_if = "Option::is_none")]
            estimated: Option<f64>,
            decision: &'a Decision,
            reason: String,
            #[serde(skip_serializing_if = "Option::is_none")]
            strategic: Option<&'a [f64]>,
            #[serde(skip_serializing_if = "<[MinimumCapital]>::is_empty")]
            zeroed: &'a [MinimumCapital],
            assets: Vec<Asset<'a>>,
            #[serde(skip_serializing_if = "Vec::is_empty")]
            parts: Vec<Part<'a>>,
            #[serde(skip_serializing_if = "Vec::is_empty")]
            vaults: Vec<Vault<'a>>,
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            losses: &'a [LossLine],
            costs: CostParts,
            #[serde(rename = "return")]
            period_return: f64,
            quarter: Option<&'a QuarterRecord>,
            #[serde(skip_serializing_if = "Option::is_none")]
            flows: Option<Flowed>,
            value_after: f64,
            cash: f64,
            pool: f64,
            opened: &'a [ForwardRecord],
            omitted: Vec<String>,
            gross: f64,
            margin: f64,
            overlay_scale: Option<f64>,
        }
        let composed = !self.vaults.is_empty();
        let target = |i: usize| self.targets.get(i).copied().flatten();
        let assets = self.universe.iter().enumerate().map(|(i, id)| Asset {
            id,
            before: self.before[i],
            // Of a portfolio with vaults, targets are those of its parts.
            target: target(i).filter(|_| !composed),
            after: self.after[i],
            order: self.orders.get(i).copied(),
        });
        Wire {
            date: self.date,
            value_before: self.value_before,
            market_profit: self.market_profit,
            interest: self.interest,
            forwards: self.forwards,
            value: self.value,
            estimated: Some(self.estimated).filter(|share| *share > 0.0),
            decision: self.decision,
            reason: self.explain(),
            strategic: Some(self.strategic).filter(|_| self.strategic_changed),
            zeroed: self.zeroed,
            assets: assets.collect(),
            parts: self
                .parts
                .iter()
                .enumerate()
                .filter(|_| composed)
                .map(|(i, part)| Part { part, target: target(i) })
                .collect(),
            vaults: self.vaults.iter().map(|step| Vault { reason: step.explain(), step }).collect(),
            losses: self.losses,
            costs: self.costs,
            period_return: self.period_return(),
            quarter: self.quarter,
            flows: (self.flows != Flows::default())
                .then_some(Flowed { flows: self.flows, capital: self.capital }),
            value_after: self.value_after,
            cash: self.cash,
            pool: self.pool,
            opened: self.positions,
            omitted: self.omitted.iter().map(ToString::to_string).collect(),
            gross: self.gross,
            margin: self.margin,
            overlay_scale: self.overlay_scale,
        }
        .serialize(serializer)
    }
}

/// What the owner of an account put in and took out at a step, in base currency: money, and holdings at their value.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Flows {
    /// Put in.
    pub deposited: f64,
    /// Taken out, with withheld tax that was added back.
    pub withdrawn: f64,
}

/// The ledger's line of a quarter, as the `f64` door settled it; amounts in base currency.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct QuarterRecord {
    /// The quarter.
    pub quarter: Quarter,
    /// The prescribed rate of its year, as the run knew it.
    pub rate: Option<Percent>,
    /// The indicator that gave it.
    pub indicator: Option<Indicator>,
    /// Whether that rate could still change.
    pub rate_status: Option<RateStatus>,
    /// Value before any cost of the quarter less invested capital.
    pub gain: f64,
    /// All costs of the quarter.
    pub costs: f64,
    /// The year's assumed expense.
    pub annual_expense: f64,
    /// What the quarter consumes.
    pub consumption: f64,
    /// The largest pool.
    pub pool_cap: f64,
    /// Gain less costs and consumption.
    pub excess: f64,
    /// Room in the pool at the end of the quarter before.
    pub headroom: f64,
    /// Taken out of the portfolio.
    pub withdrawn: f64,
    /// Put back into it.
    pub reinvested: f64,
    /// The pool at the quarter's end.
    pub pool: f64,
    /// Consumption that nothing funds.
    pub shortfall: f64,
    /// Whether withdrawals are halted: principal is under water or flat.
    pub halted: bool,
    /// Invested capital after reinvestment.
    pub invested: f64,
}

/// Profit of the forwards that were settled at a step, in base currency.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct ForwardProfit {
    /// Of the hedge, changes in the exchange rates included.
    pub hedge: f64,
    /// Of the overlay.
    pub overlay: f64,
    /// What the interest differential took from the hedge: positive is a cost.
    pub hedge_cost: f64,
}

/// A forward that was opened at a step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ForwardRecord {
    /// The foreign currency.
    pub currency: Currency,
    /// Notional of the hedge in base currency; negative sells the currency forward.
    pub hedge: f64,
    /// Notional of the overlay in base currency.
    pub overlay: f64,
    /// The spot it was opened at, base per unit.
    pub spot: f64,
    /// The forward, base per unit.
    pub forward: f64,
}
