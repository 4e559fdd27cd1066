use allweather_core::{AssetId, Percent, Rate};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{
    Drift, DriftMeasure, Lot, MinimumCapital, Outcome, RebalanceError, Scope, SmallWeights, Spread,
    UnderMinimum,
    account::{Account, check_wanted},
    drift, portfolio_minimum_capital,
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
        let small = SmallWeights::published();
        Self {
            measure: DriftMeasure::Position,
            threshold: 1,
            scope: Scope::Breached,
            under_minimum: UnderMinimum::Skip,
            precision: small.precision(),
            buffer: small.buffer(),
            zero_limit: small.limit(),
            spread: small.spread(),
        }
    }

    /// Four of the settings as the one type that checks and applies them. They stay fields of their own: a file of rules names them
    /// beside the others, one of them otherwise (`zero_limit`), and unlike a file of [`SmallWeights`] must name all.
    fn small_weights(&self) -> Result<SmallWeights, RebalanceError> {
        SmallWeights::new(self.precision, self.buffer, self.zero_limit, self.spread)
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
    /// The weight it is to be traded to, a fraction; `None` when it is kept.
    #[serde(with = "allweather_core::wire::option")]
    pub to: Option<Decimal>,
    /// Units that would bring it to that weight exactly; positive buys, 0 when the asset is kept.
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
        let Self { id, target, weight, drift, to, wanted, sell, buy, outcome } = self;
        let percent = |x: &Decimal| Rate::from_fraction(*x);
        let state = format!(
            "{id} {:.2} against {:.2} ({:+} % rounded)",
            percent(weight),
            percent(target),
            drift.rounded
        );
        // Only a rule that stops short of the targets has something to add.
        let state = match to {
            Some(to) if to != target => format!("{state}, to {:.2}", percent(to)),
            _ => state,
        };
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
/// order is the nearest size to the self-financing trade; purchases that cash cannot pay are cut, the largest first. This is
/// [`plan_to`] for what the drift of `rules` wants, after small weights are set to zero.
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
    let account = Account::of(assets, cash)?;
    let units = account.units()?;
    let minimum_capital = portfolio_minimum_capital(&units, rules.precision, rules.buffer)?;
    let zeroing = rules.small_weights()?.zero(&units, account.value)?;
    let drifts = drift(&zeroing.weights, &account.weights, rules.measure, rules.threshold)?;
    let any = drifts.iter().any(|d| d.breached);
    let traded = |d: &Drift| any && (rules.scope == Scope::All || d.breached);
    let wanted: Vec<_> =
        drifts.iter().zip(&zeroing.weights).map(|(d, target)| traded(d).then_some(*target)).collect();
    let lines = account.orders(&zeroing.weights, &drifts, &wanted, rules)?;
    account.plan(lines, minimum_capital, zeroing.zeroed)
}

/// Plans the orders of an account for what a rule wants: a weight for each asset, or `None` where it is kept.
///
/// As [`plan()`], but whether and to what an asset trades was decided elsewhere: by any [`Rebalancer`](crate::Rebalancer). Of `rules`
/// it takes what is done with orders below the minimum; the drifts against the assets' targets and the minimum capital are
/// reported and decide nothing, and no weight is set to zero (see [`zero_small`](crate::zero_small)).
///
/// ```
/// use allweather_core::{AssetId, Currency};
/// use allweather_market::{Frequency, Instrument, Market, PricePanel};
/// use allweather_rebalance::{DriftBand, Lot, PlanAsset, PlanRules, Rebalancer, Review, Targets, plan_to};
/// use rust_decimal::{dec, prelude::ToPrimitive};
///
/// let asset = |name: &str, units, target| -> Result<PlanAsset, Box<dyn std::error::Error>> {
///     Ok(PlanAsset { id: AssetId::new(name)?, units, price: dec!(100), target, lot: Lot::WHOLE, cost_rate: dec!(0.001) })
/// };
/// let account = [asset("equity", dec!(730), dec!(0.6))?, asset("bonds", dec!(270), dec!(0.4))?];
/// let day = "2024-01-31".parse()?;
/// let prices = account.iter().map(|a| (Instrument { id: a.id.clone(), currency: Currency::JPY }, vec![Some(100.0)]));
/// let market = Market::new(Currency::JPY, PricePanel::new(Frequency::Monthly, vec![day], prices.collect())?);
///
/// // Any rule decides on weights …
/// let (targets, weights) = ([0.6, 0.4], [0.73, 0.27]);
/// let mut wanted = Targets::new(targets.to_vec());
/// let decision = DriftBand::daryanani().decide(&Review::new(market.as_of(day), &targets, &weights), &mut wanted)?;
/// assert!(decision.trades());
/// // … and its targets become orders in lots.
/// let plan = plan_to(&account, dec!(0), &wanted.to_decimals()?, &PlanRules::published())?;
/// assert_eq!(plan.lines[0].net_units(), dec!(-90)); // 73 % to 64 %
/// assert_eq!(plan.lines[1].net_units(), dec!(89));
/// assert!(plan.cash >= dec!(0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`RebalanceError`] when a figure is out of range (named with its position), targets or wanted weights add up to more than 1, the
/// lists differ in length, or a result does not fit.
pub fn plan_to(
    assets: &[PlanAsset],
    cash: Decimal,
    wanted: &[Option<Decimal>],
    rules: &PlanRules,
) -> Result<Plan, RebalanceError> {
    let account = Account::of(assets, cash)?;
    check_wanted(wanted, assets.len())?;
    let targets: Vec<_> = assets.iter().map(|a| a.target).collect();
    let drifts = drift(&targets, &account.weights, rules.measure, rules.threshold)?;
    let lines = account.orders(&targets, &drifts, wanted, rules)?;
    let minimum_capital = portfolio_minimum_capital(&account.units()?, rules.precision, rules.buffer)?;
    account.plan(lines, minimum_capital, Vec::new())
}
