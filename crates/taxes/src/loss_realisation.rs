use allweather_core::{Number, Overflow, Rate};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{
    LossScope, LotMethod, Lots, TaxError, Window,
    book::{Amount, Book},
    lots, paths,
};

/// The programme that realises losses: at a rebalance or a withdrawal, what is under water is sold and the same amount bought back.
///
/// The settings as plain data. What is not said is as here, but for the window, which is none unless given:
///
/// ```
/// use allweather_taxes::{LossRealisation, Window};
/// let programme: LossRealisation = serde_json::from_str(r#"{
///     "lots": "fifo", "scope": "position", "basis": "with_costs", "buy_back": "next_day",
///     "times_cost": "1", "least_share": "0", "least_amount": "0",
///     "window": null, "tax_rate": "0.20315"
/// }"#)?;
/// assert_eq!(programme, LossRealisation::default());
/// let american = LossRealisation::default().with_window(Window::UNITED_STATES)?;
/// assert_eq!(american.window(), Some(Window::UNITED_STATES));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Published method, §7: at rebalances and withdrawals, positions that show a loss are closed and the same amount is invested again;
/// commissions and slippage of that lower the performance of actual operation. Thresholds, lots, windows and rates are our
/// reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct LossRealisation {
    lots: LotMethod,
    scope: LossScope,
    basis: CostBasis,
    buy_back: BuyBack,
    times_cost: Decimal,
    least_share: Decimal,
    least_amount: Decimal,
    window: Option<Window>,
    tax_rate: Rate,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Wire {
    lots: LotMethod,
    scope: LossScope,
    basis: CostBasis,
    buy_back: BuyBack,
    #[serde(with = "allweather_core::wire")]
    times_cost: Decimal,
    #[serde(with = "allweather_core::wire")]
    least_share: Decimal,
    #[serde(with = "allweather_core::wire")]
    least_amount: Decimal,
    window: Option<Window>,
    tax_rate: Rate,
}

impl Default for Wire {
    fn default() -> Self {
        LossRealisation::default().into()
    }
}

/// Whether the costs of trading are in what lots cost and what they bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CostBasis {
    /// A purchase costs its value and its charges, a sale brings its value less its charges.
    #[default]
    WithCosts,
    /// Values alone.
    WithoutCosts,
}

/// When the same amount is bought back. In a simulation both are at the price of the sale; they differ for
/// [`LotMethod::MovingAverage`] alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BuyBack {
    /// On the next day of business: the sale stands by itself.
    #[default]
    NextDay,
    /// On the day of the sale. A moving average as in Japan's 特定口座 takes purchases of a day before its sales, so the purchase lowers the
    /// average first, and only a part of the loss is realised.
    SameDay,
}

/// What the programme decides about one asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LossDecision {
    /// Its loss is realised.
    Realise,
    /// It is not under water.
    NoLoss,
    /// Its loss is not above what the round trip costs, times the setting.
    BelowCost,
    /// Its loss is below the smallest amount, or the smallest share of what it cost.
    BelowThreshold,
    /// Its loss would fall into the window.
    WithinWindow,
}

/// What the programme would do with one asset, exact. Amounts are in the currency of the lots that were looked at, and of the costs that were
/// given beside them.
///
/// # Source
///
/// Published method, §7, as [`LossRealisation`] reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LossReview {
    /// What it decides.
    pub decision: LossDecision,
    /// Units that would be sold and bought back; 0 without a loss.
    pub quantity: Decimal,
    /// The loss that this would realise; 0 without one.
    pub loss: Decimal,
    /// What selling and buying back would cost.
    pub cost: Decimal,
}

/// The same in `f64`, as the engine asks: amounts in base currency; see [`LossReview`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct PathReview {
    /// What it decides.
    pub decision: LossDecision,
    /// Units that would be sold and bought back; 0 without a loss.
    pub quantity: f64,
    /// The loss that this would realise, above 0; 0 without one.
    pub loss: f64,
    /// What selling and buying back would cost.
    pub cost: f64,
}

impl Default for LossRealisation {
    /// Whole positions by FIFO, with costs, bought back on the next day, when the loss is above what the round trip costs; no
    /// window; taxed at 20.315 % (Japan: 15.315 % and 5 %).
    fn default() -> Self {
        Self {
            lots: LotMethod::default(),
            scope: LossScope::default(),
            basis: CostBasis::default(),
            buy_back: BuyBack::default(),
            times_cost: Decimal::ONE,
            least_share: Decimal::ZERO,
            least_amount: Decimal::ZERO,
            window: None,
            tax_rate: Rate::from_fraction(Decimal::from_parts(20_315, 0, 0, false, 5)),
        }
    }
}

