use std::collections::BTreeMap;

use allweather_core::{Money, Overflow};
use chrono::NaiveDate;

use super::instrument::instrument;
use super::row::Row;
use super::trade::quoted;
use crate::fills::{CashBalance, FillsError, InstrumentKind, OpenPosition};

/// A position, and whether the row is one lot of it only.
pub(super) fn position(row: &Row<'_>, last: Option<NaiveDate>) -> Result<(OpenPosition, bool), FillsError> {
    let currency = row.required_currency("currency")?;
    let quantity = row.required_decimal(&["position"], "a position has a quantity")?;
    let day = row.moment(&["reportDate"])?.map(|(day, _)| day).or(last);
    let day = day.ok_or_else(|| row.place.missing(row.element, "reportDate", "a position has a day"))?;
    let mut it = OpenPosition::new(instrument(row, currency)?, day, quantity);
    it.mark = row.money("markPrice", currency)?;
    it.value = row.money("positionValue", currency)?;
    it.cost = row.money("costBasisMoney", currency)?;
    // A bond in percent, as its trades have it; where the value is of neither it stays as it is told.
    if let (InstrumentKind::Bond, Some(mark), Some(value)) = (&it.instrument.kind, it.mark, it.value) {
        quoted(&mut it.instrument, quantity, mark.amount(), value.amount());
    }
    Ok((it, matches!(row.text("levelOfDetail"), Some("LOT" | "Lot"))))
}

/// Lots of one instrument and day together.
pub(super) fn together(lots: Vec<OpenPosition>) -> Result<Vec<OpenPosition>, Overflow> {
    let mut sums: BTreeMap<_, OpenPosition> = BTreeMap::new();
    for lot in lots {
        let key =
            (lot.instrument.symbol.clone(), lot.instrument.conid.clone(), lot.instrument.currency, lot.date);
        let Some(sum) = sums.get_mut(&key) else {
            sums.insert(key, lot);
            continue;
        };
        sum.quantity = sum.quantity.checked_add(lot.quantity).ok_or(Overflow)?;
        sum.value = added(sum.value, lot.value)?;
        sum.cost = added(sum.cost, lot.cost)?;
    }
    Ok(sums.into_values().collect())
}

/// The sum of two amounts of one currency, where both are told.
fn added(a: Option<Money>, b: Option<Money>) -> Result<Option<Money>, Overflow> {
    let (Some(a), Some(b)) = (a, b) else { return Ok(None) };
    a.checked_add(b).map(Some).map_err(|_| Overflow)
}

/// A currency's cash; `None` for the row that sums all currencies up.
pub(super) fn balance(row: &Row<'_>) -> Result<Option<CashBalance>, FillsError> {
    if matches!(row.text("currency"), Some("BASE_SUMMARY")) {
        return Ok(None);
    }
    let currency = row.required_currency("currency")?;
    let end = row.required_decimal(&["endingCash"], "a balance has an end")?;
    let mut it = CashBalance::new(Money::new(end, currency));
    it.start = row.money("startingCash", currency)?;
    it.settled = row.money("endingSettledCash", currency)?;
    Ok(Some(it))
}
