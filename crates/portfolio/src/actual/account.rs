use std::collections::{BTreeMap, BTreeSet};

use allweather_core::{Currency, Money, Overflow};
use allweather_costs::fills::{
    Fill, Instrument, InstrumentKind, NotHandled, Original, Revision, Statement, SymbolMap,
};
use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{ActualError, Movement, Reconciliation, Standing, Tolerance, reconcile};

/// An account: what it began with, everything that happened since, and what the broker states of it on some days.
///
/// What is refused is refused when it is added: nothing happens before the opening, and nothing with an id happens twice. What has no
/// id is taken as often as it is told: statements that overlap are merged first ([`Statement::merge`]).
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    opening: Standing,
    /// By day; of one day in the order in which they were added.
    movements: Vec<Movement>,
    ids: BTreeSet<String>,
    /// By day.
    stated: Vec<Standing>,
    /// Broker and number, once a statement was added.
    of: Option<String>,
    not_handled: Vec<NotHandled>,
    /// The last day of a statement's span.
    spanned: Option<NaiveDate>,
}

impl Account {
    /// An account that begins with `opening`, the state at the end of that day; what the opening does not tell of is nothing.
    #[must_use]
    pub fn new(opening: Standing) -> Self {
        let (movements, ids, stated, not_handled) = Default::default();
        Self { opening, movements, ids, stated, of: None, not_handled, spanned: None }
    }

    /// The account after one more thing has happened. A fill that cancels another takes it out, and one that corrects it
    /// stands in its place.
    ///
    /// # Errors
    ///
    /// [`ActualError`] when it is not after the opening's day, has the id of another, takes back what is not there, is a fill of a
    /// future or a contract for difference, or a fill of a currency given as an asset.
    pub fn with(mut self, movement: Movement) -> Result<Self, ActualError> {
        self.add(movement)?;
        Ok(self)
    }

    fn add(&mut self, movement: Movement) -> Result<(), ActualError> {
        let (date, opening) = (movement.date(), self.opening.date);
        if date <= opening {
            return Err(ActualError::BeforeOpening { what: movement.words(), date, opening });
        }
        if let Movement::Fill { fill, .. } = &movement {
            refuse_on_margin(&fill.instrument, date)?;
        }
        // Of one kind: a broker may number fills and cash apart.
        let numbered = |movement: &Movement, id: &str| match movement {
            Movement::Cash { .. } => format!("cash {id}"),
            _ => format!("fill {id}"),
        };
        let fill = movement.as_fill();
        if let Some(revision) = fill.and_then(|fill| fill.revises.clone()) {
            let by = movement.id().unwrap_or_default().to_owned();
            let (original, corrects) = match revision {
                Revision::Corrects(original) => (original, true),
                Revision::Cancels(original) => (original, false),
                // Kinds that may come: about no fill that is known.
                _ => (Original::default(), false),
            };
            let place = self.movements.iter().position(|other| is_original(other, &original));
            let Some(place) = place else {
                let original = original.id.or(original.booking).unwrap_or_default();
                return Err(ActualError::TakenBack { by, original });
            };
            let taken = self.movements.remove(place);
            if let Some(id) = taken.id() {
                self.ids.remove(&numbered(&taken, id));
            }
            if !corrects {
                return Ok(());
            }
        }
        if let Some(id) = movement.id()
            && !self.ids.insert(numbered(&movement, id))
        {
            return Err(ActualError::Twice { id: id.to_owned() });
        }
        let place = self.movements.partition_point(|other| other.date() <= date);
        self.movements.insert(place, movement);
        Ok(())
    }

    /// The account with what a broker states of a day.
    ///
    /// # Errors
    ///
    /// [`ActualError::BeforeOpening`] for a day before that of the opening.
    pub fn with_stated(mut self, standing: Standing) -> Result<Self, ActualError> {
        self.state(standing)?;
        Ok(self)
    }

    fn state(&mut self, standing: Standing) -> Result<(), ActualError> {
        let (date, opening) = (standing.date, self.opening.date);
        if date < opening {
            return Err(ActualError::BeforeOpening { what: "a standing".to_owned(), date, opening });
        }
        let place = self.stated.partition_point(|other| other.date <= date);
        self.stated.insert(place, standing);
        Ok(())
    }