impl LossRealisation {
    /// With another choice of lots and scope.
    ///
    /// # Errors
    ///
    /// [`TaxError::AverageInWindow`] when the window disallows losses and the method is [`LotMethod::MovingAverage`].
    pub fn with_lots(self, lots: LotMethod, scope: LossScope) -> Result<Self, TaxError> {
        Self { lots, scope, ..self }.checked()
    }

    /// With costs in what lots cost, or without.
    #[must_use]
    pub fn with_basis(self, basis: CostBasis) -> Self {
        Self { basis, ..self }
    }

    /// Bought back on the same day, or on the next.
    #[must_use]
    pub fn with_buy_back(self, buy_back: BuyBack) -> Self {
        Self { buy_back, ..self }
    }

    /// With other thresholds: a loss is realised when it is above `times_cost` times the cost of the round trip, at least `least_share`
    /// of what the units cost, and at least `least_amount` in base currency.
    ///
    /// # Errors
    ///
    /// [`TaxError::Amount`] when one is negative.
    pub fn with_thresholds(
        self,
        times_cost: Decimal,
        least_share: Decimal,
        least_amount: Decimal,
    ) -> Result<Self, TaxError> {
        Self { times_cost, least_share, least_amount, ..self }.checked()
    }

    /// With a window around sales at a loss.
    ///
    /// # Errors
    ///
    /// As [`LossRealisation::with_lots`].
    pub fn with_window(self, window: Window) -> Result<Self, TaxError> {
        Self { window: Some(window), ..self }.checked()
    }

    /// With another assumed tax rate, for the report alone.
    ///
    /// # Errors
    ///
    /// [`TaxError::Amount`] when it is not in 0..=1.
    pub fn with_tax_rate(self, tax_rate: Rate) -> Result<Self, TaxError> {
        Self { tax_rate, ..self }.checked()
    }

    fn checked(self) -> Result<Self, TaxError> {
        let numbers = [
            ("times_cost", self.times_cost),
            ("least_share", self.least_share),
            ("least_amount", self.least_amount),
            ("tax_rate", self.tax_rate.fraction()),
        ];
        if let Some((what, value)) = numbers.into_iter().find(|(_, value)| *value < Decimal::ZERO) {
            return Err(TaxError::Amount { what, value, rule: "must not be negative" });
        }
        if self.tax_rate.fraction() > Decimal::ONE {
            let value = self.tax_rate.fraction();
            return Err(TaxError::Amount { what: "tax_rate", value, rule: "must be at most 1" });
        }
        Book::<Decimal>::new(self.lots, self.window)?;
        Ok(self)
    }

    /// Which lots are sold first.
    #[must_use]
    pub fn lots(&self) -> LotMethod {
        self.lots
    }

    /// What a loss is looked for in.
    #[must_use]
    pub fn scope(&self) -> LossScope {
        self.scope
    }

    /// Whether costs are in what lots cost.
    #[must_use]
    pub fn basis(&self) -> CostBasis {
        self.basis
    }

    /// When the same amount is bought back.
    #[must_use]
    pub fn buy_back(&self) -> BuyBack {
        self.buy_back
    }

    /// The window, if there is one.
    #[must_use]
    pub fn window(&self) -> Option<Window> {
        self.window
    }

    /// The assumed tax rate.
    #[must_use]
    pub fn tax_rate(&self) -> Rate {
        self.tax_rate
    }

    /// What the programme would do with lots on a day, at a price per unit and a cost rate of one side.
    ///
    /// ```
    /// use allweather_core::Rate;
    /// use allweather_taxes::{LossDecision, LossRealisation, Lots, LotMethod};
    /// use chrono::NaiveDate;
    /// use rust_decimal::dec;
    /// let day = |d| NaiveDate::from_ymd_opt(2026, 3, d).ok_or("no day");
    /// let mut lots = Lots::new(LotMethod::Fifo);
    /// lots.buy(day(2)?, dec!(100), dec!(100_000))?;
    /// let review = LossRealisation::default().review(&lots, dec!(900), Rate::from_bps(dec!(10)), day(9)?)?;
    /// // 90 000 less 90 of costs, against 100 000.
    /// assert_eq!((review.decision, review.loss, review.cost), (LossDecision::Realise, dec!(10_090), dec!(180)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TaxError::Amount`] when the price is not above 0 or the rate not in 0..0.5, [`TaxError::Overflow`] when an amount does not
    /// fit.
    pub fn review(
        &self,
        lots: &Lots,
        price: Decimal,
        cost_rate: Rate,
        date: NaiveDate,
    ) -> Result<LossReview, TaxError> {
        let rate = cost_rate.fraction();
        if price <= Decimal::ZERO || price > lots::MAX_AMOUNT {
            return Err(TaxError::Amount {
                what: "the price",
                value: price,
                rule: "must be above 0, to 10^13",
            });
        }
        if rate < Decimal::ZERO || rate >= Decimal::new(5, 1) {
            return Err(TaxError::Amount { what: "the cost rate", value: rate, rule: "must be in 0..0.5" });
        }
        let limits = [self.times_cost, self.least_share, self.least_amount];
        let (decision, [quantity, loss, cost]) = self.judge(&lots.book, price, rate, limits, date)?;
        Ok(LossReview { decision, quantity, loss, cost })
    }

