use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::revision::{once, settled};
use super::{
    CancelledFill, CashBalance, CashMovement, FillsError, NotHandled, OpenPosition, Revision, Span,
    Statement, UnknownField,
};

impl Statement {
    /// This statement and another of the same account as one; days that both tell of count once, and the order of the two does
    /// not matter.
    ///
    /// A fill or a movement of cash that both tell of is there once, and so is what they tell of without a number
    /// (`max` of how often the one and the other has it, where their days overlap). Cancellations of the one find what they
    /// cancel in the other. Positions and balances are those of the statement that ends later, balances begin with the one that
    /// begins earlier. Days between the two that neither tells of are named in [`Statement::not_handled`].
    ///
    /// ```
    /// use allweather_core::Currency;
    /// use allweather_costs::fills::{Fill, Instrument, InstrumentKind, Statement};
    /// use chrono::NaiveDate;
    /// use rust_decimal::dec;
    /// let day = NaiveDate::from_ymd_opt(2024, 3, 1).ok_or("a day")?;
    /// let vti = Instrument::new("VTI", InstrumentKind::Stock, Currency::USD);
    /// let mut march = Statement::new("Interactive Brokers", "U1");
    /// march.fills.push(Fill::new("7", vti.clone(), day, dec!(10), dec!(250)));
    /// assert_eq!(march.clone().merge(march.clone())?.fills.len(), 1);
    ///
    /// let mut other = Statement::new("Interactive Brokers", "U1");
    /// other.fills.push(Fill::new("7", vti, day, dec!(10), dec!(251)));
    /// assert!(march.merge(other).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`FillsError::TwoAccounts`] when they are of two accounts or brokers, [`FillsError::Contradiction`] when one number stands
    /// for two different things, or two statements of the same last day tell different ends.
    pub fn merge(self, other: Self) -> Result<Self, FillsError> {
        let (a, b) = (self, other);
        if (&a.broker, &a.account) != (&b.broker, &b.account) {
            let name = |of: &Self| format!("{} {}", of.broker, of.account);
            return Err(FillsError::TwoAccounts { first: name(&a), second: name(&b) });
        }
        let base_currency = match (a.base_currency, b.base_currency) {
            (Some(first), Some(second)) if first != second => {
                return Err(contradiction("account", a.account, &first.to_string(), &second.to_string()));
            }
            (first, second) => first.or(second),
        };
        let overlap = match (a.span, b.span) {
            (Some(a), Some(b)) => a.first <= b.last && b.first <= a.last,
            _ => true,
        };
        let mut merged = Self::new(a.broker, a.account);
        merged.base_currency = base_currency;
        merged.not_handled = both(a.not_handled, b.not_handled, overlap);
        merged.not_handled.extend(gap(a.span, b.span));
        merged.not_handled.sort();
        merged.cash = movements(a.cash, b.cash, overlap)?;
        merged.cancelled = once_cancelled(a.cancelled, b.cancelled);
        // What one of the two has seen cancelled is gone from the other too, and so is the row that did it.
        let gone: BTreeSet<&str> = merged.cancelled.iter().map(|gone| gone.fill.id.as_str()).collect();
        let by = merged.cancelled.iter().filter(|gone| !gone.corrected).map(|gone| gone.by.as_str());
        let by: BTreeSet<&str> = by.collect();
        let fills = a.fills.into_iter().chain(b.fills).filter(|fill| match fill.revises {
            Some(Revision::Cancels(_)) => !by.contains(fill.id.as_str()),
            _ => !gone.contains(fill.id.as_str()),
        });
        let fills = once(fills.collect())?;
        merged.fills = settled(fills, &mut merged.cancelled);
        (merged.positions, merged.balances) = ends(
            &merged.account,
            Ends { span: a.span, positions: a.positions, balances: a.balances },
            Ends { span: b.span, positions: b.positions, balances: b.balances },
        )?;
        merged.span = match (a.span, b.span) {
            (Some(a), Some(b)) => Span::new(a.first.min(b.first), a.last.max(b.last)),
            (a, b) => a.or(b),
        };
        let mut unknown: BTreeMap<(String, Option<String>), usize> = BTreeMap::new();
        for UnknownField { section, field, times } in a.unknown.into_iter().chain(b.unknown) {
            *unknown.entry((section, field)).or_default() += times;
        }
        let unknown = unknown.into_iter();
        merged.unknown =
            unknown.map(|((section, field), times)| UnknownField { section, field, times }).collect();
        Ok(merged)
    }
}

fn contradiction(what: &'static str, id: String, first: &str, second: &str) -> FillsError {
    FillsError::Contradiction { what, id, first: first.to_owned(), second: second.to_owned() }
}

/// Both lists in order; what is equal is there as often as in the one that has it more often, when the two overlap.
fn both<T: Ord + Clone>(a: Vec<T>, b: Vec<T>, overlap: bool) -> Vec<T> {
    let mut counts: BTreeMap<T, (usize, usize)> = BTreeMap::new();
    for item in a {
        counts.entry(item).or_default().0 += 1;
    }
    for item in b {
        counts.entry(item).or_default().1 += 1;
    }
    let times = |(a, b): (usize, usize)| if overlap { a.max(b) } else { a + b };
    counts.into_iter().flat_map(|(item, count)| std::iter::repeat_n(item, times(count))).collect()
}

