use allweather_cashflow::Spending;
use allweather_core::{AssetId, Month};
use allweather_costs::{Proportional, PublishedCosts};
use allweather_fx_overlay::FxSpec;
use allweather_iterations::ContentHash;
use allweather_rebalance::{Lot, Rule, SmallWeights, UnderMinimum};
use allweather_rfr::RateRules;
use allweather_taxes::LossRealisation;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{Holdings, PortfolioError};

/// Everything that is decided before a run, as plain data. A file cannot make an invalid one: every part is read through its
/// constructor, and unknown fields are refused.
///
/// ```
/// use allweather_portfolio::Spec;
/// let spec = Spec::from_json(r#"{
///     "name": "sixty forty",
///     "capital": "1000000",
///     "holdings": [{"asset": "equity", "weight": 0.6}, {"asset": "bonds", "weight": 0.4}],
///     "rule": {"drift_band": {"measure": "portfolio", "threshold": 5, "scope": "all"}},
///     "costs": {"proportional": "0.001"}
/// }"#)?;
/// assert_eq!(spec.holdings.as_slice().len(), 2);
/// assert_eq!(spec.content_hash(), Spec::from_json(&spec.canonical_json())?.content_hash());
/// # Ok::<(), allweather_portfolio::PortfolioError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// What the reports call it.
    pub name: String,
    /// The initial capital in base currency; it is invested on the first date.
    pub capital: Capital,
    /// The first month, within the span of the prices; the first of them when left out. Assets are bought at its first price (a month's end),
    /// so returns begin after it.
    #[serde(default)]
    pub start: Option<Month>,
    /// The last month, within the span of the prices; the last of them when left out.
    #[serde(default)]
    pub end: Option<Month>,
    /// The assets and vaults with their strategic weights.
    pub holdings: Holdings,
    /// What is done about assets whose prices begin after the run does.
    #[serde(default)]
    pub late_assets: LateAssets,
    /// When to rebalance.
    pub rule: Rule,
    /// Divisible holdings, or lots.
    #[serde(default)]
    pub operation: Operation,
    /// What trading costs.
    #[serde(default)]
    pub costs: CostSpec,
    /// The living expenses; none when left out, and then nothing is ever paid out.
    #[serde(default)]
    pub expenses: Option<Expenses>,
    /// How the prescribed rate is told from statistics; a run that is handed rates does not read it.
    #[serde(default)]
    pub prescribed_rate: RateRules,
    /// Hedge and overlay; foreign assets are left unhedged when left out.
    #[serde(default)]
    pub fx: Option<FxSpec>,
    /// What cash earns.
    #[serde(default)]
    pub cash: CashYield,
    /// The programme that realises losses at rebalances and withdrawals; none when left out. Not for vaults.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss_realisation: Option<LossRealisation>,
}

/// An amount of capital above 0, in base currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "CapitalWire", into = "CapitalWire")]
pub struct Capital(Decimal);

#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct CapitalWire(#[serde(with = "allweather_core::wire")] Decimal);

impl Capital {
    /// A capital above 0.
    ///
    /// # Errors
    ///
    /// [`PortfolioError::Capital`] when it is not.
    pub fn new(amount: Decimal) -> Result<Self, PortfolioError> {
        // Without trailing zeros: equal amounts are written alike.
        if amount > Decimal::ZERO {
            Ok(Self(amount.normalize()))
        } else {
            Err(PortfolioError::Capital { amount })
        }
    }

    /// The amount.
    #[must_use]
    pub fn amount(self) -> Decimal {
        self.0
    }
}

impl TryFrom<CapitalWire> for Capital {
    type Error = PortfolioError;
    fn try_from(wire: CapitalWire) -> Result<Self, Self::Error> {
        Self::new(wire.0)
    }
}

impl From<Capital> for CapitalWire {
    fn from(capital: Capital) -> Self {
        Self(capital.0)
    }
}

/// What is done about assets whose prices begin after the run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LateAssets {
    /// The run is refused, and the error says which asset begins when.
    #[default]
    Refuse,
    /// Such an asset is left out until its first price; until then the others share its weight in proportion.
    LeaveOut,
}

/// How orders are done.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Operation {
    /// Holdings are divisible: capital is ample.
    #[default]
    Simulation,
    /// Orders are whole lots, and what cannot be invested stays in cash. Levels of the price panel are taken as prices of one unit.
    /// Not for vaults: each is an account of its own, to be planned by itself.
    Actual {
        /// The lot of every asset that is not named in `lots`.
        lot: Lot,
        /// Lots of single assets.
        #[serde(default)]
        lots: Vec<AssetLot>,
        /// What is done with orders below the smallest size.
        #[serde(default)]
        under_minimum: UnderMinimum,
        /// What is done about weights too small for the capital, judged whenever weights come into force [our reading]; `None`
        /// leaves them as they are.
        #[serde(default = "published_small_weights")]
        small_weights: Option<SmallWeights>,
    },
}

