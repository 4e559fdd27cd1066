use allweather_core::Money;
use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

use super::Instrument;

/// On which income a tax was withheld.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Taxed {
    /// A dividend, or a payment in lieu of one.
    Dividend,
    /// Interest.
    Interest,
    /// The gain of a sale, where a broker withholds it (源泉徴収ありの特定口座 in Japan).
    CapitalGain,
    /// The broker does not tell.
    NotTold,
}

/// Why cash moved.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum CashKind {
    /// A dividend, or a distribution of a fund.
    Dividend,
    /// What a borrower of lent shares pays in place of the dividend.
    PaymentInLieu,
    /// Tax withheld: below 0, and above 0 where an earlier one is given back.
    WithheldTax(Taxed),
    /// Interest that the broker pays on cash, or takes for a loan.
    BrokerInterest,
    /// Interest of a bond, paid to or by the account.
    BondInterest,
    /// Interest and fees of lent and borrowed shares.
    Lending,
    /// A fee that is not of one trade.
    Fee,
    /// A commission given back or charged afterwards.
    CommissionAdjustment,
    /// Money put in or taken out.
    DepositOrWithdrawal,
    /// What the broker calls it, where that is none of the above.
    Other(String),
}

/// Cash that came in or went out other than by a trade.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CashMovement {
    /// The broker's number of it.
    pub id: Option<String>,
    /// The day of the movement: for dividends the day they are paid.
    pub date: NaiveDate,
    /// Its time, where told.
    pub time: Option<NaiveDateTime>,
    /// Why.
    pub kind: CashKind,
    /// How much: above 0 came in.
    pub amount: Money,
    /// What paid it, for dividends, their taxes and the interest of bonds.
    pub instrument: Option<Instrument>,
    /// The country that taxed it or of its issuer, two letters: for a withheld tax from the broker's words where they name
    /// one, otherwise from the instrument.
    pub country: Option<String>,
    /// Units of the account's base currency for one of the amount's.
    pub to_base: Option<rust_decimal::Decimal>,
    /// The broker's words.
    pub description: String,
}

impl CashMovement {
    /// A movement of cash with nothing told but this.
    #[must_use]
    pub const fn new(date: NaiveDate, kind: CashKind, amount: Money) -> Self {
        Self {
            id: None,
            date,
            time: None,
            kind,
            amount,
            instrument: None,
            country: None,
            to_base: None,
            description: String::new(),
        }
    }

    /// Whether it is a tax that was withheld, or one given back.
    #[must_use]
    pub const fn is_withheld_tax(&self) -> bool {
        matches!(self.kind, CashKind::WithheldTax(_))
    }
}
