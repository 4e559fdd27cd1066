use std::sync::Arc;

use allweather_core::Currency;
use allweather_market::AsOf;
use chrono::NaiveDate;

use crate::{
    FxError, FxSpec, Omission, Opened, Position, Reason, Settled, Settlement, Signal, forward,
    parity::{finite, positive},
    signal::spot_on,
    targets::Targets,
};

/// Hedge and overlay as one book of forwards, opened at one date and settled at the next.
///
/// ```text
/// n   = overlay − η · exposure                  net position per currency, base currency
/// P&L = n · (X1/X0 − F0/X0)
/// Σ|n| ≤ limit · net asset value                the overlay is scaled down until it fits
/// ```
///
/// ```
/// use std::collections::BTreeMap;
/// use allweather_core::{Currency, Month, Rate};
/// use allweather_fx_overlay::{Book, FxSpec, MarginSpec};
/// use allweather_market::{Market, PricePanel, SpotPanel, rates_from_csv};
/// use rust_decimal::dec;
///
/// let prices = PricePanel::from_csv("prices.csv", "month,bonds_usd\n2024-01,100\n2024-02,102\n")?;
/// let spots = SpotPanel::from_csv("fx.csv", "month,usd\n2024-01,150\n2024-02,147\n", Currency::JPY)?;
/// let rates = "month,currency,rate_pct,basis\n2024-01,JPY,0.5,x\n2024-01,USD,4.5,x\n";
/// let market = Market::new(Currency::JPY, prices)
///     .with_spots(spots)?
///     .with_short_rates(rates_from_csv("rates.csv", rates)?);
///
/// let margin = MarginSpec::new(Rate::from_fraction(dec!(0.04)), 1.5)?;
/// let mut book = Book::new(FxSpec::new(margin), Currency::JPY, &[Currency::USD])?;
/// let january = Month::new(2024, 1)?;
/// let opened = book.open(market.as_of(january.last_day()), 1.0 / 12.0, 1e6, &[(Currency::USD, 6e5)])?;
/// assert_eq!((opened.gross, opened.margin), (6e5, 24e3));
///
/// let settled = book.settle(market.as_of(january.offset(1).last_day()))?;
/// assert!((settled.profit() - 6e5 * (149.501_867_995_0 - 147.0) / 150.0).abs() < 1e-4);
/// assert!((settled.hedge_cost - 6e5 * 0.039_850_560_4 / 12.0).abs() < 1e-4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
///
/// Published method, §6. What the book reads when it opens is what was known on that day: spot of the day, short rates of the
/// last month that was over.
#[derive(Debug, Clone)]
pub struct Book {
    spec: FxSpec,
    base: Currency,
    lines: Vec<Line>,
    targets: Option<Targets>,
    opened: Option<NaiveDate>,
    positions: Vec<Position>,
    omitted: Vec<Omission>,
    settlements: Vec<Settlement>,
}

/// A currency of the book, with what this opening says of it.
#[derive(Debug, Clone)]
struct Line {
    currency: Currency,
    /// Its place in the overlay.
    place: Option<usize>,
    /// −η, or 0 when it is left unhedged.
    hedge_ratio: f64,
    basis: f64,
    hedge: f64,
    quote: Option<Result<Quote, Reason>>,
}

#[derive(Debug, Clone, Copy)]
struct Quote {
    spot: f64,
    forward: f64,
}

/// Room for rounding in a limit: a portfolio that is foreign to the last yen may be hedged within a limit of 1.
const TOLERANCE: f64 = 1e-12;

impl Book {
    /// A book for exposures in `exposed` (any order, repeated or base currencies do no harm) and the overlay's currencies.
    ///
    /// Positions come in this order: `exposed` as given, then what the overlay adds.
    ///
    /// # Errors
    ///
    /// [`FxError::Base`] when the base currency is among the overlay's.
    pub fn new(spec: FxSpec, base: Currency, exposed: &[Currency]) -> Result<Self, FxError> {
        let overlay = spec.overlay().map_or(&[][..], |overlay| overlay.currencies());
        if overlay.contains(&base) {
            return Err(FxError::Base { list: "the overlay currencies", currency: base });
        }
        let mut lines: Vec<Line> = Vec::new();
        for &currency in exposed.iter().chain(overlay) {
            if currency == base || lines.iter().any(|line| line.currency == currency) {
                continue;
            }
            let hedge_ratio = if spec.hedge().hedges(currency) { -spec.hedge().ratio() } else { 0.0 };
            let place = overlay.iter().position(|c| *c == currency);
            let basis = spec.basis(currency).to_f64();
            lines.push(Line { currency, place, hedge_ratio, basis, hedge: 0.0, quote: None });
        }
        let targets = spec.overlay().cloned().map(Targets::new);
        let (most, most_omitted) = (lines.len(), overlay.len());
        Ok(Self {
            positions: Vec::with_capacity(most),
            settlements: Vec::with_capacity(most),
            omitted: Vec::with_capacity(most_omitted),
            opened: None,
            spec,
            base,
            lines,
            targets,
        })
    }

