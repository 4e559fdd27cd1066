use crate::Words;

/// What amounts of a report are counted in, so that they are neither noughts nor rows of digits. One for a whole report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Scale {
    /// Units of the base currency.
    Units,
    /// Thousands.
    Thousands,
    /// Millions.
    #[default]
    Millions,
    /// Thousands of millions: short-scale billions.
    Billions,
}

impl Scale {
    /// The largest in which a capital is 10 or more.
    #[must_use]
    pub fn of(capital: f64) -> Self {
        let all = [Self::Billions, Self::Millions, Self::Thousands];
        all.into_iter().find(|scale| capital >= 10.0 * scale.divisor()).unwrap_or(Self::Units)
    }

    /// How many units of the base currency one of it is.
    #[must_use]
    pub fn divisor(self) -> f64 {
        match self {
            Self::Units => 1.0,
            Self::Thousands => 1e3,
            Self::Millions => 1e6,
            Self::Billions => 1e9,
        }
    }

    /// Its name with a currency: `millions of JPY`.
    #[must_use]
    pub fn of_currency(self, currency: &str) -> Words {
        let (en, ja) = match self {
            Self::Units => ("", ""),
            Self::Thousands => ("thousands of ", "千"),
            Self::Millions => ("millions of ", "百万"),
            Self::Billions => ("billions of ", "十億"),
        };
        Words::of(format!("{en}{currency}"), format!("{ja}{currency}"))
    }
}
