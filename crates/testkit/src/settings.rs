/// How long a law searches for a case that breaks it, and from which seed.
///
/// The default is 64 cases from one fixed seed, so a test says the same today and tomorrow. As users of proptest expect, the
/// environment variables `PROPTEST_CASES` and `PROPTEST_RNG_SEED` set other defaults; what is set in code wins over both.
///
/// ```
/// use allweather_testkit::Settings;
/// let long = Settings::default().with_cases(2000).with_seed(7);
/// assert_eq!((long.cases(), long.seed()), (2000, 7));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    cases: u32,
    seed: u64,
    shrinks: u32,
}

impl Settings {
    /// As many random cases, at least 1.
    #[must_use]
    pub fn with_cases(self, cases: u32) -> Self {
        Self { cases: cases.max(1), ..self }
    }

    /// Random cases from this seed.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// At most as many attempts to find a smaller case once one is found; 4096 unless set.
    #[must_use]
    pub fn with_shrinks(self, shrinks: u32) -> Self {
        Self { shrinks, ..self }
    }

    /// How many random cases a law is tried on.
    #[must_use]
    pub fn cases(&self) -> u32 {
        self.cases
    }

    /// The seed of the random cases.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// How many attempts are made to find a smaller case.
    #[must_use]
    pub fn shrinks(&self) -> u32 {
        self.shrinks
    }

    /// The same seed, and a part of the cases: for laws that are dear.
    pub(crate) fn fraction(&self, part: u32) -> Self {
        self.clone().with_cases(self.cases / part.max(1))
    }
}

impl Default for Settings {
    fn default() -> Self {
        let cases = number("PROPTEST_CASES").and_then(|n| u32::try_from(n).ok()).unwrap_or(64);
        Self { cases: cases.max(1), seed: number("PROPTEST_RNG_SEED").unwrap_or(0), shrinks: 4096 }
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.trim().parse().ok()
}