    /// The same with these signals in place of those the specification names, all of one weight.
    ///
    /// # Errors
    ///
    /// [`FxError::NoOverlay`] when there is no overlay to use them, [`FxError::Empty`] without signals.
    pub fn with_signals(self, signals: Vec<Arc<dyn Signal>>) -> Result<Self, FxError> {
        if signals.is_empty() {
            return Err(FxError::Empty { what: "signals in the overlay" });
        }
        let targets = self.targets.ok_or(FxError::NoOverlay)?.with_signals(signals);
        Ok(Self { targets: Some(targets), ..self })
    }

    /// Opens the forwards of the next period.
    ///
    /// | argument | unit |
    /// |---|---|
    /// | `year_fraction` | length of the period in years; a month is 1/12 |
    /// | `nav` | net asset value in base currency, what limits and targets are fractions of |
    /// | `exposures` | currency and base-currency value held; several of one currency add up, the base currency is passed over |
    ///
    /// # Errors
    ///
    /// [`FxError::Unhedgeable`] when a held currency that is to be hedged has no spot or no rate on the day,
    /// [`FxError::HedgeLimit`] when the hedge alone is above the book's limit, [`FxError::AlreadyOpen`] when the last
    /// forwards are not settled, [`FxError::Unknown`], [`FxError::MarketBase`], [`FxError::NotMonthly`],
    /// [`FxError::Signal`] and [`FxError::Value`] as they say. Nothing is open after an error (except when forwards were
    /// open before: those stay).
    pub fn open(
        &mut self,
        market: AsOf<'_>,
        year_fraction: f64,
        nav: f64,
        exposures: &[(Currency, f64)],
    ) -> Result<Opened, FxError> {
        let date = market.date();
        if let Some(opened) = self.opened {
            return Err(FxError::AlreadyOpen { opened, date });
        }
        let result = self.fill(market, year_fraction, nav, exposures);
        if result.is_ok() {
            self.opened = Some(date);
        } else {
            self.positions.clear();
            self.omitted.clear();
        }
        result
    }

    fn fill(
        &mut self,
        market: AsOf<'_>,
        year_fraction: f64,
        nav: f64,
        exposures: &[(Currency, f64)],
    ) -> Result<Opened, FxError> {
        self.positions.clear();
        self.omitted.clear();
        self.same_base(market)?;
        positive("year fraction", year_fraction)?;
        positive("net asset value", nav)?;
        self.take_exposures(exposures)?;
        self.take_quotes(market, year_fraction)?;

        let mut volatility = 0.0;
        if let Some(targets) = &mut self.targets {
            let lines = &self.lines;
            let unpriced = |place| {
                let line = lines.iter().find(|line| line.place == Some(place))?;
                line.quote?.err()
            };
            volatility = targets.decide(market, unpriced, &mut self.omitted)?;
        }
        for line in &self.lines {
            let target = line.place.and_then(|place| self.targets.as_ref()?.of(place));
            let Some(Ok(Quote { spot, forward })) = line.quote else { continue };
            if line.hedge != 0.0 || target.is_some() {
                let overlay = finite("overlay position", target.unwrap_or_default() * nav)?;
                let (currency, hedge) = (line.currency, line.hedge);
                self.positions.push(Position { currency, hedge, overlay, spot, forward });
            }
        }
        let overlay_scale = self.fit(market.date(), nav)?;

        let gross = finite("gross notional", self.positions.iter().map(|p| p.net().abs()).sum())?;
        let overlay_gross = self.positions.iter().map(|p| p.overlay.abs()).sum::<f64>() / nav;
        let margin = self.spec.margin().rate().to_f64() * gross;
        let overlay_volatility = volatility * overlay_scale;
        Ok(Opened { gross, margin, overlay_gross, overlay_volatility, overlay_scale })
    }

    /// Settles the forwards against the spots of the day. Without open forwards there is nothing to settle: all sums are 0.
    ///
    /// # Errors
    ///
    /// [`FxError::Unsettled`] when a currency with a position has no spot on the day, [`FxError::Backwards`] when the day is
    /// not after the opening, [`FxError::MarketBase`], and [`FxError::Value`] when a profit does not fit a double. The
    /// forwards stay open after an error.
    pub fn settle(&mut self, market: AsOf<'_>) -> Result<Settled, FxError> {
        self.settlements.clear();
        self.same_base(market)?;
        let Some(opened) = self.opened else { return Ok(Settled::default()) };
        let date = market.date();
        if date <= opened {
            return Err(FxError::Backwards { opened, date });
        }
        let mut sums = Settled::default();
        for &position in &self.positions {
            if position.hedge == 0.0 && position.overlay == 0.0 {
                continue;
            }
            let currency = position.currency;
            let spot = market.spot(currency).and_then(|history| spot_on(&history, date));
            let spot = spot.ok_or(FxError::Unsettled { currency, opened, date })?;
            let settlement = Settlement::new(position, spot);
            sums.hedge += settlement.hedge;
            sums.overlay += settlement.overlay;
            sums.hedge_cost += position.hedge_cost();
            sums.gross += position.net().abs();
            self.settlements.push(settlement);
        }
        finite("profit of the forwards", sums.profit() + sums.hedge_cost)?;
        self.opened = None;
        self.positions.clear();
        Ok(sums)
    }

