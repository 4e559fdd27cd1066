use allweather_core::Money;
use rust_decimal::Decimal;

use super::instrument::instrument;
use super::row::Row;
use crate::fills::{Charged, Fill, FillsError, Instrument, InstrumentKind, NotHandled, Original, Revision};

/// How fine a row of trades tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Execution,
    Order,
    /// Lots that were closed, wash sales and sums: the same trades once more.
    Other,
}

/// By the attribute, or by the name of the element where a query leaves it out; `None` for an element that is not known.
pub(super) fn level(row: &Row<'_>) -> Result<Option<Level>, FillsError> {
    let by_element = match row.element {
        "Trade" | "TradeConfirm" => Some(Level::Execution),
        "Order" => Some(Level::Order),
        "Lot" | "WashSale" | "SymbolSummary" | "AssetSummary" => Some(Level::Other),
        _ => None,
    };
    let by_attribute = match row.text("levelOfDetail") {
        None => return Ok(by_element),
        Some("EXECUTION" | "Execution") => Level::Execution,
        Some("ORDER" | "Order") => Level::Order,
        Some("CLOSED_LOT" | "WASH_SALE" | "SYMBOL_SUMMARY" | "ASSET_SUMMARY" | "LOT" | "SUMMARY") => {
            Level::Other
        }
        Some(_) => {
            return Err(row.refused(
                "levelOfDetail",
                "must be EXECUTION, ORDER, CLOSED_LOT, WASH_SALE, SYMBOL_SUMMARY or ASSET_SUMMARY",
            ));
        }
    };
    Ok(by_element.map(|_| by_attribute))
}

/// What a row of trades is.
#[derive(Debug)]
pub(super) enum Traded {
    Fill(Box<Fill>),
    /// A quantity of 0 at no cost: what rounding left of a conversion.
    Nothing(NotHandled),
}

const PRICE: &[&str] = &["tradePrice", "price"];
const COMMISSION: &[&str] = &["ibCommission", "commission"];

pub(super) fn traded(row: &Row<'_>, level: Level) -> Result<Traded, FillsError> {
    let currency = row.required_currency("currency")?;
    let instrument = instrument(row, currency)?;
    let quantity = row.required_decimal(&["quantity"], "a trade has a quantity")?;
    let price = row.required_decimal(PRICE, "a trade has a price")?;
    let executed = row.moment(&["dateTime"])?;
    let date = row.moment(&["tradeDate"])?.or(executed).or(row.moment(&["date"])?);
    let (date, _) = date.ok_or_else(|| row.place.missing(row.element, "tradeDate", "a trade has a day"))?;
    let rule = "its cost would be unknown: add it to the query";
    let commission = row.required_decimal(COMMISSION, rule)?;
    let charged_in = row.currency(&["ibCommissionCurrency", "commissionCurrency"])?.unwrap_or(currency);
    if quantity.is_zero() {
        if !commission.is_zero() {
            return Err(row.refused("quantity", "a row that trades nothing cannot have a commission"));
        }
        let symbol = Some(instrument.symbol);
        let description = "a trade of 0 units at no cost".to_owned();
        return Ok(Traded::Nothing(NotHandled {
            section: "Trades".to_owned(),
            date: Some(date),
            symbol,
            description,
        }));
    }
    let ids: &[&str] = match level {
        Level::Order => &["ibOrderID", "orderID", "tradeID", "transactionID"],
        _ => &["tradeID", "transactionID", "ibExecID", "execID"],
    };
    let (_, id) = row.required(ids, "a trade has a number, by which it is told apart")?;
    let id = if level == Level::Order { format!("{id}@{date}") } else { id.to_owned() };
    let mut fill = Fill::new(id, instrument, date, quantity, price);
    fill.booking = row.owned("transactionID");
    fill.order = row.first(&["ibOrderID", "orderID", "brokerageOrderID"]).map(|(_, order)| order.to_owned());
    fill.executed = executed.and_then(|(_, time)| time);
    fill.ordered = row.moment(&["orderTime"])?.and_then(|(_, time)| time);
    fill.settled = row.moment(&["settleDateTarget", "settleDate"])?.map(|(day, _)| day);
    // The broker writes what leaves the account with a minus; ours is a cost.
    fill.commission = Money::new(-commission, charged_in);
    let taxes = row.decimal(&["taxes", "tax"])?.filter(|amount| !amount.is_zero());
    fill.charges.extend(taxes.map(|amount| Charged::new("taxes", Money::new(-amount, currency))));
    fill.accrued = row.money("accruedInt", currency)?.filter(|paid| !paid.amount().is_zero());
    fill.to_base = row.decimal(&["fxRateToBase"])?;
    if fill.to_base.is_some_and(|rate| rate <= Decimal::ZERO) {
        return Err(row.refused("fxRateToBase", "must be above 0"));
    }
    fill.revises = revision(row)?;
    signed(row, &fill)?;
    if price < Decimal::ZERO && !may_be_negative(&fill.instrument.kind) {
        return Err(
            row.refused(row.first(PRICE).map_or("tradePrice", |(name, _)| name), "must not be negative")
        );
    }
    sums(row, &mut fill)?;
    Ok(Traded::Fill(Box::new(fill)))
}

