//! What happened between two steps, in base currency.

mod closed;

use std::collections::BTreeMap;

use allweather_core::{AssetId, Currency, Money, Number, Overflow};
use allweather_costs::fills::{CashKind, Fill};
use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{ActualError, ActualStep, Movement, marks::Marks};
use crate::{CostParts, Flows, PortfolioError, prepare::Prepared};

/// What is held.
#[derive(Clone, Copy)]
pub(super) struct Position<'a> {
    pub(super) units: &'a [Decimal],
    pub(super) cash: &'a BTreeMap<Currency, Decimal>,
}

/// The time from one step to the next, being filled.
pub(super) struct Period<'a> {
    t: usize,
    prepared: &'a Prepared,
    marks: &'a Marks<'a>,
    delay: u16,
    /// The day of this step, and of the one before (at the first step, of the opening).
    date: NaiveDate,
    since: NaiveDate,
    before: Position<'a>,
    units: Vec<Decimal>,
    cash: BTreeMap<Currency, Decimal>,
    /// What trades that carry out the step before add to what was held then.
    late_units: Vec<f64>,
    late_cash: BTreeMap<Currency, f64>,
    /// Last price of a fill of each asset, for one that is sold out and has no price any more.
    last_fill: Vec<Option<f64>>,
    /// Whether units of the asset changed without a trade: prices of before and after are not of one unit.
    acted: Vec<bool>,
    fills: Vec<(usize, Fill)>,
    step: ActualStep,
    first_flows: f64,
    weighted_flows: f64,
    /// Units that the run begins with, beside those of the opening; and units of the owner's own since.
    brought: Vec<Decimal>,
    transferred: Vec<Decimal>,
    actions: Vec<Decimal>,
    traded: f64,
}

impl<'a> Period<'a> {
    pub(super) fn new(
        t: usize,
        prepared: &'a Prepared,
        marks: &'a Marks<'a>,
        delay: u16,
        before: Position<'a>,
        opened: NaiveDate,
    ) -> Self {
        let (date, assets) = (prepared.dates[t], prepared.universe.len());
        let since = t.checked_sub(1).map_or(opened, |before| prepared.dates[before]);
        let step = ActualStep {
            date,
            capital: 0.0,
            prices: 0.0,
            fills: 0.0,
            currency: 0.0,
            income: 0.0,
            interest: 0.0,
            costs: CostParts::default(),
            flows: Flows::default(),
            trades: 0,
            timing: 0.0,
            invested: 0.0,
            planned_currency: 0.0,
            tracking: 0.0,
            cash: BTreeMap::new(),
            units: Vec::new(),
        };
        Self {
            t,
            prepared,
            marks,
            delay,
            date,
            since,
            before,
            units: before.units.to_vec(),
            cash: before.cash.clone(),
            late_units: vec![0.0; assets],
            late_cash: BTreeMap::new(),
            last_fill: vec![None; assets],
            acted: vec![false; assets],
            fills: Vec::new(),
            step,
            first_flows: 0.0,
            weighted_flows: 0.0,
            brought: vec![Decimal::ZERO; assets],
            transferred: vec![Decimal::ZERO; assets],
            actions: vec![Decimal::ZERO; assets],
            traded: 0.0,
        }
    }

    fn place(&self, asset: &AssetId) -> Result<usize, PortfolioError> {
        // The universe was widened by all that the account ever held.
        let place = self.prepared.universe.iter().position(|other| other == asset);
        place.ok_or_else(|| PortfolioError::Unknown { asset: asset.clone() })
    }

    fn in_base(&self, money: Money) -> Result<f64, ActualError> {
        if money.amount().is_zero() {
            return Ok(0.0);
        }
        Ok(money.amount().to_double() * self.marks.spot(money.currency(), self.date)?)
    }

    /// What a fill cost: commission and charges.
    fn charged(&self, fill: &Fill) -> Result<f64, ActualError> {
        fill.charges
            .iter()
            .try_fold(self.in_base(fill.commission)?, |sum, charged| Ok(sum + self.in_base(charged.amount)?))
    }

    /// One thing that happened. What needs prices of the step is left until all has been taken.
    pub(super) fn take(&mut self, movement: &Movement) -> Result<(), PortfolioError> {
        let units = movement.units().map_err(ActualError::from)?;
        movement.book_cash(&mut self.cash).map_err(ActualError::from)?;
        let place = movement.asset().map(|asset| self.place(asset)).transpose()?;
        if let Some(place) = place {
            self.units[place] = self.units[place].plus(units).map_err(ActualError::from)?;
        }
        match (movement, place) {
            (Movement::Fill { fill, .. }, Some(place)) => self.fill(place, fill)?,
            (Movement::Conversion { bought, fill }, _) => self.conversion(*bought, fill)?,
            (Movement::Cash { cash }, _) => self.moved(&cash.kind, cash.date, cash.amount)?,
            (Movement::Action { cash, .. }, Some(place)) => {
                let cash = cash.map_or(Ok(0.0), |cash| self.in_base(cash))?;
                self.action(place, units, cash).map_err(ActualError::from)?;
            }
            (Movement::Transfer { date, .. }, Some(place)) => {
                let early = self.t == 0 && *date < self.date;
                let moved = if early { &mut self.brought } else { &mut self.transferred };
                moved[place] = moved[place].plus(units).map_err(ActualError::from)?;
            }
            (Movement::AddedBack { amount, .. }, _) => {
                let amount = self.in_base(*amount)?;
                // Before the first step the tax itself is in no return.
                if !self.is_of_the_opening() {
                    self.step.income += amount;
                    self.step.flows.withdrawn += amount.max(0.0);
                    self.step.flows.deposited -= amount.min(0.0);
                }
            }
            // Units move in assets only.
            _ => {}
        }
        Ok(())
    }

