use crate::axis::{TIE, deviation};

/// How many final months it takes to measure revisions. No published source.
const LEAST: usize = 24;

/// What revisions have done to the values of one axis: final less first known.
#[derive(Debug, Clone, Default)]
pub(crate) struct Revisions {
    seen: Vec<f64>,
}

impl Revisions {
    pub(crate) fn extend(&mut self, revisions: impl IntoIterator<Item = f64>) {
        self.seen.extend(revisions);
    }

    /// `None` while there are too few, or when nothing was ever revised: a file with one figure a month knows no revisions.
    pub(crate) fn deviation(&self) -> Option<f64> {
        if self.seen.len() < LEAST {
            return None;
        }
        deviation(self.seen.iter()).filter(|sd| *sd > TIE)
    }
}
