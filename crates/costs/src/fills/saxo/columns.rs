use std::collections::BTreeSet;

use super::SECTION;
use crate::fills::place::Place;
use crate::fills::{FillsError, UnknownField};

/// What a column can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Id,
    Account,
    Symbol,
    Time,
    Side,
    Quantity,
    Price,
    Value,
    Currency,
    Cost,
    CostCurrency,
    Kind,
    Name,
    Isin,
    Number,
    Order,
    Settled,
}

/// The headings of each, the likelier first, in small letters without blanks and signs.
const HEADINGS: [(Column, &[&str]); 17] = [
    (Column::Id, &["tradeid"]),
    (Column::Account, &["accountid", "account", "clientid"]),
    (Column::Symbol, &["instrumentsymbol", "symbol"]),
    (Column::Time, &["tradetime", "tradedate"]),
    (Column::Side, &["bs", "buysell"]),
    (Column::Quantity, &["quantity", "amount", "tradedquantity"]),
    (Column::Price, &["tradeprice", "price"]),
    (Column::Value, &["tradedvalue", "tradevalue"]),
    (Column::Currency, &["instrumentcurrency", "tradecurrency", "currency"]),
    (Column::Cost, &["commission", "totaltradingcosts", "bookedcosts", "totalcost", "totalcosts"]),
    (Column::CostCurrency, &["commissioncurrency", "bookedcostscurrency", "accountcurrency"]),
    (Column::Kind, &["assettype", "producttype", "instrumenttype"]),
    (Column::Name, &["instrument", "instrumentdescription"]),
    (Column::Isin, &["instrumentisin", "isin"]),
    (Column::Number, &["instrumentid", "uic"]),
    (Column::Order, &["orderid"]),
    (Column::Settled, &["valuedate"]),
];

/// Headings that were seen and are of no use here.
const PASSED: &[&str] = &[
    "bookedamount",
    "conversioncost",
    "conversionrate",
    "exchange",
    "exchangedescription",
    "fromderivative",
    "openclose",
    "ordertype",
    "primaryexchange",
    "saxoiscounterparty",
    "spreadcosts",
    "type",
    "underlyingassettype",
    "venue",
];

/// Where the columns of a file stand.
#[derive(Debug)]
pub(super) struct Columns {
    headings: Vec<String>,
    places: Vec<(Column, usize)>,
    unknown: Vec<UnknownField>,
}

impl Columns {
    pub(super) fn new(place: Place<'_>, headings: Vec<String>) -> Result<Self, FillsError> {
        let plain: Vec<String> = headings.iter().map(|heading| plain(heading)).collect();
        let mut seen = BTreeSet::new();
        for (heading, plain) in headings.iter().zip(&plain) {
            if !seen.insert(plain) {
                return Err(place.form(format!("two columns are headed {heading:?}")));
            }
        }
        let find =
            |names: &[&str]| names.iter().find_map(|name| plain.iter().position(|heading| heading == name));
        let places = HEADINGS.iter().filter_map(|(column, names)| Some((*column, find(names)?))).collect();
        let known = |heading: &str| {
            heading.is_empty()
                || PASSED.binary_search(&heading).is_ok()
                || HEADINGS.iter().any(|(_, names)| names.contains(&heading))
        };
        let unknown = headings.iter().zip(&plain).filter(|(_, plain)| !known(plain));
        let unknown =
            unknown.map(|(heading, _)| UnknownField::new(SECTION, Some(heading.clone()), 1)).collect();
        Ok(Self { headings, places, unknown })
    }

    pub(super) fn unknown(&self) -> &[UnknownField] {
        &self.unknown
    }

    pub(super) fn place(&self, column: Column) -> Option<usize> {
        self.places.iter().find(|(known, _)| *known == column).map(|(_, place)| *place)
    }

    /// The heading of a column as it stands in the file, or the likeliest where it does not.
    pub(super) fn heading(&self, column: Column) -> &str {
        let there = self.place(column).and_then(|place| self.headings.get(place)).map(String::as_str);
        there.unwrap_or(match column {
            Column::Id => "Trade ID",
            Column::Account => "Account ID",
            Column::Symbol => "Instrument Symbol",
            Column::Time => "Trade Time",
            Column::Side => "B/S",
            Column::Quantity => "Quantity",
            Column::Price => "Trade Price",
            Column::Value => "Traded Value",
            Column::Currency => "Instrument Currency",
            Column::Cost => "Commission",
            Column::CostCurrency => "Commission Currency",
            Column::Kind => "Asset Type",
            Column::Name => "Instrument",
            Column::Isin => "Instrument ISIN",
            Column::Number => "Instrument ID",
            Column::Order => "Order ID",
            Column::Settled => "Value Date",
        })
    }
}

fn plain(heading: &str) -> String {
    heading.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_in_order() {
        assert!(super::PASSED.is_sorted_by(|a, b| a < b));
    }
}
