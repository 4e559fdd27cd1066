use std::borrow::Cow;

use serde::{Serialize, Serializer};

/// A language of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Language {
    /// English.
    English,
    /// 日本語.
    Japanese,
}

impl Language {
    /// The languages that a site is written in.
    pub const ALL: [Self; 2] = [Self::English, Self::Japanese];

    /// Its code, as HTML names it: `en`, `ja`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Japanese => "ja",
        }
    }

    /// Its own name for itself.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Japanese => "日本語",
        }
    }
}

/// A text in every language of the report. On the wire it is the English one.
///
/// A field for each language, so that a text without its translation does not compile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    en: Cow<'static, str>,
    ja: Cow<'static, str>,
}

impl Words {
    /// A text that stands in the code.
    #[must_use]
    pub const fn new(en: &'static str, ja: &'static str) -> Self {
        Self { en: Cow::Borrowed(en), ja: Cow::Borrowed(ja) }
    }

    /// A text that was put together.
    #[must_use]
    pub fn of(en: String, ja: String) -> Self {
        Self { en: Cow::Owned(en), ja: Cow::Owned(ja) }
    }

    /// A text that is the same in every language, such as a name.
    #[must_use]
    pub fn same(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { en: Cow::Owned(text.clone()), ja: Cow::Owned(text) }
    }

    /// The text in one language.
    #[must_use]
    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::Japanese => &self.ja,
        }
    }
}

impl Serialize for Words {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.en)
    }
}

/// A text with figures in it: two format strings over the same variables.
macro_rules! words {
    ($en:literal, $ja:literal) => {
        $crate::Words::of(format!($en), format!($ja))
    };
}
pub(crate) use words;