#[expect(clippy::unnecessary_wraps, reason = "serde asks for the type of the field")]
fn published_small_weights() -> Option<SmallWeights> {
    Some(SmallWeights::published())
}

/// The lot of one asset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssetLot {
    /// The asset.
    pub asset: AssetId,
    /// Its lot.
    pub lot: Lot,
}

/// What trading costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CostSpec {
    /// One rate for everything, a fraction of traded value.
    Proportional(Proportional),
    /// The published estimate, asset by asset.
    Published(PublishedCosts),
}

impl Default for CostSpec {
    fn default() -> Self {
        Self::Proportional(Proportional::NONE)
    }
}

impl CostSpec {
    /// The same costs, so many times as large.
    ///
    /// # Errors
    ///
    /// [`PortfolioError::Costs`] when a rate is not in 0..0.5 then.
    pub fn times(&self, times: Decimal) -> Result<Self, PortfolioError> {
        Ok(match self {
            Self::Proportional(model) => Self::Proportional(model.times(times)?),
            Self::Published(model) => Self::Published(model.times(times)?),
        })
    }
}

/// Living expenses, paid from gains through a pool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expenses {
    /// The rule for a year's expense.
    #[serde(default)]
    pub rule: Spending,
    /// The pool at the start, in base currency.
    #[serde(default, with = "allweather_core::wire")]
    pub initial_pool: Decimal,
    /// The largest pool, in annual expenses.
    #[serde(default = "three", with = "allweather_core::wire")]
    pub pool_years: Decimal,
    /// Which prescribed rates count at a quarter's end.
    #[serde(default)]
    pub knowledge: Knowledge,
}

/// Which prescribed rates count at a quarter's end: the published text leaves it to whoever runs it.
///
/// # Source
///
/// Published method, §2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Knowledge {
    /// Those known on the day: final for past years, estimated or provisional for the running one.
    #[default]
    PointInTime,
    /// Those that were fixed later, or as far as figures have come in: nobody knew them on the day.
    Final,
}

fn three() -> Decimal {
    Decimal::from(3)
}

impl Expenses {
    /// The published terms: 3 % of the initial capital a year, raised by the prescribed rate; an empty pool that holds up to
    /// three years.
    #[must_use]
    pub fn published() -> Self {
        Self {
            rule: Spending::default(),
            initial_pool: Decimal::ZERO,
            pool_years: three(),
            knowledge: Knowledge::default(),
        }
    }
}

/// What cash earns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CashYield {
    /// Nothing.
    #[default]
    Nothing,
    /// The short rate of the base currency that was known when the period began.
    ShortRate,
}

impl Spec {
    /// A spec with everything else as a file that leaves it out has it: all of the prices' span, divisible holdings, no costs, no expenses,
    /// no hedge. Its fields are public: change what you need.
    ///
    /// ```
    /// use allweather_portfolio::{Capital, Holding, Holdings, Spec, rebalance::{Calendar, Edge, Period, Rule}};
    /// let holdings = Holdings::new(vec![Holding::asset("equity".parse()?, 0.6), Holding::asset("bonds".parse()?, 0.4)])?;
    /// let rule = Rule::Calendar(Calendar { every: Period::Year, on: Edge::End });
    /// let spec = Spec::new("sixty forty", Capital::new(1_000_000.into())?, holdings, rule);
    /// let file = r#"{"name": "sixty forty", "capital": 1000000,
    ///     "holdings": [{"asset": "equity", "weight": 0.6}, {"asset": "bonds", "weight": 0.4}],
    ///     "rule": {"calendar": {"every": "year", "on": "end"}}}"#;
    /// assert_eq!(spec, Spec::from_json(file)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(name: &str, capital: Capital, holdings: Holdings, rule: Rule) -> Self {
        Self {
            name: name.to_owned(),
            capital,
            start: None,
            end: None,
            holdings,
            late_assets: LateAssets::default(),
            rule,
            operation: Operation::default(),
            costs: CostSpec::default(),
            expenses: None,
            prescribed_rate: RateRules::default(),
            fx: None,
            cash: CashYield::default(),
            loss_realisation: None,
        }
    }

    /// Reads a spec.
    ///
    /// # Errors
    ///
    /// [`PortfolioError::Spec`] with line and column of what is refused, and the rule.
    pub fn from_json(text: &str) -> Result<Self, PortfolioError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        serde_json::from_str(text).map_err(|e| PortfolioError::Spec { reason: e.to_string() })
    }

    /// The spec as JSON in one fixed form: equal specs have equal texts.
    #[must_use]
    pub fn canonical_json(&self) -> String {
        // Every field is plain data with text or number keys; there is nothing that JSON could not hold.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The SHA-256 of the canonical JSON, in hexadecimal. Two equal specs hash equal.
    #[must_use]
    pub fn content_hash(&self) -> String {
        ContentHash::of(self.canonical_json().as_bytes()).to_string()
    }
}