/// Movements of cash in order, each number once.
pub(super) fn movements(
    a: Vec<CashMovement>,
    b: Vec<CashMovement>,
    overlap: bool,
) -> Result<Vec<CashMovement>, FillsError> {
    let mut by_id: BTreeMap<String, CashMovement> = BTreeMap::new();
    let mut kept = Vec::new();
    let mut nameless: [Vec<CashMovement>; 2] = [Vec::new(), Vec::new()];
    for (side, list) in nameless.iter_mut().zip([a, b]) {
        for movement in list {
            let Some(id) = movement.id.clone() else {
                side.push(movement);
                continue;
            };
            if let Some(known) = by_id.get(&id) {
                if *known != movement {
                    let words = |of: &CashMovement| format!("{} {} {}", of.date, of.amount, of.description);
                    return Err(contradiction("movement of cash", id, &words(known), &words(&movement)));
                }
                continue;
            }
            by_id.insert(id, movement);
        }
    }
    let [mut first, second] = nameless;
    kept.extend(by_id.into_values());
    if overlap {
        let mut unpaired = second;
        for movement in &first {
            if let Some(at) = unpaired.iter().position(|other| other == movement) {
                unpaired.swap_remove(at);
            }
        }
        first.extend(unpaired);
    } else {
        first.extend(second);
    }
    kept.extend(first);
    let key = |a: &CashMovement| {
        let instrument = a.instrument.as_ref().map(|it| it.symbol.clone());
        (
            a.date,
            a.time,
            a.id.clone(),
            a.kind.clone(),
            a.amount.currency(),
            a.amount.amount(),
            instrument,
            a.description.clone(),
        )
    };
    kept.sort_by_cached_key(key);
    Ok(kept)
}

fn once_cancelled(a: Vec<CancelledFill>, b: Vec<CancelledFill>) -> Vec<CancelledFill> {
    let mut all: Vec<CancelledFill> = a.into_iter().chain(b).collect();
    all.sort_by(|a, b| (a.fill.date, &a.fill.id, &a.by).cmp(&(b.fill.date, &b.fill.id, &b.by)));
    all.dedup_by(|a, b| a.fill.id == b.fill.id && a.by == b.by);
    all
}

/// The days between two spans, if there are any.
fn gap(a: Option<Span>, b: Option<Span>) -> Option<NotHandled> {
    let (a, b) = (a?, b?);
    let (early, late) = if a.last < b.first { (a, b) } else { (b, a) };
    let (from, to) = (early.last.succ_opt()?, late.first.pred_opt()?);
    if early.last >= late.first || from > to {
        return None;
    }
    let mut it = NotHandled::new("Statement", format!("no statement tells of {from} through {to}"));
    it.date = Some(from);
    Some(it)
}

/// What one statement tells of its ends.
struct Ends {
    span: Option<Span>,
    positions: Vec<OpenPosition>,
    balances: Vec<CashBalance>,
}

/// The ends of both together: the later end, and of balances the earlier start.
fn ends(account: &str, a: Ends, b: Ends) -> Result<(Vec<OpenPosition>, Vec<CashBalance>), FillsError> {
    let starts = |of: &Ends| -> BTreeMap<_, _> {
        of.balances.iter().filter_map(|balance| Some((balance.end.currency(), balance.start?))).collect()
    };
    let first = |of: &Ends| of.span.map(|span| span.first);
    let opening = match first(&a).cmp(&first(&b)) {
        Ordering::Less => starts(&a),
        Ordering::Greater => starts(&b),
        Ordering::Equal => starts(&b).into_iter().chain(starts(&a)).collect(),
    };
    let last = |of: &Ends| of.span.map(|span| span.last);
    let (positions, mut balances) = match last(&a).cmp(&last(&b)) {
        Ordering::Less => (b.positions, b.balances),
        Ordering::Greater => (a.positions, a.balances),
        Ordering::Equal => {
            let closes = |of: &[CashBalance]| of.iter().map(|balance| balance.end).collect::<Vec<_>>();
            let balances_differ = closes(&a.balances) != closes(&b.balances);
            let positions = told_by_either(a.positions, b.positions, |a, b| a == b);
            let balances = told_by_either(a.balances, b.balances, |_, _| !balances_differ);
            let told_twice =
                |what| contradiction(what, account.to_owned(), "one end", "another of the same day");
            (
                positions.ok_or_else(|| told_twice("positions of"))?,
                balances.ok_or_else(|| told_twice("cash of"))?,
            )
        }
    };
    for balance in &mut balances {
        balance.start = opening.get(&balance.end.currency()).copied();
    }
    Ok((positions, balances))
}

/// The list that is not empty, or either where they agree; `None` when they do not.
fn told_by_either<T>(a: Vec<T>, b: Vec<T>, agree: impl Fn(&[T], &[T]) -> bool) -> Option<Vec<T>> {
    if a.is_empty() {
        return Some(b);
    }
    (b.is_empty() || agree(&a, &b)).then_some(a)
}
