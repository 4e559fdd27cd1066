//! What a broker reports: fills, cash movements, positions and balances, read from its statements.
//!
//! A [`StatementReader`] reads a file into [`Statement`]s, one for each account and span that the file tells of; several of
//! one account become one by [`Statement::merge`]. A [`SymbolMap`] says which asset a broker's symbol is.
//!
//! Signs are those of the account: a quantity bought is positive, one sold negative; cash that comes in is positive. What a
//! trade *costs* (commission, charges) is positive, and a rebate is negative.

mod arrival;
mod cash;
mod comparison;
mod day;
mod error;
mod estimates;
mod fill;
mod flex;
mod instrument;
mod mapping;
mod merge;
mod number;
mod place;
mod position;
mod reader;
mod revision;
mod rules;
mod saxo;
mod statement;
mod suggestion;

pub use arrival::ArrivalPrice;
pub use cash::{CashKind, CashMovement, Taxed};
pub use comparison::{
    Compared, ComparedAsset, ComparedConversion, ComparedOrder, Comparison, LeftOut, LeftOutReason,
};
pub use error::FillsError;
pub use estimates::{DayVolatility, Estimates};
pub use fill::{Charged, Fill, Original, Revision};
pub use flex::FlexXml;
pub use instrument::{Instrument, InstrumentKind};
pub use mapping::{MappedSymbol, SymbolMap};
pub use position::{CashBalance, OpenPosition};
pub use reader::StatementReader;
pub use rules::ComparisonRules;
pub use saxo::SaxoCsv;
pub use statement::{CancelledFill, NotHandled, Span, Statement, UnknownField};
pub use suggestion::{Evidence, NoSuggestion, Suggestion};