/// A spread of futures or options trades below 0, and oil did.
fn may_be_negative(kind: &InstrumentKind) -> bool {
    !matches!(
        kind,
        InstrumentKind::Stock | InstrumentKind::Fund | InstrumentKind::Bond | InstrumentKind::Forex
    )
}

fn revision(row: &Row<'_>) -> Result<Option<Revision>, FillsError> {
    let notes = row.first(&["notes", "code"]).map_or("", |(_, notes)| notes);
    let noted = |code: &str| notes.split([';', ',', ' ']).any(|note| note == code);
    let what = row.text("transactionType").unwrap_or_default();
    let cancels = matches!(what, "TradeCancel" | "FracShareCancel")
        || row.text("buySell").is_some_and(|side| side.ends_with("(Ca.)"))
        || noted("Ca");
    if !(cancels || what == "TradeCorrect" || noted("Co")) {
        return Ok(None);
    }
    // Where there is no original these are 0.
    let told = |name| row.text(name).filter(|id| *id != "0").map(str::to_owned);
    let date = row.moment(&["origTradeDate"])?.map(|(day, _)| day);
    let original = Original { id: told("origTradeID"), booking: told("origTransactionID"), date };
    Ok(Some(if cancels { Revision::Cancels(original) } else { Revision::Corrects(original) }))
}

/// The sign of the quantity says which way; the word must agree, and of a cancellation it is the word of what is cancelled.
fn signed(row: &Row<'_>, fill: &Fill) -> Result<(), FillsError> {
    let Some(side) = row.text("buySell") else { return Ok(()) };
    let cancels = matches!(fill.revises, Some(Revision::Cancels(_)));
    let bought = match side.trim_end_matches("(Ca.)").trim_end() {
        "BUY" => !cancels,
        "SELL" => cancels,
        _ => return Err(row.refused("buySell", "must be BUY or SELL")),
    };
    if bought == fill.is_bought() {
        return Ok(());
    }
    Err(row.refused(
        "quantity",
        "must be above 0 for BUY and below 0 for SELL, the other way round where they are cancelled",
    ))
}

/// The sums that the row tells of itself.
fn sums(row: &Row<'_>, fill: &mut Fill) -> Result<(), FillsError> {
    if fill.instrument.kind == InstrumentKind::Bond {
        row.required(
            &["proceeds"],
            "only they tell whether a bond is quoted in percent: add them to the query",
        )?;
    }
    let Some(proceeds) = row.decimal(&["proceeds"])? else { return Ok(()) };
    if !quoted(&mut fill.instrument, -fill.quantity, fill.price.amount(), proceeds) {
        return Err(row.refused("proceeds", "must be minus quantity · price · multiplier"));
    }
    // Of futures, contracts for difference and currencies the net cash is something else, and of bonds interest is in it.
    let plain = matches!(
        fill.instrument.kind,
        InstrumentKind::Stock | InstrumentKind::Option | InstrumentKind::Warrant | InstrumentKind::Fund
    );
    let net = row.decimal(&["netCash"])?.filter(|_| plain && fill.commission.currency() == fill.currency());
    let Some(net) = net else { return Ok(()) };
    let costs = fill
        .charges
        .iter()
        .try_fold(fill.commission.amount(), |sum, charge| sum.checked_add(charge.amount.amount()));
    let parts = [Some(proceeds), row.decimal(COMMISSION)?, row.decimal(&["taxes", "tax"])?];
    let slack = parts.into_iter().flatten().chain([net]).map(half_a_digit).sum::<Decimal>();
    let off = costs.and_then(|costs| proceeds.checked_sub(costs)?.checked_sub(net));
    if off.is_some_and(|off| off.abs() <= slack) {
        return Ok(());
    }
    Err(row.refused("netCash", "must be proceeds and commission and taxes together"))
}

/// Half of the last digit that is written.
fn half_a_digit(value: Decimal) -> Decimal {
    Decimal::try_new(5, value.scale() + 1).unwrap_or_default()
}

/// Whether an amount is that of quantity and price, as far as the digits of the three can tell. A bond's price is in percent of its
/// face value where that gives the amount: its multiplier is then a hundredth.
pub(super) fn quoted(it: &mut Instrument, quantity: Decimal, price: Decimal, amount: Decimal) -> bool {
    // Whole numbers of shares are exact; parts of them and units of currencies are rounded.
    let rounded = quantity.scale() > 0 || it.kind == InstrumentKind::Forex;
    let of_quantity = if rounded { half_a_digit(quantity) } else { Decimal::ZERO };
    let is_product = |multiplier: Decimal| {
        let product = quantity.checked_mul(multiplier)?.checked_mul(price)?;
        let by_price = quantity.abs().checked_mul(half_a_digit(price))?.checked_mul(multiplier)?;
        let by_quantity = price.abs().checked_mul(of_quantity)?.checked_mul(multiplier)?;
        let slack = half_a_digit(amount).checked_add(by_price)?.checked_add(by_quantity)?;
        Some(amount.checked_sub(product)?.abs() <= slack)
    };
    if is_product(it.multiplier).unwrap_or(false) {
        return true;
    }
    let percent = it.multiplier / Decimal::ONE_HUNDRED;
    let in_percent = it.kind == InstrumentKind::Bond && is_product(percent).unwrap_or(false);
    if in_percent {
        it.multiplier = percent;
    }
    in_percent
}