    /// The forwards that are open, hedge and overlay side by side, in the book's order; none after a settlement.
    #[must_use]
    pub fn positions(&self) -> &[Position] {
        &self.positions
    }

    /// The overlay currencies that took no position at the last opening, and why.
    #[must_use]
    pub fn omitted(&self) -> &[Omission] {
        &self.omitted
    }

    /// What the last settlement brought, currency by currency.
    #[must_use]
    pub fn settlements(&self) -> &[Settlement] {
        &self.settlements
    }

    /// The day on which the open forwards were opened.
    #[must_use]
    pub fn opened(&self) -> Option<NaiveDate> {
        self.opened
    }

    /// What the book was told.
    #[must_use]
    pub fn spec(&self) -> &FxSpec {
        &self.spec
    }

    fn same_base(&self, market: AsOf<'_>) -> Result<(), FxError> {
        if market.base() == self.base {
            return Ok(());
        }
        Err(FxError::MarketBase { found: market.base(), expected: self.base })
    }

    /// Hedges of this opening: −η times what is held.
    fn take_exposures(&mut self, exposures: &[(Currency, f64)]) -> Result<(), FxError> {
        for line in &mut self.lines {
            line.hedge = 0.0;
        }
        for &(currency, value) in exposures {
            finite("exposure", value)?;
            if currency == self.base {
                continue;
            }
            let line = self.lines.iter_mut().find(|line| line.currency == currency);
            let line = line.ok_or(FxError::Unknown { currency })?;
            line.hedge = finite("hedge", line.hedge + line.hedge_ratio * value)?;
        }
        Ok(())
    }

    /// Prices the forwards of this opening: of every hedge, and of every overlay currency that has what it takes.
    fn take_quotes(&mut self, market: AsOf<'_>, year_fraction: f64) -> Result<(), FxError> {
        let date = market.date();
        for line in &mut self.lines {
            line.quote = None;
            if line.hedge == 0.0 && line.place.is_none() {
                continue;
            }
            let currency = line.currency;
            let quote = quote(market, currency, line.basis, year_fraction)?;
            match quote {
                Err(reason) if line.hedge != 0.0 => {
                    return Err(FxError::Unhedgeable { currency, date, reason });
                }
                _ => line.quote = Some(quote),
            }
        }
        Ok(())
    }

    /// Scales the overlay down until the book is within its limit; returns the scale.
    fn fit(&mut self, date: NaiveDate, nav: f64) -> Result<f64, FxError> {
        let limit = finite("limit of the book", self.spec.margin().gross_limit() * nav)?;
        let room = limit * (1.0 + TOLERANCE);
        let hedge: f64 = self.positions.iter().map(|p| p.hedge.abs()).sum();
        if hedge > room {
            let (gross, limit) = (hedge / nav, self.spec.margin().gross_limit());
            return Err(FxError::HedgeLimit { date, gross, limit });
        }
        // Gross notional is convex and piecewise linear in the scale, and within the limit at 0: Newton's steps from 1 down
        // land on the crossing after at most one step for each kink (two where a step lands on it).
        let mut scale = 1.0;
        for _ in 0..2 * self.positions.len() + 2 {
            let (mut gross, mut slope) = (0.0, 0.0);
            for position in &self.positions {
                let net = position.hedge + scale * position.overlay;
                gross += net.abs();
                slope += net.signum() * position.overlay;
            }
            if gross <= room {
                break;
            }
            // A slope that rounding has spoilt closes the overlay: safe, and visible in the scale.
            let step = (gross - limit) / slope;
            scale = if step > 0.0 && step <= scale { scale - step } else { 0.0 };
        }
        for position in &mut self.positions {
            position.overlay *= scale;
        }
        Ok(scale)
    }
}

/// Spot and forward of a currency on a day, or what is missing for them.
fn quote(
    market: AsOf<'_>,
    currency: Currency,
    basis: f64,
    year_fraction: f64,
) -> Result<Result<Quote, Reason>, FxError> {
    let date = market.date();
    let Some(spot) = market.spot(currency).and_then(|history| spot_on(&history, date)) else {
        return Ok(Err(Reason::Spot { date }));
    };
    let Some(month) = market.complete_month() else { return Ok(Err(Reason::Spot { date })) };
    let rate = |of: Currency| market.short_rate(of).ok_or(Reason::ShortRate { currency: of, month });
    match (rate(market.base()), rate(currency)) {
        (Ok(base), Ok(foreign)) => {
            Ok(Ok(Quote { spot, forward: forward(spot, base, foreign, basis, year_fraction)? }))
        }
        (Err(reason), _) | (_, Err(reason)) => Ok(Err(reason)),
    }
}
