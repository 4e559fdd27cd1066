use std::fmt;

use allweather_core::Currency;
use rust_decimal::Decimal;

/// What kind of thing is traded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum InstrumentKind {
    /// A share, an exchange-traded fund or a depositary receipt.
    Stock,
    /// A fund that is not traded on an exchange.
    Fund,
    /// A bond or a bill.
    Bond,
    /// A future.
    Future,
    /// An option, on whatever it is.
    Option,
    /// A currency bought with another.
    Forex,
    /// A contract for difference.
    Cfd,
    /// A warrant or a structured product.
    Warrant,
    /// Metal.
    Commodity,
    /// A coin.
    Crypto,
    /// What the broker calls it, where that is none of the above.
    Other(String),
}

impl fmt::Display for InstrumentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Stock => "stock",
            Self::Fund => "fund",
            Self::Bond => "bond",
            Self::Future => "future",
            Self::Option => "option",
            Self::Forex => "forex",
            Self::Cfd => "cfd",
            Self::Warrant => "warrant",
            Self::Commodity => "commodity",
            Self::Crypto => "crypto",
            Self::Other(name) => name,
        })
    }
}

/// What is traded, by every name the broker gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Instrument {
    /// The broker's symbol: `VTI`, `VTI:arcx`, `EUR.USD`.
    pub symbol: String,
    /// Its kind.
    pub kind: InstrumentKind,
    /// The currency of its prices; of `EUR.USD` that is the dollar.
    pub currency: Currency,
    /// How many units one contract stands for; 1 for a share.
    pub multiplier: Decimal,
    /// The units that are bought and sold, for [`InstrumentKind::Forex`] only; of `EUR.USD` that is the euro.
    pub bought: Option<Currency>,
    /// Its ISIN.
    pub isin: Option<String>,
    /// The broker's number of the contract: `conid`, `UIC`.
    pub conid: Option<String>,
    /// The country of its issuer as the broker or the ISIN tells it, two letters.
    pub country: Option<String>,
    /// The broker's words.
    pub description: Option<String>,
}

impl Instrument {
    /// An instrument by symbol, kind and currency of its prices, with a multiplier of 1 and nothing else told.
    #[must_use]
    pub fn new(symbol: impl Into<String>, kind: InstrumentKind, currency: Currency) -> Self {
        Self {
            symbol: symbol.into(),
            kind,
            currency,
            multiplier: Decimal::ONE,
            bought: None,
            isin: None,
            conid: None,
            country: None,
            description: None,
        }
    }
}
