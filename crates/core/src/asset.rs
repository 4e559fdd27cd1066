use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

/// The name of an asset, unique within a universe: `us_equity`.
///
/// Cloning is cheap (a shared pointer). Any text without control characters or surrounding blanks is a name.
///
/// ```
/// use allweather_core::AssetId;
/// let id: AssetId = "gold".parse()?;
/// assert_eq!(id.as_str(), "gold");
/// assert!("".parse::<AssetId>().is_err());
/// # Ok::<(), allweather_core::AssetIdError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AssetId(Arc<str>);

/// Why a text is not the name of an asset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AssetIdError {
    /// The text is empty.
    #[error("the name of an asset is empty")]
    Empty,
    /// The text begins or ends with a blank, or holds a control character.
    #[error("the name of an asset {name:?} has surrounding blanks or control characters")]
    Characters {
        /// The refused text.
        name: String,
    },
}

impl AssetId {
    /// A name from text.
    ///
    /// # Errors
    ///
    /// [`AssetIdError`] when the text is empty, has surrounding blanks or holds a control character.
    pub fn new(name: &str) -> Result<Self, AssetIdError> {
        if name.is_empty() {
            return Err(AssetIdError::Empty);
        }
        if name.trim() != name || name.chars().any(char::is_control) {
            return Err(AssetIdError::Characters { name: name.to_owned() });
        }
        Ok(Self(name.into()))
    }

    /// The name of this asset as part of something larger: `us_equity` within `equities` is `equities/us_equity`.
    #[must_use]
    pub fn within(&self, whole: &Self) -> Self {
        Self(format!("{whole}/{self}").into())
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AssetId {
    type Err = AssetIdError;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Self::new(s)
    }
}

impl TryFrom<String> for AssetId {
    type Error = AssetIdError;
    fn try_from(s: String) -> Result<Self, Self::Error> {
        Self::new(&s)
    }
}

impl From<AssetId> for String {
    fn from(id: AssetId) -> Self {
        id.as_str().to_owned()
    }
}

impl fmt::Display for AssetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for AssetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}
