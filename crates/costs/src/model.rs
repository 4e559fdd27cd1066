use std::fmt;

use allweather_core::{AssetId, Currency, Money};

use crate::CostsError;
use crate::slippage::volatility;

/// An asset that is about to be traded, as of that date.
///
/// ```
/// use allweather_core::{AssetId, Currency};
/// use allweather_costs::TradedAsset;
/// let gold: AssetId = "gold".parse()?;
/// let asset = TradedAsset::new(&gold, 3, Currency::USD, Currency::JPY).with_volatility(Some(0.27), Some(0.15))?;
/// assert!(asset.is_foreign());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct TradedAsset<'a> {
    id: &'a AssetId,
    position: usize,
    currency: Currency,
    base_currency: Currency,
    volatility_now: Option<f64>,
    volatility_long_run: Option<f64>,
}

impl<'a> TradedAsset<'a> {
    /// An asset by its name, its place in the universe (from 0), its currency and the currency of the portfolio.
    #[must_use]
    pub const fn new(id: &'a AssetId, position: usize, currency: Currency, base_currency: Currency) -> Self {
        Self { id, position, currency, base_currency, volatility_now: None, volatility_long_run: None }
    }

    /// The same with its volatilities, in any one unit; `None` where there is no history yet.
    ///
    /// # Errors
    ///
    /// [`CostsError::Number`] when one is negative or not finite.
    pub fn with_volatility(self, now: Option<f64>, long_run: Option<f64>) -> Result<Self, CostsError> {
        let volatility_now = volatility("the volatility now", now)?;
        let volatility_long_run = volatility("the long-run volatility", long_run)?;
        Ok(Self { volatility_now, volatility_long_run, ..self })
    }

    /// The asset's name.
    #[must_use]
    pub const fn id(&self) -> &'a AssetId {
        self.id
    }

    /// Its place in the universe, from 0.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.position
    }

    /// The currency it is quoted in.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// The currency of the portfolio.
    #[must_use]
    pub const fn base_currency(&self) -> Currency {
        self.base_currency
    }

    /// Whether trading it converts a currency.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        self.currency != self.base_currency
    }

    /// Volatility now.
    #[must_use]
    pub const fn volatility_now(&self) -> Option<f64> {
        self.volatility_now
    }

    /// Volatility over the long run, in the same unit.
    #[must_use]
    pub const fn volatility_long_run(&self) -> Option<f64> {
        self.volatility_long_run
    }
}

/// What trading an asset costs one way, as fractions of traded value.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct CostRates {
    /// Paid to the broker.
    pub commission: f64,
    /// Lost between the assumed price and the fill.
    pub slippage: f64,
    /// Paid for converting a currency.
    pub fx: f64,
}

impl CostRates {
    /// All three.
    ///
    /// ```
    /// use allweather_costs::CostRates;
    /// assert_eq!(CostRates { commission: 0.25, slippage: 0.5, fx: 0.125 }.total(), 0.875);
    /// ```
    #[must_use]
    pub fn total(&self) -> f64 {
        self.commission + self.slippage + self.fx
    }
}

/// What trading costs, asked by an engine each time it trades.
///
/// ```
/// use allweather_core::{AssetId, Currency};
/// use allweather_costs::{CostModel, CostRates, TradedAsset};
///
/// /// Half of a quoted spread.
/// #[derive(Debug)]
/// struct HalfSpread(f64);
///
/// impl CostModel for HalfSpread {
///     fn rates(&self, _: &TradedAsset<'_>) -> CostRates {
///         CostRates { slippage: self.0 / 2.0, ..CostRates::default() }
///     }
///     fn reads_volatility(&self) -> bool {
///         false
///     }
/// }
/// let id: AssetId = "gold".parse()?;
/// let rates = HalfSpread(0.002).rates(&TradedAsset::new(&id, 0, Currency::USD, Currency::USD));
/// assert_eq!(rates.total(), 0.001);
/// # Ok::<(), allweather_core::AssetIdError>(())
/// ```
///
/// # Laws
///
/// 1. **No subsidy**: every rate is finite and not negative, and the three together are below a half (a run stops at others).
/// 2. **A function**: the same asset gives the same rates; a model keeps no state of its own, and one asset's answer never
///    depends on which asset was asked about before.
/// 3. **Conservative**: a higher volatility now never lowers a rate, and slippage is never below what it is in calm.
/// 4. **Honest**: when [`CostModel::reads_volatility`] is false, the rates are the same with and without volatilities.
///
/// A model that breaks the third on purpose says so.
pub trait CostModel: fmt::Debug + Send + Sync {
    /// What trading the asset costs, as fractions of traded value, one way.
    ///
    /// It is called for every asset at every trade: it should neither allocate nor search by name.
    fn rates(&self, asset: &TradedAsset<'_>) -> CostRates;

    /// Whether the rates depend on volatility. An engine need not compute what nobody reads.
    fn reads_volatility(&self) -> bool {
        true
    }

    /// The smallest commission of an order of the asset; `None` where there is none.
    fn minimum(&self, asset: &TradedAsset<'_>) -> Option<Money> {
        let _ = asset;
        None
    }
}