    /// Units that came without a trade, of which `units` are counted already, and the cash with them. At the first step no price has
    /// moved yet: what they bring to units of the opening is what the run begins with, and what they bring to units that were bought
    /// since goes with the gain of their fills.
    fn action(&mut self, place: usize, units: Decimal, cash: f64) -> Result<(), Overflow> {
        self.acted[place] = true;
        let mut share = Decimal::ZERO;
        if self.t == 0 {
            let held = self.units[place].minus(units)?;
            let opened = self.before.units[place].plus(self.brought[place])?;
            share = if held.is_zero() { Decimal::ONE } else { opened.over(held)? };
        }
        let of_opening = units.times(share)?;
        self.brought[place] = self.brought[place].plus(of_opening)?;
        self.actions[place] = self.actions[place].plus(units.minus(of_opening)?)?;
        self.first_flows += cash * share.to_double();
        self.step.income += cash * (1.0 - share.to_double());
        Ok(())
    }

    /// Whether what is paid now is paid for what was held before the first step: it is what the run begins with. An account that opened
    /// with nothing but cash is paid for what it bought, whose fills are in the return.
    fn is_of_the_opening(&self) -> bool {
        let held = |units: &[Decimal]| units.iter().any(|units| !units.is_zero());
        self.t == 0 && (held(self.before.units) || held(&self.brought))
    }

    fn fill(&mut self, place: usize, fill: &Fill) -> Result<(), PortfolioError> {
        let (asset, expected) = (&self.prepared.universe[place], self.prepared.instruments[place].currency);
        let found = fill.currency();
        if found != expected {
            let (asset, date) = (asset.clone(), fill.date);
            return Err(ActualError::Currency { asset, expected, found, date }.into());
        }
        self.last_fill[place] = Some(fill.price.amount().to_double());
        self.step.costs.commission += self.charged(fill)?;
        // Paid for now, and earned with the coupon.
        self.step.income += fill.accrued.map_or(Ok(0.0), |accrued| self.in_base(accrued))?;
        self.step.trades += 1;
        self.fills.push((place, fill.clone()));
        Ok(())
    }

    /// A conversion: `quantity` of one currency for `quantity · price` of another.
    fn conversion(&mut self, bought: Currency, fill: &Fill) -> Result<(), PortfolioError> {
        let quantity = fill.units().map_err(ActualError::from)?.to_double();
        let (paid, price) = (fill.currency(), fill.price.amount().to_double());
        let (of_bought, of_paid) = (self.marks.spot(bought, self.date)?, self.marks.spot(paid, self.date)?);
        let gained = quantity * (of_bought - price * of_paid);
        self.step.fills += gained;
        self.step.costs.fx += self.charged(fill)?;
        self.step.trades += 1;
        if self.is_late(fill.date) {
            let rate = self.marks.spot(bought, self.since)? / self.marks.spot(paid, self.since)?;
            self.step.timing += quantity * (rate - price) * of_paid;
            *self.late_cash.entry(bought).or_default() += quantity;
            *self.late_cash.entry(paid).or_default() -= quantity * rate;
        } else {
            self.step.timing += gained;
        }
        Ok(())
    }

    /// Whether a trade of the day carries out the step before.
    fn is_late(&self, day: NaiveDate) -> bool {
        self.t > 0 && day != self.date && (day - self.since).num_days() <= i64::from(self.delay)
    }

    fn moved(&mut self, kind: &CashKind, day: NaiveDate, amount: Money) -> Result<(), PortfolioError> {
        let amount = self.in_base(amount)?;
        match kind {
            CashKind::Dividend
            | CashKind::PaymentInLieu
            | CashKind::WithheldTax(_)
            | CashKind::BondInterest
                if self.is_of_the_opening() =>
            {
                self.first_flows += amount;
            }
            CashKind::Dividend
            | CashKind::PaymentInLieu
            | CashKind::WithheldTax(_)
            | CashKind::BondInterest => self.step.income += amount,
            // Of the time before the first step.
            CashKind::BrokerInterest | CashKind::Lending if self.t == 0 => self.first_flows += amount,
            CashKind::BrokerInterest | CashKind::Lending => self.step.interest += amount,
            CashKind::Fee | CashKind::CommissionAdjustment => self.step.costs.commission -= amount,
            CashKind::DepositOrWithdrawal => self.flow(day, amount),
            other => {
                let kind = match other {
                    CashKind::Other(words) => words.clone(),
                    unknown => format!("{unknown:?}"),
                };
                return Err(ActualError::CashKind { kind, date: day }.into());
            }
        }
        Ok(())
    }

    fn flow(&mut self, day: NaiveDate, amount: f64) {
        // What comes before the first step is what the run begins with.
        if self.t == 0 && day < self.date {
            self.first_flows += amount;
            return;
        }
        let (left, all) = ((self.date - day).num_days(), (self.date - self.since).num_days());
        self.weighted_flows += amount * left as f64 / all.max(1) as f64;
        self.step.flows.deposited += amount.max(0.0);
        self.step.flows.withdrawn -= amount.min(0.0);
    }
}
