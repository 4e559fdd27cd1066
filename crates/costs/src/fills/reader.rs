use std::fmt;

use super::{FillsError, Statement};

/// Reads a broker's statement.
///
/// # Laws
///
/// 1. **Whole or not at all**: a file with one broken row is refused with its line and field, never read in part.
/// 2. **Nothing is dropped in silence**: what is not understood is in [`Statement::unknown`] or [`Statement::not_handled`].
/// 3. **A function**: the same bytes give the same statements.
/// 4. **No panic**, whatever the bytes are.
pub trait StatementReader: fmt::Debug + Send + Sync {
    /// The statements in the bytes of one file, in the order of the file: one for each account and span it tells of.
    /// `name` is what messages call the file.
    ///
    /// # Errors
    ///
    /// [`FillsError`] with the file, line, section and field that is wrong, and the rule it breaks.
    fn read(&self, name: &str, bytes: &[u8]) -> Result<Vec<Statement>, FillsError>;
}
