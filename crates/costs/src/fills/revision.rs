use std::collections::{BTreeMap, BTreeSet};

use allweather_core::Currency;
use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{CancelledFill, Fill, FillsError, Original, Revision};

/// What identifies a row: a cancellation may carry the id of what it cancels.
fn key(fill: &Fill) -> (&str, bool) {
    (&fill.id, matches!(fill.revises, Some(Revision::Cancels(_))))
}

fn short(fill: &Fill) -> String {
    let Fill { instrument, date, quantity, price, commission, .. } = fill;
    format!("{date} {quantity} {} at {price}, commission {commission}", instrument.symbol)
}

/// The fills by day, time and id, each id once.
pub(super) fn once(mut fills: Vec<Fill>) -> Result<Vec<Fill>, FillsError> {
    fills.sort_by(|a, b| key(a).cmp(&key(b)));
    let mut kept: Vec<Fill> = Vec::with_capacity(fills.len());
    for mut fill in fills {
        match kept.last_mut() {
            Some(last) if key(last) == key(&fill) => {
                // What the user added beside the broker's words is no contradiction.
                let arrival = last.arrival.or(fill.arrival);
                (last.arrival, fill.arrival) = (arrival, arrival);
                // One of the two has found what it corrects.
                if corrected(last).is_none() != corrected(&fill).is_none() {
                    (last.revises, fill.revises) = (None, None);
                }
                if *last != fill {
                    let (first, second) = (short(last), short(&fill));
                    return Err(FillsError::Contradiction { what: "fill", id: fill.id, first, second });
                }
            }
            _ => kept.push(fill),
        }
    }
    kept.sort_by(|a, b| (a.date, a.executed, key(a)).cmp(&(b.date, b.executed, key(b))));
    Ok(kept)
}

/// The fills that stand when cancellations and corrections have done their work; what they undid goes to `cancelled`.
///
/// A cancellation and what it cancels vanish together, a correction takes the place of what it corrects. Where the original is
/// not among the fills, the row stays with its [`Fill::revises`], so that sums stay right and the reader sees it.
pub(super) fn settled(fills: Vec<Fill>, cancelled: &mut Vec<CancelledFill>) -> Vec<Fill> {
    if fills.iter().all(|fill| fill.revises.is_none()) {
        return fills;
    }
    let mut fills: Vec<Option<Fill>> = fills.into_iter().map(Some).collect();
    let mut index = Index::of(&fills);
    let mut gone = Gone::default();
    for undone in cancelled.iter() {
        gone.note(&undone.fill);
    }
    let mut undo =
        |fills: &mut [Option<Fill>], gone: &mut Gone, found: Option<usize>, by: &str, corrected: bool| {
            let fill = found.and_then(|found| fills.get_mut(found)).and_then(Option::take)?;
            gone.note(&fill);
            cancelled.push(CancelledFill { fill: fill.clone(), by: by.to_owned(), corrected });
            Some(fill)
        };
    // Cancellations first: a corrected row is often cancelled by a row of its own as well.
    for at in 0..fills.len() {
        let Some(cancel) = fills.get(at).and_then(Option::as_ref) else { continue };
        let Some(Revision::Cancels(original)) = cancel.revises.clone() else { continue };
        let Some(found) = index.cancelled(cancel, &original, &fills) else { continue };
        let by = cancel.id.clone();
        if let Some(slot) = fills.get_mut(at) {
            *slot = None;
        }
        let mut found = undo(&mut fills, &mut gone, Some(found), &by, false);
        // A correction that is cancelled has done its work before.
        while let Some(correction) = found {
            let original = corrected(&correction).and_then(|original| index.named(original));
            found = undo(&mut fills, &mut gone, original, &correction.id, true);
        }
    }
    for at in 0..fills.len() {
        let Some(correction) = fills.get(at).and_then(Option::as_ref) else { continue };
        let Some(original) = corrected(correction).cloned() else { continue };
        let by = correction.id.clone();
        let found = index.named(&original).filter(|found| *found != at);
        let undone = undo(&mut fills, &mut gone, found, &by, true).is_some();
        if (undone || gone.has(&original))
            && let Some(correction) = fills.get_mut(at).and_then(Option::as_mut)
        {
            correction.revises = None;
        }
    }
    cancelled.sort_by(|a, b| (a.fill.date, &a.fill.id, &a.by).cmp(&(b.fill.date, &b.fill.id, &b.by)));
    fills.into_iter().flatten().collect()
}

fn corrected(fill: &Fill) -> Option<&Original> {
    match &fill.revises {
        Some(Revision::Corrects(original)) => Some(original),
        _ => None,
    }
}

/// The names of what was undone.
#[derive(Default)]
struct Gone {
    ids: BTreeSet<String>,
    bookings: BTreeSet<String>,
}

impl Gone {
    fn note(&mut self, fill: &Fill) {
        self.ids.insert(fill.id.clone());
        self.bookings.extend(fill.booking.clone());
    }

    fn has(&self, original: &Original) -> bool {
        match (&original.id, &original.booking) {
            (Some(id), _) => self.ids.contains(id),
            (None, Some(booking)) => self.bookings.contains(booking),
            (None, None) => false,
        }
    }
}

/// Two rows of which one may undo the other.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Alike {
    symbol: String,
    currency: Currency,
    day: NaiveDate,
    quantity: Decimal,
    price: Decimal,
}

impl Alike {
    fn of(fill: &Fill) -> Self {
        let (quantity, price) = (fill.quantity, fill.price.amount());
        Self {
            symbol: fill.instrument.symbol.clone(),
            currency: fill.currency(),
            day: fill.date,
            quantity,
            price,
        }
    }

    fn undone(cancel: &Fill, day: NaiveDate) -> Self {
        Self { day, quantity: -cancel.quantity, ..Self::of(cancel) }
    }
}

/// Where the rows stand that can be undone.
struct Index {
    ids: BTreeMap<String, usize>,
    bookings: BTreeMap<String, usize>,
    alike: BTreeMap<Alike, Vec<usize>>,
}

impl Index {
    fn of(fills: &[Option<Fill>]) -> Self {
        let mut index = Self { ids: BTreeMap::new(), bookings: BTreeMap::new(), alike: BTreeMap::new() };
        for (at, fill) in fills.iter().enumerate() {
            let Some(fill) = fill.as_ref().filter(|fill| !key(fill).1) else { continue };
            index.ids.insert(fill.id.clone(), at);
            if let Some(booking) = &fill.booking {
                index.bookings.insert(booking.clone(), at);
            }
            index.alike.entry(Alike::of(fill)).or_default().push(at);
        }
        index
    }

    /// What a cancellation cancels, if it is there and fits.
    fn cancelled(&mut self, cancel: &Fill, original: &Original, fills: &[Option<Fill>]) -> Option<usize> {
        let there = |found: usize| fills.get(found).and_then(Option::as_ref);
        if original.id.is_some() || original.booking.is_some() {
            let found = self.named(original)?;
            return (Alike::of(there(found)?) == Alike::undone(cancel, there(found)?.date)).then_some(found);
        }
        let alike = self.alike.get_mut(&Alike::undone(cancel, original.date.unwrap_or(cancel.date)))?;
        std::iter::from_fn(|| alike.pop()).find(|found| there(*found).is_some())
    }

    fn named(&self, original: &Original) -> Option<usize> {
        match (&original.id, &original.booking) {
            (Some(id), _) => self.ids.get(id),
            (None, Some(booking)) => self.bookings.get(booking),
            (None, None) => None,
        }
        .copied()
    }
}
