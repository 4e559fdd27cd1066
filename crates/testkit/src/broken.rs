use std::fmt;

/// A law that does not hold, with the smallest case found that breaks it.
///
/// Shown with `{}` and with `{:?}` alike, as sentences and tables: a test that ends in `?` prints the report.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.report())]
#[non_exhaustive]
pub struct Broken {
    /// The name of the law, such as `no look-ahead`.
    pub law: &'static str,
    /// What the law says.
    pub words: &'static str,
    /// What should have been.
    pub expected: String,
    /// What was.
    pub happened: String,
    /// The case, as text: dates, assets, numbers.
    pub case: String,
    /// Which case it was before it was made smaller, from 1; 0 when nothing was drawn because a finished run was judged.
    pub number: u32,
    /// The seed of the search.
    pub seed: u64,
}

impl Broken {
    fn report(&self) -> String {
        let Self { law, words, expected, happened, case, number, seed } = self;
        let case = case.trim_end().replace('\n', "\n  ");
        let found = match number {
            0 => "of this run".to_owned(),
            _ => format!("in this case (the smallest found; case {number} from seed {seed})"),
        };
        format!(
            "the law \"{law}\" is broken: {words}\n\n\
             expected: {}\n\
             happened: {}\n\n\
             {found}:\n  {case}\n",
            expected.replace('\n', "\n          "),
            happened.replace('\n', "\n          "),
        )
    }
}

impl fmt::Debug for Broken {
    // A test that returns an error prints its Debug form, and this is what somebody then reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{self}")
    }
}