    /// The account with all that a statement tells: fills, conversions, cash, and as stated standings the positions and balances at its
    /// end and the cash at its start. Empty lists of positions or balances are taken as not told. Rows that the reader did not act upon
    /// are kept: see [`Account::not_handled`].
    ///
    /// # Errors
    ///
    /// As [`Account::with`]; [`ActualError::Fills`] for a symbol that `symbols` does not have, [`ActualError::OtherAccount`] for a
    /// statement of another account, [`ActualError::NoDay`] for balances of no day, [`ActualError::Conversion`] for a conversion
    /// that does not tell what was bought.
    pub fn with_statement(mut self, statement: &Statement, symbols: &SymbolMap) -> Result<Self, ActualError> {
        let of = format!("{} {}", statement.broker, statement.account);
        if let Some(first) = self.of.clone().filter(|first| *first != of) {
            return Err(ActualError::OtherAccount { first, other: of });
        }
        self.of = Some(of);
        for fill in &statement.fills {
            self.add(movement_of(fill, symbols)?)?;
        }
        for cash in &statement.cash {
            self.add(Movement::cash(cash.clone()))?;
        }
        let mut held: BTreeMap<NaiveDate, Standing> = BTreeMap::new();
        for position in &statement.positions {
            let (date, instrument) = (position.date, &position.instrument);
            refuse_on_margin(instrument, date)?;
            let asset = symbols.asset(instrument)?.clone();
            let units = position.quantity.checked_mul(instrument.multiplier).ok_or(Overflow)?;
            let standing = held.entry(date).or_insert_with(|| Standing::new(date));
            // Two symbols may be one asset.
            let so_far = standing.positions.get_or_insert_default().entry(asset).or_default();
            *so_far = so_far.checked_add(units).ok_or(Overflow)?;
        }
        if !statement.balances.is_empty() {
            let no_day = || ActualError::NoDay { account: statement.account.clone() };
            let end = statement.span.map(|span| span.last).or_else(|| held.keys().next_back().copied());
            let end = end.ok_or_else(no_day)?;
            let standing = held.entry(end).or_insert_with(|| Standing::new(end));
            standing.cash = Some(sums(statement.balances.iter().map(|balance| balance.end))?);
            let starts: Option<Vec<Money>> = statement.balances.iter().map(|balance| balance.start).collect();
            let eve = statement.span.and_then(|span| span.first.pred_opt());
            if let (Some(starts), Some(eve)) = (starts, eve.filter(|eve| *eve >= self.opening.date)) {
                let mut standing = Standing::new(eve);
                standing.cash = Some(sums(starts.into_iter())?);
                self.state(standing)?;
            }
        }
        for standing in held.into_values() {
            self.state(standing)?;
        }
        self.not_handled.extend(statement.not_handled.iter().cloned());
        self.spanned = self.spanned.max(statement.span.map(|span| span.last));
        Ok(self)
    }

    /// The last day that anything was told of: the last day of a statement, or of what happened or was stated; at least that of the
    /// opening.
    #[must_use]
    pub fn told_until(&self) -> NaiveDate {
        let days = [
            self.spanned,
            self.movements.last().map(Movement::date),
            self.stated.last().map(|standing| standing.date),
        ];
        days.into_iter().flatten().fold(self.opening.date, NaiveDate::max)
    }

    /// What it began with.
    #[must_use]
    pub fn opening(&self) -> &Standing {
        &self.opening
    }

    /// What happened, by day.
    #[must_use]
    pub fn movements(&self) -> &[Movement] {
        &self.movements
    }

    /// What the broker states, by day.
    #[must_use]
    pub fn stated(&self) -> &[Standing] {
        &self.stated
    }

    /// Rows of the statements that were not acted upon, as corporate actions: what they did is to be added by hand, with
    /// [`Movement::action`], [`Movement::transfer`] or [`Movement::cash`].
    #[must_use]
    pub fn not_handled(&self) -> &[NotHandled] {
        &self.not_handled
    }

    /// Compares what the opening and all that happened lead to with each stated standing: see [`Reconciliation`].
    ///
    /// # Errors
    ///
    /// [`ActualError::Overflow`] when a sum does not fit a decimal.
    pub fn reconcile(&self, tolerance: Tolerance) -> Result<Reconciliation, ActualError> {
        reconcile::reconcile(self, tolerance)
    }
}

fn movement_of(fill: &Fill, symbols: &SymbolMap) -> Result<Movement, ActualError> {
    let fill = fill.clone();
    if fill.instrument.kind != InstrumentKind::Forex {
        return Ok(Movement::fill(symbols.asset(&fill.instrument)?.clone(), fill));
    }
    let id = fill.id.clone();
    let bought = fill.instrument.bought.ok_or(ActualError::Conversion { id })?;
    Ok(Movement::conversion(bought, fill))
}

/// Whether a movement is the fill that a revision is about. One that tells neither id nor booking is about none.
fn is_original(movement: &Movement, original: &Original) -> bool {
    let Some(fill) = movement.as_fill() else { return false };
    let same_id = original.id.as_ref().map(|id| *id == fill.id);
    let same_booking = original.booking.as_ref().map(|booking| fill.booking.as_ref() == Some(booking));
    let told = [same_id, same_booking];
    told.iter().any(Option::is_some)
        && told.iter().all(|same| same.unwrap_or(true))
        && original.date.is_none_or(|date| date == fill.date)
}

fn refuse_on_margin(instrument: &Instrument, date: NaiveDate) -> Result<(), ActualError> {
    if matches!(instrument.kind, InstrumentKind::Future | InstrumentKind::Cfd | InstrumentKind::Forex) {
        let (symbol, kind) = (instrument.symbol.clone(), instrument.kind.to_string());
        return Err(ActualError::Instrument { symbol, kind, date });
    }
    Ok(())
}

fn sums(amounts: impl Iterator<Item = Money>) -> Result<BTreeMap<Currency, Decimal>, Overflow> {
    let mut sums: BTreeMap<Currency, Decimal> = BTreeMap::new();
    for amount in amounts {
        let so_far = sums.entry(amount.currency()).or_default();
        *so_far = so_far.checked_add(amount.amount()).ok_or(Overflow)?;
    }
    Ok(sums)
}