    /// The same in `f64`.
    ///
    /// # Errors
    ///
    /// [`TaxError::Number`] when the price is not above 0 or the rate not in 0..0.5, [`TaxError::Overflow`] when an amount does not
    /// fit.
    pub fn review_path(
        &self,
        lots: &paths::Lots,
        price: f64,
        cost_rate: f64,
        date: NaiveDate,
    ) -> Result<PathReview, TaxError> {
        if !(price > 0.0 && price.is_finite()) {
            let (what, rule) = ("the price", "must be finite and above 0");
            return Err(TaxError::Number { what, value: price, rule });
        }
        if !(0.0..0.5).contains(&cost_rate) {
            let (what, rule) = ("the cost rate", "must be in 0..0.5");
            return Err(TaxError::Number { what, value: cost_rate, rule });
        }
        let limits = [self.times_cost, self.least_share, self.least_amount].map(Number::to_double);
        let (decision, [quantity, loss, cost]) = self.judge(&lots.book, price, cost_rate, limits, date)?;
        Ok(PathReview { decision, quantity, loss, cost })
    }

    /// Whether a loss is worth a round trip of that cost: [`LossDecision::Realise`], [`LossDecision::BelowCost`] or
    /// [`LossDecision::NoLoss`]. For what is left of a position once a trade has sold its part of it; thresholds and window are not asked
    /// again.
    #[must_use]
    pub fn worth(&self, loss: f64, cost: f64) -> LossDecision {
        worth(loss, cost, self.times_cost.to_double()).unwrap_or(LossDecision::BelowCost)
    }

    /// The decision, with units, loss and cost of the round trip.
    fn judge<N: Amount>(
        &self,
        book: &Book<N>,
        price: N,
        rate: N,
        [times_cost, least_share, least_amount]: [N; 3],
        date: NaiveDate,
    ) -> Result<(LossDecision, [N; 3]), Overflow> {
        let charged = if self.basis == CostBasis::WithCosts { rate } else { N::ZERO };
        let net = price.times(N::ONE.minus(charged)?)?;
        let found = book.losing(self.scope, net)?;
        let value = found.quantity.times(price)?;
        let cost = value.times(rate)?.times(N::from_int(2))?;
        let mut loss = found.loss;
        if book.method() == LotMethod::MovingAverage && self.buy_back == BuyBack::SameDay {
            // The purchase is averaged in first: half of what lies between its price and the old average is left to realise.
            let bought = value.times(N::ONE.plus(charged)?)?;
            let averaged = found.cost.plus(bought)?.over(N::from_int(2))?;
            loss = averaged.minus(found.quantity.times(net)?)?.or_above(N::ZERO);
        }
        let forbidden = self.window.is_some_and(|window| window.forbids(date, book.last_bought()));
        let worth = worth(loss, cost, times_cost)?;
        let decision = if worth != LossDecision::Realise {
            worth
        } else if loss < least_amount || loss < found.cost.times(least_share)? {
            LossDecision::BelowThreshold
        } else if forbidden {
            LossDecision::WithinWindow
        } else {
            LossDecision::Realise
        };
        Ok((decision, [found.quantity, loss, cost]))
    }
}

fn worth<N: Number>(loss: N, cost: N, times_cost: N) -> Result<LossDecision, Overflow> {
    Ok(if loss <= N::ZERO {
        LossDecision::NoLoss
    } else if loss <= cost.times(times_cost)? {
        LossDecision::BelowCost
    } else {
        LossDecision::Realise
    })
}

impl TryFrom<Wire> for LossRealisation {
    type Error = TaxError;
    fn try_from(wire: Wire) -> Result<Self, TaxError> {
        let Wire { lots, scope, basis, buy_back, times_cost, least_share, least_amount, window, tax_rate } =
            wire;
        Self { lots, scope, basis, buy_back, times_cost, least_share, least_amount, window, tax_rate }
            .checked()
    }
}

impl From<LossRealisation> for Wire {
    fn from(programme: LossRealisation) -> Self {
        let LossRealisation { lots, scope, basis, buy_back, .. } = programme;
        let LossRealisation { times_cost, least_share, least_amount, window, tax_rate, .. } = programme;
        Self { lots, scope, basis, buy_back, times_cost, least_share, least_amount, window, tax_rate }
    }
}
