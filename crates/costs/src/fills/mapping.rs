use allweather_core::{AssetId, Currency};
use serde::{Deserialize, Serialize};

use super::{FillsError, Instrument};

/// Which asset a broker's symbol is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MappedSymbol {
    /// The broker's symbol: `VTI`, `VTI:arcx`.
    pub symbol: String,
    /// The currency of its prices, where one symbol is listed in several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// The asset.
    pub asset: AssetId,
}

/// Which assets a broker's symbols are, as plain data. Several symbols may be one asset.
///
/// ```
/// use allweather_core::Currency;
/// use allweather_costs::fills::{Instrument, InstrumentKind, SymbolMap};
/// let map: SymbolMap = serde_json::from_str(
///     r#"[{"symbol": "VTI", "currency": "USD", "asset": "us_equity"}, {"symbol": "VTI:arcx", "asset": "us_equity"}]"#,
/// )?;
/// let vti = Instrument::new("VTI", InstrumentKind::Stock, Currency::USD);
/// assert_eq!(map.asset(&vti)?.as_str(), "us_equity");
/// let bnd = Instrument::new("BND", InstrumentKind::Stock, Currency::USD);
/// assert_eq!(map.asset(&bnd).unwrap_err().to_string(), "no asset is given for the symbol \"BND\" in USD");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<MappedSymbol>", into = "Vec<MappedSymbol>")]
pub struct SymbolMap {
    rows: Vec<MappedSymbol>,
}

impl SymbolMap {
    /// A map of these symbols.
    ///
    /// # Errors
    ///
    /// [`FillsError::RepeatedSymbol`] when a symbol is given twice for one currency, or once with and once without.
    pub fn new(mut rows: Vec<MappedSymbol>) -> Result<Self, FillsError> {
        rows.sort_by(|a, b| (&a.symbol, a.currency).cmp(&(&b.symbol, b.currency)));
        for pair in rows.windows(2) {
            if let [a, b] = pair
                && a.symbol == b.symbol
                && (a.currency == b.currency || a.currency.is_none())
            {
                return Err(FillsError::RepeatedSymbol { symbol: a.symbol.clone(), currency: b.currency });
            }
        }
        Ok(Self { rows })
    }

    /// The rows, by symbol.
    #[must_use]
    pub fn rows(&self) -> &[MappedSymbol] {
        &self.rows
    }

    /// The asset of an instrument.
    ///
    /// # Errors
    ///
    /// [`FillsError::UnmappedSymbol`] names the symbol and its currency.
    pub fn asset(&self, instrument: &Instrument) -> Result<&AssetId, FillsError> {
        let symbol = instrument.symbol.as_str();
        let from = self.rows.partition_point(|row| row.symbol.as_str() < symbol);
        let same = self.rows.get(from..).unwrap_or_default().iter().take_while(|row| row.symbol == symbol);
        let currency = instrument.currency;
        let found = same.into_iter().find(|row| row.currency.is_none_or(|of| of == currency));
        let missing = || FillsError::UnmappedSymbol { symbol: symbol.to_owned(), currency };
        found.map(|row| &row.asset).ok_or_else(missing)
    }
}

impl TryFrom<Vec<MappedSymbol>> for SymbolMap {
    type Error = FillsError;
    fn try_from(rows: Vec<MappedSymbol>) -> Result<Self, FillsError> {
        Self::new(rows)
    }
}

impl From<SymbolMap> for Vec<MappedSymbol> {
    fn from(map: SymbolMap) -> Self {
        map.rows
    }
}
