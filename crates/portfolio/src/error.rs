use allweather_cashflow::CashflowError;
use allweather_core::{AssetId, Currency, Month, WeightsError, Year};
use allweather_costs::CostsError;
use allweather_fx_overlay::FxError;
use allweather_history::HistoryError;
use allweather_iterations::{IterationsError, iteration_name};
use allweather_leverage::LeverageError;
use allweather_market::MarketError;
use allweather_optimize::OptimizeError;
use allweather_rebalance::RebalanceError;
use allweather_taxes::TaxError;
use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::actual::ActualError;

/// Why a run cannot be made or stops.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PortfolioError {
    /// A spec that cannot be read.
    #[error("the spec cannot be read: {reason}")]
    #[non_exhaustive]
    Spec {
        /// What the reader says, with line and column.
        reason: String,
    },
    /// A capital that is none.
    #[error("the initial capital {amount} is not above 0")]
    #[non_exhaustive]
    Capital {
        /// The amount.
        amount: Decimal,
    },
    /// Weights that are none.
    #[error("of the holdings: {0}")]
    Weights(#[from] WeightsError),
    /// An asset named twice.
    #[error("{asset} appears twice among the holdings of one portfolio or as the name of vaults")]
    #[non_exhaustive]
    Repeated {
        /// The asset.
        asset: AssetId,
    },
    /// A holding that is not one thing.
    #[error("a holding names either an asset or a vault")]
    NeitherAssetNorVault,
    /// A vault's name that would look like a way through vaults.
    #[error("the name of a vault {vault} has a /, which stands between the names of vaults and assets")]
    #[non_exhaustive]
    VaultName {
        /// The name.
        vault: AssetId,
    },
    /// A vault that is not among the holdings.
    #[error("{vault} is not the name of a vault")]
    #[non_exhaustive]
    UnknownVault {
        /// The name.
        vault: AssetId,
    },
    /// Vaults in actual operation.
    #[error("vaults are simulated only: plan the orders of each vault as an account of its own")]
    VaultsInLots,
    /// Vaults and realised losses.
    #[error(
        "losses are realised in portfolios without vaults: lots belong to one account, and orders of vaults meet"
    )]
    VaultsInLossRealisation,
    /// A schedule of weights for a spec with vaults.
    #[error("a schedule of strategic weights is for assets: the spec holds vaults")]
    VaultsInSchedule,
    /// Scheduled weights out of order.
    #[error("strategic weights since {since} are scheduled behind those since {before}, which is not before")]
    #[non_exhaustive]
    ScheduleOrder {
        /// The day of the weights in front.
        before: NaiveDate,
        /// The day of those behind them.
        since: NaiveDate,
    },
    /// Scheduled weights of another number than the holdings.
    #[error("{found} strategic weights are scheduled since {since}, and there are {expected} holdings")]
    #[non_exhaustive]
    ScheduleWidth {
        /// Their day.
        since: NaiveDate,
        /// How many weights there are.
        found: usize,
        /// How many holdings.
        expected: usize,
    },
    /// What went wrong with one iteration of a ledger.
    #[error("{}: {error}", iteration_name(*number))]
    #[non_exhaustive]
    Iteration {
        /// Its number.
        number: u32,
        /// What went wrong.
        #[source]
        error: Box<PortfolioError>,
    },
    /// An iteration whose record does not fit its spec.
    #[error("the record of {} has another {part} than its spec, read and written again", iteration_name(*number))]
    #[non_exhaustive]
    IterationSpec {
        /// Its number.
        number: u32,
        /// What differs.
        part: &'static str,
    },
    /// An iteration that is in force before its spec begins.
    #[error("{} is in force from {adopted_from}, and its spec begins in {start}", iteration_name(*number))]
    #[non_exhaustive]
    IterationStart {
        /// Its number.
        number: u32,
        /// The day from which it is in force.
        adopted_from: NaiveDate,
        /// The first month of its spec.
        start: Month,
    },
    /// Realised losses in a chain of iterations.
    #[error("{} realises losses: its lots cannot go on in another iteration", iteration_name(*number))]
    #[non_exhaustive]
    LossRealisationInChain {
        /// The number of the iteration.
        number: u32,
    },
    /// Vaults that would change hands.
    #[error(
        "{} holds vaults: a portfolio with vaults does not change from one iteration to another", iteration_name(*number)
    )]
    #[non_exhaustive]
    VaultsInChain {
        /// The number of the iteration.
        number: u32,
    },
    /// Living expenses that begin or end with an iteration.
    #[error(
        "{} has living expenses or none, unlike the iteration before it: one pool goes through all of them", iteration_name(*number)
    )]
    #[non_exhaustive]
    ExpensesInChain {
        /// The number of the iteration.
        number: u32,
    },
    /// A setting of a walk-forward that is not allowed.
    #[error("a {what} of {value} is not {rule}")]
    #[non_exhaustive]
    WalkForward {
        /// Which setting.
        what: &'static str,
        /// The refused value.
        value: u32,
        /// What is allowed.
        rule: &'static str,
    },
    /// Weights are chosen from months.
    #[error("months are asked for: take the month ends of these prices first")]
    NotMonthly,
    /// Estimated months that are not those of the market.
    #[error("estimates begin with the returns of {found}: the prices are those of {from} to {until}")]
    #[non_exhaustive]
    EstimatesSpan {
        /// The first month that returns were estimated for.
        found: Month,
        /// The first month of the prices.
        from: Month,
        /// The last one.
        until: Month,
    },
    /// A scheduled weight for an asset without a price.
    #[error("{asset} is scheduled to have a weight on {date} and has had no price by then")]
    #[non_exhaustive]
    ScheduledLate {
        /// The asset.
        asset: AssetId,
        /// The step at which the weight comes into force.
        date: NaiveDate,
    },
    /// An asset without prices.
    #[error("{asset} is among the holdings but has no prices in the market")]
    #[non_exhaustive]
    Unknown {
        /// The asset.
        asset: AssetId,
    },
    /// A span that the prices do not cover, or that ends before it begins.
    #[error("the run is to go from {start} to {end}; there are prices from {first} to {last}")]
    #[non_exhaustive]
    Span {
        /// The first month asked for.
        start: Month,
        /// The last month asked for.
        end: Month,
        /// The first month with prices.
        first: Month,
        /// The last month with prices.
        last: Month,
    },
    /// A lot for an asset that is not held.
    #[error("operation.actual.lots names {asset}, which is not among the holdings")]
    #[non_exhaustive]
    UnknownLot {
        /// The asset.
        asset: AssetId,
    },
    /// A cost model's rates for an asset.
    #[error(
        "the cost model charges {rate} of the traded value for {asset} on {date}; rates are nought or more and together below 0.5"
    )]
    #[non_exhaustive]
    CostRates {
        /// The asset.
        asset: AssetId,
        /// The rates together.
        rate: f64,
        /// The day.
        date: NaiveDate,
    },
    /// A spending rule's answer.
    #[error(
        "the spending rule's expense for {year} is {expense}, which is not a finite amount of nought or more"
    )]
    #[non_exhaustive]
    Expense {
        /// The year.
        year: Year,
        /// What the rule says.
        expense: f64,
    },
    /// Assets whose prices begin after the run.
    #[error("the run begins in {start}, but {}; begin later, or set late_assets to leave_out", late(.assets))]
    #[non_exhaustive]
    LateAssets {
        /// The first month of the run.
        start: Month,
        /// The assets, each with the month of its first price.
        assets: Vec<(AssetId, Month)>,
    },
    /// Not one asset has a price when the run begins.
    #[error("no asset has a price in {start}, when the run begins")]
    #[non_exhaustive]
    NothingToHold {
        /// The first month of the run.
        start: Month,
    },
    /// An asset without prices in the span of the run.
    #[error("{asset} has no price from {start} to {end}")]
    #[non_exhaustive]
    NoPrices {
        /// The asset.
        asset: AssetId,
        /// The first month of the run.
        start: Month,
        /// The last month of the run.
        end: Month,
    },
    /// A held or traded asset without a price.
    #[error("{asset} is held or to be traded but has no price on {date}")]
    #[non_exhaustive]
    MissingPrice {
        /// The asset.
        asset: AssetId,
        /// The day.
        date: NaiveDate,
    },
    /// An asset's currency without an exchange rate.
    #[error("{asset} is quoted in {currency}, which has no exchange rate on {date}")]
    #[non_exhaustive]
    MissingSpot {
        /// The asset.
        asset: AssetId,
        /// Its currency.
        currency: Currency,
        /// The day.
        date: NaiveDate,
    },
    /// Cash is to earn a short rate that is not there.
    #[error("cash is to earn the short rate of {currency}, which has none on {date}")]
    #[non_exhaustive]
    MissingCashRate {
        /// The base currency.
        currency: Currency,
        /// The day.
        date: NaiveDate,
    },
    /// A year without a prescribed rate.
    #[error("no prescribed rate for {year} is known on {date}, and the expenses need it")]
    #[non_exhaustive]
    MissingRate {
        /// The year.
        year: Year,
        /// The quarter's end.
        date: NaiveDate,
    },
    /// Nothing is left.
    #[error("the portfolio is worth {value} on {date}: it is lost")]
    #[non_exhaustive]
    Lost {
        /// Its value.
        value: f64,
        /// The day.
        date: NaiveDate,
    },
    /// Orders that cannot be paid.
    #[error("on {date}, {short} cannot be paid from what is held")]
    #[non_exhaustive]
    Unpayable {
        /// What is missing.
        short: f64,
        /// The day.
        date: NaiveDate,
    },
    /// A rule that cannot decide, or asks for what no rule may.
    #[error("on {date}: {error}")]
    #[non_exhaustive]
    Rule {
        /// The day.
        date: NaiveDate,
        /// What went wrong.
        #[source]
        error: RebalanceError,
    },
    /// A rule asked for weights that exceed the portfolio.
    #[error("on {date} the rule asks for weights that add up to {sum}, more than 1")]
    #[non_exhaustive]
    RuleWeights {
        /// The sum.
        sum: f64,
        /// The day.
        date: NaiveDate,
    },
    /// From an account's actual operation.
    #[error(transparent)]
    Actual(#[from] ActualError),
    /// From the expenses.
    #[error(transparent)]
    Cashflow(#[from] CashflowError),
    /// From the costs.
    #[error(transparent)]
    Costs(#[from] CostsError),
    /// From hedge and overlay.
    #[error(transparent)]
    Fx(#[from] FxError),
    /// From the estimates of months before an asset begins.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// From a record of an iteration.
    #[error(transparent)]
    Iterations(#[from] IterationsError),
    /// From the leverage variants.
    #[error(transparent)]
    Leverage(#[from] LeverageError),
    /// From the market data.
    #[error(transparent)]
    Market(#[from] MarketError),
    /// From the choice of weights.
    #[error(transparent)]
    Optimize(#[from] OptimizeError),
    /// From the rebalancing rule or a trade.
    #[error(transparent)]
    Rebalance(#[from] RebalanceError),
    /// From the lots.
    #[error(transparent)]
    Tax(#[from] TaxError),
}

fn late(assets: &[(AssetId, Month)]) -> String {
    let each: Vec<String> =
        assets.iter().map(|(asset, since)| format!("{asset} has prices since {since}")).collect();
    each.join(", ")
}
