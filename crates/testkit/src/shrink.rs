//! Making a case smaller by changing it as a person would: fewer months, fewer assets, flat prices, round numbers.
//!
//! Proptest makes each of a case's hundreds of random numbers smaller in turn, which takes long and leaves a case that nobody can
//! read. Here the case is plain data, and each change keeps it valid.

use std::fmt::Debug;

use proptest::{
    strategy::{BoxedStrategy, NewTree, Strategy, ValueTree},
    test_runner::TestRunner,
};

/// Something that can be made smaller by single changes.
pub(crate) trait Simpler: Clone + Debug {
    type Edit: Debug;

    /// Changes that would make it smaller, the boldest first.
    fn edits(&self) -> Vec<Self::Edit>;

    /// After a change; `None` when that changes nothing or leaves nothing valid.
    fn edited(&self, edit: &Self::Edit) -> Option<Self>;
}

/// What `inner` draws, made smaller by [`Simpler`].
#[derive(Debug)]
pub(crate) struct Shrinking<T: Debug>(pub(crate) BoxedStrategy<T>);

impl<T: Simpler> Strategy for Shrinking<T> {
    type Tree = Tree<T>;
    type Value = T;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let drawn = self.0.new_tree(runner)?.current();
        Ok(Tree { edits: drawn.edits(), current: drawn.clone(), smallest: drawn, place: 0, progress: false })
    }
}

#[derive(Debug)]
pub(crate) struct Tree<T: Simpler> {
    /// What a test is tried on.
    current: T,
    /// The smallest value that the test is known to fail on.
    smallest: T,
    edits: Vec<T::Edit>,
    place: usize,
    progress: bool,
}

impl<T: Simpler> Tree<T> {
    /// The next change that leaves something valid; from the beginning again as long as a round brought progress.
    fn next(&mut self) -> bool {
        loop {
            while let Some(edit) = self.edits.get(self.place) {
                self.place += 1;
                if let Some(smaller) = self.smallest.edited(edit) {
                    self.current = smaller;
                    return true;
                }
            }
            if !self.progress {
                self.current = self.smallest.clone();
                return false;
            }
            (self.place, self.progress) = (0, false);
        }
    }
}

impl<T: Simpler> ValueTree for Tree<T> {
    type Value = T;

    fn current(&self) -> T {
        self.current.clone()
    }

    fn simplify(&mut self) -> bool {
        // The first call comes before any change; later ones say that the change before left the test failing.
        if self.place > 0 {
            self.smallest = self.current.clone();
            self.edits = self.smallest.edits();
            // The same place again: halving worked, so halve once more.
            self.place -= 1;
            self.progress = true;
        }
        self.next()
    }

    fn complicate(&mut self) -> bool {
        self.next()
    }
}
