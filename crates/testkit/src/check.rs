//! The one loop behind every law: draw a case, try it, and make it smaller when it breaks the law.

use std::{
    any::Any,
    fmt::Debug,
    panic::{AssertUnwindSafe, catch_unwind},
};

use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::{Config, RngSeed, TestRunner},
};

use crate::{Broken, Settings};

/// What a law is called and what it says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Law {
    pub(crate) name: &'static str,
    pub(crate) words: &'static str,
}

/// How a case breaks a law.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    pub(crate) expected: String,
    pub(crate) happened: String,
    pub(crate) panicked: bool,
}

impl Finding {
    pub(crate) fn new(expected: impl Into<String>, happened: impl Into<String>) -> Self {
        Self { expected: expected.into(), happened: happened.into(), panicked: false }
    }

    /// An error of the part under test, in its own words.
    pub(crate) fn error(error: &dyn std::error::Error) -> Self {
        Self::new("an answer", format!("an error: {error}"))
    }
}

/// Tries `law` on cases drawn from `strategy`; `test` says how a case breaks it. The case is shown by its `{:?}`.
pub(crate) fn check<S: Strategy>(
    law: Law,
    settings: &Settings,
    strategy: &S,
    test: impl Fn(&S::Value) -> Result<(), Finding>,
) -> Result<(), Broken> {
    let test = |case: &S::Value| caught(|| test(case));
    let broken = |case: String, finding: Finding, number| Broken {
        law: law.name,
        words: law.words,
        expected: finding.expected,
        happened: finding.happened,
        case,
        number,
        seed: settings.seed(),
    };
    // Of proptest's runner only the random numbers are used: its own loop reports a reason in one line and writes to stderr.
    let config =
        Config { rng_seed: RngSeed::Fixed(settings.seed()), failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
    for number in 1..=settings.cases() {
        let mut tree = match strategy.new_tree(&mut runner) {
            Ok(tree) => tree,
            Err(reason) => {
                let finding = Finding::new("a case to try", format!("none could be drawn: {reason}"));
                return Err(broken(String::new(), finding, number));
            }
        };
        let mut case = tree.current();
        let Err(mut finding) = test(&case) else { continue };
        // Each panic writes to stderr: a case that panics is made smaller too, but not at any length.
        let mut shrinks = if finding.panicked { settings.shrinks().min(256) } else { settings.shrinks() };
        let mut smaller = tree.simplify();
        while smaller && shrinks > 0 {
            shrinks -= 1;
            let candidate = tree.current();
            smaller = match test(&candidate) {
                Ok(()) => tree.complicate(),
                Err(found) => {
                    (case, finding) = (candidate, found);
                    tree.simplify()
                }
            };
        }
        return Err(broken(shown(&case), finding, number));
    }
    Ok(())
}

fn shown(case: &impl Debug) -> String {
    format!("{case:?}")
}

/// A panic of the part under test is a finding like any other: caught, because a law must still make the case smaller and
/// report it. The part is thrown away after each try, so that nothing half-changed is used again.
fn caught(test: impl FnOnce() -> Result<(), Finding>) -> Result<(), Finding> {
    catch_unwind(AssertUnwindSafe(test))
        .unwrap_or_else(|panic| Err(Finding { panicked: true, ..Finding::new("no panic", words(&*panic)) }))
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text =
        panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    format!("a panic: {}", text.unwrap_or("without words"))
}
