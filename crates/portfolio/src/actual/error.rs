use allweather_core::{AssetId, Currency, Overflow};
use allweather_costs::fills::FillsError;
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// Why an account cannot be read, reconciled or run.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ActualError {
    /// Something that happened before the account's opening, or on its day.
    #[error(
        "{what} of {date} is not after the opening of the account on {opening}, which is the end of that day"
    )]
    #[non_exhaustive]
    BeforeOpening {
        /// What it is.
        what: String,
        /// Its day.
        date: NaiveDate,
        /// The day of the opening.
        opening: NaiveDate,
    },
    /// One id twice.
    #[error("{id:?} is in the account twice: merge statements that overlap before they are added")]
    #[non_exhaustive]
    Twice {
        /// The broker's id.
        id: String,
    },
    /// A fill is cancelled or corrected that is not there.
    #[error("{by:?} cancels or corrects {original:?}, which is not in the account")]
    #[non_exhaustive]
    TakenBack {
        /// The id of the row.
        by: String,
        /// The id or booking of the other; empty when it does not tell.
        original: String,
    },
    /// An instrument that is not worth its units times its price.
    #[error("{symbol} of {date} is a {kind}: only what is paid for in full can be held")]
    #[non_exhaustive]
    Instrument {
        /// The broker's symbol.
        symbol: String,
        /// Its kind.
        kind: String,
        /// The day.
        date: NaiveDate,
    },
    /// A conversion that does not say what was bought.
    #[error("the conversion {id:?} does not tell which currency was bought")]
    #[non_exhaustive]
    Conversion {
        /// The broker's id.
        id: String,
    },
    /// Statements of two accounts.
    #[error("the account is {first} and this statement is of {other}: each is an account of its own")]
    #[non_exhaustive]
    OtherAccount {
        /// Broker and number of the account.
        first: String,
        /// Those of the statement.
        other: String,
    },
    /// Balances of no day.
    #[error("the statement of {account} states balances and does not tell of which day")]
    #[non_exhaustive]
    NoDay {
        /// Its number.
        account: String,
    },
    /// A tolerance below nought.
    #[error("a tolerance of {value} is below 0")]
    #[non_exhaustive]
    Tolerance {
        /// The refused value.
        value: Decimal,
    },
    /// A spec with vaults.
    #[error("an account is one portfolio of assets: the spec holds vaults")]
    Vaults,
    /// Less than nothing is held.
    #[error(
        "the account holds {units} units of {asset} at the end of {date}: positions sold short cannot be run, and a purchase may be missing"
    )]
    #[non_exhaustive]
    Short {
        /// The asset.
        asset: AssetId,
        /// The day of the step.
        date: NaiveDate,
        /// Its units.
        units: Decimal,
    },
    /// A price in another currency than the panel's.
    #[error("{asset} is priced in {expected} and traded in {found} on {date}")]
    #[non_exhaustive]
    Currency {
        /// The asset.
        asset: AssetId,
        /// The currency of the panel.
        expected: Currency,
        /// That of the fill, or of the panel of traded prices.
        found: Currency,
        /// The day.
        date: NaiveDate,
    },
    /// A price that is not of the panel's unit.
    #[error(
        "{asset} was traded at {price} on {date} and the panel has {level}: its levels are not prices of one unit (give traded prices)"
    )]
    #[non_exhaustive]
    Scale {
        /// The asset.
        asset: AssetId,
        /// The day of the fill.
        date: NaiveDate,
        /// The price of the fill.
        price: f64,
        /// The level at the end of its step.
        level: f64,
    },
    /// Cash in a currency without an exchange rate.
    #[error("the account holds cash in {currency}, which has no exchange rate on {date}")]
    #[non_exhaustive]
    CashSpot {
        /// The currency.
        currency: Currency,
        /// The day.
        date: NaiveDate,
    },
    /// Cash that moved for a reason nobody knows.
    #[error("cash of {date} moved for {kind:?}: say whether that is income, a fee, interest or a flow")]
    #[non_exhaustive]
    CashKind {
        /// The broker's word.
        kind: String,
        /// The day.
        date: NaiveDate,
    },
    /// Nothing to measure a return on.
    #[error("on {date} there is a capital of {capital} to measure a return on")]
    #[non_exhaustive]
    Capital {
        /// The day of the step.
        date: NaiveDate,
        /// Value before and flows by the time that they were there.
        capital: f64,
    },
    /// Records of other days than the account's.
    #[error("the account was run over {expected} steps and the {what} record has {found}, or other days")]
    #[non_exhaustive]
    Days {
        /// Which record.
        what: &'static str,
        /// Steps of the account's run.
        expected: usize,
        /// Steps of the record.
        found: usize,
    },
    /// An account that begins after its run.
    #[error(
        "the account opens at the end of {opening}, and its run has a step on {step}: begin the spec later, or tell what was held"
    )]
    #[non_exhaustive]
    OpeningLate {
        /// The day of the opening.
        opening: NaiveDate,
        /// The first step.
        step: NaiveDate,
    },
    /// A simulation that is none.
    #[error("what an account is explained against is simulated, and this spec is operated in lots")]
    NotSimulated,
    /// From the broker's statements.
    #[error(transparent)]
    Fills(Box<FillsError>),
    /// A result needs more digits than its number type can hold.
    #[error(transparent)]
    Overflow(#[from] Overflow),
}

// Boxed: every result would have room for it.
impl From<FillsError> for ActualError {
    fn from(error: FillsError) -> Self {
        Self::Fills(Box::new(error))
    }
}
