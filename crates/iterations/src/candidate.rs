use allweather_core::{AssetId, Weights};
use allweather_market::AsOf;
use chrono::NaiveDate;
use serde::de::IgnoredAny;

use crate::{ContentHash, IterationsError};

/// A model that may be adopted: its spec, what it holds, and the day of the data that it was made from.
///
/// That day is the day of the [`AsOf`] that it is made from, and is not given otherwise: a model that looked at a market until a day can be
/// recorded on that day at the earliest, and is in force after it.
///
/// ```
/// use allweather_core::{Currency, Weights};
/// use allweather_iterations::Candidate;
/// use allweather_market::{Market, PricePanel};
/// let prices = PricePanel::from_csv("prices.csv", "month,a_jpy,b_jpy\n2024-11,100,100\n2024-12,101,99\n")?;
/// let market = Market::new(Currency::JPY, prices);
/// let known = market.as_of("2024-12-31".parse()?);
/// let universe = vec!["a".parse()?, "b".parse()?];
/// let candidate = Candidate::new(known, r#"{"rule":"yearly"}"#, universe, Weights::new(vec![0.7, 0.3])?, "first")?;
/// assert_eq!(candidate.data_as_of(), known.date());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    pub(crate) data_as_of: NaiveDate,
    pub(crate) spec: String,
    pub(crate) spec_hash: ContentHash,
    pub(crate) universe: Vec<AssetId>,
    pub(crate) weights: Weights,
    pub(crate) note: String,
}

impl Candidate {
    /// A model that was made from what `known` shows: its spec as JSON in the canonical form of whoever reads it, and its assets with
    /// their strategic weights. The note is for people.
    ///
    /// # Errors
    ///
    /// [`IterationsError::Spec`] when the spec is not one JSON object without blanks between its parts;
    /// [`IterationsError::Universe`] when there is not one weight for each asset or an asset is named twice.
    pub fn new(
        known: AsOf<'_>,
        spec: &str,
        universe: Vec<AssetId>,
        weights: Weights,
        note: &str,
    ) -> Result<Self, IterationsError> {
        Self::on(known.date(), spec, universe, weights, note)
    }

    /// The same from a record, which has the day written down.
    pub(crate) fn on(
        data_as_of: NaiveDate,
        spec: &str,
        universe: Vec<AssetId>,
        weights: Weights,
        note: &str,
    ) -> Result<Self, IterationsError> {
        let refuse = |reason: String| IterationsError::Spec { reason };
        serde_json::from_str::<IgnoredAny>(spec).map_err(|e| refuse(e.to_string()))?;
        if !spec.starts_with('{') {
            return Err(refuse("it is no JSON object".to_owned()));
        }
        if let Some(place) = blank(spec) {
            return Err(refuse(format!("there is a blank between its parts, at byte {place}")));
        }
        let (assets, found) = (universe.len(), weights.len());
        let twice = |at: &usize| universe[..*at].contains(&universe[*at]);
        let twice = (0..assets).find(twice).map(|at| universe[at].clone());
        if assets != found || twice.is_some() {
            return Err(IterationsError::Universe { assets, weights: found, twice });
        }
        let (spec_hash, spec, note) = (ContentHash::of(spec.as_bytes()), spec.to_owned(), note.to_owned());
        Ok(Self { data_as_of, spec, spec_hash, universe, weights, note })
    }

    /// The last day of the data that it was made from.
    #[must_use]
    pub fn data_as_of(&self) -> NaiveDate {
        self.data_as_of
    }

    /// Its spec.
    #[must_use]
    pub fn spec(&self) -> &str {
        &self.spec
    }
}

/// The place of the first blank outside of texts in what is JSON.
fn blank(json: &str) -> Option<usize> {
    let (mut within, mut escaped) = (false, false);
    json.bytes().position(|byte| {
        let was_escaped = std::mem::take(&mut escaped);
        match byte {
            b'"' if !was_escaped => within = !within,
            b'\\' if within => escaped = !was_escaped,
            b' ' | b'\t' | b'\r' | b'\n' if !within => return true,
            _ => {}
        }
        false
    })
}
