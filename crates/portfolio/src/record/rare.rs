/// Rows that few steps have, in order of the steps.
#[derive(Debug, Clone)]
pub(super) struct Rare<T> {
    rows: Vec<T>,
    /// Each step that has rows, and where they end.
    ends: Vec<(usize, usize)>,
}

impl<T> Rare<T> {
    pub(super) fn new() -> Self {
        Self { rows: Vec::new(), ends: Vec::new() }
    }

    /// Of a later step than all before; without rows it is one that has none.
    pub(super) fn push(&mut self, step: usize, rows: impl IntoIterator<Item = T>) {
        let before = self.rows.len();
        self.rows.extend(rows);
        if self.rows.len() > before {
            self.ends.push((step, self.rows.len()));
        }
    }

    /// The rows of the last step that has any, up to this one.
    pub(super) fn up_to(&self, step: usize) -> &[T] {
        self.of_place(self.ends.partition_point(|(of, _)| *of <= step))
    }

    /// The step's own.
    pub(super) fn of(&self, step: usize) -> &[T] {
        if self.has(step) { self.up_to(step) } else { &[] }
    }

    pub(super) fn has(&self, step: usize) -> bool {
        self.ends.binary_search_by_key(&step, |(of, _)| *of).is_ok()
    }

    /// The last rows of all.
    pub(super) fn last(&self) -> &[T] {
        self.of_place(self.ends.len())
    }

    pub(super) fn rows(&self) -> &[T] {
        &self.rows
    }

    /// Counted from 1; nothing is before the first.
    fn of_place(&self, place: usize) -> &[T] {
        let end = |place: usize| self.ends.get(place).map_or(0, |(_, end)| *end);
        let rows = place.checked_sub(1).map(|last| last.checked_sub(1).map_or(0, end)..end(last));
        rows.and_then(|rows| self.rows.get(rows)).unwrap_or_default()
    }
}
