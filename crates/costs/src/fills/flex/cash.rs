use allweather_core::Money;

use super::instrument::{instrument, two_letters};
use super::row::Row;
use crate::fills::{CashKind, CashMovement, FillsError, Taxed};

pub(super) fn movement(row: &Row<'_>) -> Result<CashMovement, FillsError> {
    let currency = row.required_currency("currency")?;
    let amount = row.required_decimal(&["amount"], "a movement of cash has an amount")?;
    let (_, what) = row.required(&["type"], "a movement of cash has a type")?;
    let told = row.moment(&["dateTime", "date", "settleDate", "reportDate"])?;
    let (date, time) =
        told.ok_or_else(|| row.place.missing(row.element, "dateTime", "a movement of cash has a day"))?;
    let description = row.owned("description").unwrap_or_default();
    let mut it = CashMovement::new(date, kind(what, &description), Money::new(amount, currency));
    it.id = row.owned("transactionID");
    it.time = time;
    it.to_base = row.decimal(&["fxRateToBase"])?;
    if row.text("symbol").is_some() && row.text("assetCategory").is_some() {
        it.instrument = Some(instrument(row, currency)?);
    }
    let of_issuer = it.instrument.as_ref().and_then(|instrument| instrument.country.clone());
    it.country = if it.is_withheld_tax() { taxing_country(&description).or(of_issuer) } else { of_issuer };
    it.description = description;
    Ok(it)
}

fn kind(what: &str, description: &str) -> CashKind {
    match what {
        "Dividends" => CashKind::Dividend,
        "Payment In Lieu Of Dividends" => CashKind::PaymentInLieu,
        "Withholding Tax" => CashKind::WithheldTax(taxed(description)),
        "871(m) Withholding" => CashKind::WithheldTax(Taxed::Dividend),
        "Broker Interest Paid" | "Broker Interest Received" => CashKind::BrokerInterest,
        "Bond Interest" | "Bond Interest Paid" | "Bond Interest Received" => CashKind::BondInterest,
        "Other Fees" | "Advisor Fees" | "Broker Fees" => CashKind::Fee,
        "Commission Adjustments" => CashKind::CommissionAdjustment,
        "Deposits & Withdrawals" | "Deposits/Withdrawals" => CashKind::DepositOrWithdrawal,
        other => CashKind::Other(other.to_owned()),
    }
}

/// On what the tax is, by the words of the broker: `CASH DIVIDEND USD 0.9 PER SHARE - US TAX`, `WITHHOLDING @ 20% ON CREDIT INT`.
fn taxed(description: &str) -> Taxed {
    let words = || description.split(|c: char| !c.is_ascii_alphabetic());
    let has = |word: &str| words().any(|found| found.eq_ignore_ascii_case(word));
    if has("DIVIDEND") || has("DIVIDENDS") || has("LIEU") || has("DISTRIBUTION") {
        Taxed::Dividend
    } else if has("INT") || has("INTEREST") || has("COUPON") {
        Taxed::Interest
    } else {
        Taxed::NotTold
    }
}

/// `US` of `… - US TAX`.
fn taxing_country(description: &str) -> Option<String> {
    let words: Vec<&str> = description.split_ascii_whitespace().collect();
    let pairs = words.windows(2).rev();
    let before = pairs.filter_map(|pair| match pair {
        [country, tax] if tax.eq_ignore_ascii_case("TAX") => Some(*country),
        _ => None,
    });
    before.filter(|code| two_letters(code)).map(str::to_owned).next()
}
