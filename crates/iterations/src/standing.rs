use std::fmt;

use serde::Serialize;

/// What a figure of an iteration is, by the time that it is about.
///
/// A period belongs to what was in force when it **began**: the period in which an iteration was adopted is history for it.
///
/// # Source
///
/// Published method, §7: no history is shown as if newer weights had been held (バックデート), and what was replaced is tracked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Before it was adopted: what it would have come to, chosen with this very past in view.
    History,
    /// While it was in force.
    Live,
    /// After another took its place: tracked forward.
    Superseded,
}

impl Standing {
    /// Its name in files and tables: `history`, `live` or `superseded`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::History => "history",
            Self::Live => "live",
            Self::Superseded => "superseded",
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
