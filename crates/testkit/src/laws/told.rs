use std::fmt;

/// A case with the words it is shown by.
#[derive(Clone)]
pub(super) struct Told<T> {
    pub(super) case: T,
    words: fn(&T) -> String,
}

impl<T> Told<T> {
    pub(super) fn new(case: T, words: fn(&T) -> String) -> Self {
        Self { case, words }
    }
}

impl<T> fmt::Debug for Told<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&(self.words)(&self.case))
    }
}
