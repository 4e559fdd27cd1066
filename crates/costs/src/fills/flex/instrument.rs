use allweather_core::Currency;
use rust_decimal::Decimal;

use super::row::Row;
use crate::fills::{FillsError, Instrument, InstrumentKind};

/// What a row of trades, positions or cash is about.
pub(super) fn instrument(row: &Row<'_>, currency: Currency) -> Result<Instrument, FillsError> {
    let (_, symbol) = row.required(&["symbol"], "what is traded has a symbol")?;
    let (_, category) = row.required(&["assetCategory"], "a symbol is of some category")?;
    let mut it = Instrument::new(symbol, kind(category), currency);
    it.multiplier = row.decimal(&["multiplier"])?.unwrap_or(Decimal::ONE);
    if it.multiplier <= Decimal::ZERO {
        return Err(row.refused("multiplier", "must be above 0"));
    }
    if it.kind == InstrumentKind::Forex {
        let pair = symbol
            .split_once('.')
            .and_then(|(bought, paid)| Some((bought.parse().ok()?, paid.parse().ok()?)));
        let Some((bought, paid)) = pair else {
            return Err(row.refused("symbol", "a pair of currencies is as EUR.USD"));
        };
        if currency != paid {
            return Err(row.refused("currency", "must be the second of its pair"));
        }
        it.bought = Some(bought);
    }
    it.isin = row
        .owned("isin")
        .or_else(|| (row.text("securityIDType") == Some("ISIN")).then(|| row.owned("securityID"))?);
    it.conid = row.owned("conid");
    let issuer = row.text("issuerCountryCode").filter(|code| two_letters(code)).map(str::to_owned);
    it.country = issuer.or_else(|| it.isin.as_deref().and_then(country_of_isin));
    it.description = row.owned("description");
    Ok(it)
}

pub(super) fn two_letters(code: &str) -> bool {
    code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// The first two letters, where they are of a country: XS and its like are of clearing houses, EU of no country.
fn country_of_isin(isin: &str) -> Option<String> {
    let code = isin.get(..2).filter(|code| isin.len() == 12 && two_letters(code))?;
    (!code.starts_with('X') && code != "EU").then(|| code.to_owned())
}

fn kind(category: &str) -> InstrumentKind {
    match category {
        "STK" => InstrumentKind::Stock,
        "FUND" => InstrumentKind::Fund,
        "BOND" | "BILL" => InstrumentKind::Bond,
        "FUT" => InstrumentKind::Future,
        "OPT" | "FOP" | "FSOPT" | "FSFOP" => InstrumentKind::Option,
        "CASH" => InstrumentKind::Forex,
        "CFD" | "FXCFD" => InstrumentKind::Cfd,
        "WAR" | "IOPT" => InstrumentKind::Warrant,
        "CMDTY" | "METAL" => InstrumentKind::Commodity,
        "CRYPTO" => InstrumentKind::Crypto,
        other => InstrumentKind::Other(other.to_owned()),
    }
}
