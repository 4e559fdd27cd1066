use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The days around a sale at a loss in which a purchase of the same asset matters.
///
/// A purchase counts when it is on the day of the sale or up to `before` days earlier (`before` above 0), or on the day of the
/// sale or up to `after` days later (`after` above 0). So with `after` above 0 the programme's own purchase, made at once,
/// counts.
///
/// ```
/// use allweather_taxes::Window;
/// let window: Window = serde_json::from_str(r#"{"before": 30, "after": 30, "treatment": "disallow"}"#)?;
/// assert_eq!(window, Window::UNITED_STATES);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Days before the sale; 0 for none.
    pub before: u16,
    /// Days after it; 0 for none.
    pub after: u16,
    /// What then happens.
    pub treatment: Treatment,
}

/// What a [`Window`] does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Treatment {
    /// The programme leaves an asset alone whose loss would fall into the window. The lots are booked without it.
    Skip,
    /// The loss is booked and disallowed: it is added to the cost of the units that replace the sold ones, which also take over
    /// the time these were held.
    Disallow,
}

impl Window {
    /// 30 days on each side, disallowed (US Internal Revenue Code §1091, wash sales).
    pub const UNITED_STATES: Self = Self { before: 30, after: 30, treatment: Treatment::Disallow };

    pub(crate) fn counts_before(self, sold: NaiveDate, bought: NaiveDate) -> bool {
        let days = (sold - bought).num_days();
        self.before > 0 && (0..=i64::from(self.before)).contains(&days)
    }

    pub(crate) fn counts_after(self, sold: NaiveDate, bought: NaiveDate) -> bool {
        let days = (bought - sold).num_days();
        self.after > 0 && (0..=i64::from(self.after)).contains(&days)
    }

    /// Whether a sale that is bought back at once falls into the window.
    pub(crate) fn forbids(self, sold: NaiveDate, last_bought: Option<NaiveDate>) -> bool {
        let earlier = last_bought.is_some_and(|bought| self.counts_before(sold, bought));
        self.treatment == Treatment::Skip && (self.after > 0 || earlier)
    }
}
