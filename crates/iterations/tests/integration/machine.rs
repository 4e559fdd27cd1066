//! A ledger's file through records, reopening, crashes and other writers, beside a list of what was recorded.

use std::{fs, path::PathBuf};

use allweather_iterations::{Entry, LedgerFile};
use chrono::NaiveDate;
use proptest::{prelude::*, sample::Index};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};

use crate::{Act, acts, day};

#[derive(Debug, Clone)]
enum Move {
    Record(Act),
    Reopen,
    /// The power goes, and leaves so much of the file.
    Crash(Index),
    /// Someone else tries to write.
    Intrude,
    /// A version control system hands the file out with the line ends of Windows.
    Windows,
}

/// What the ledger must hold: for each record its day, and for an adoption its first day in force and its note.
#[derive(Debug, Clone, Default)]
struct Book {
    records: Vec<(NaiveDate, Option<NaiveDate>, String)>,
}

impl Book {
    fn last(&self) -> NaiveDate {
        self.records.last().map_or(day("2001-01-31"), |record| record.0)
    }

    /// The rules of the ledger, said once more.
    fn takes(&mut self, act: &Act) {
        let today = act.day(self.last());
        let adopted = self.records.iter().filter_map(|record| record.1).next_back();
        match act {
            Act::Adopt { ahead, note, .. } => {
                let from = today + chrono::Days::new((*ahead).into());
                if adopted.is_none_or(|before| from > before) {
                    self.records.push((today, Some(from), note.clone()));
                }
            }
            Act::Keep { note, .. } => {
                if adopted.is_some() {
                    self.records.push((today, None, note.clone()));
                }
            }
        }
    }
}

impl ReferenceStateMachine for Book {
    type State = Self;
    type Transition = Move;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self::default()).boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Move> {
        prop_oneof![
            5 => acts().prop_map(Move::Record),
            1 => Just(Move::Reopen),
            1 => any::<Index>().prop_map(Move::Crash),
            1 => Just(Move::Intrude),
            1 => Just(Move::Windows),
        ]
        .boxed()
    }

    fn apply(mut book: Self, step: &Move) -> Self {
        if let Move::Record(act) = step {
            book.takes(act);
        }
        book
    }
}

struct Machine {
    _folder: tempfile::TempDir,
    path: PathBuf,
    /// Taken out while it is closed.
    file: Option<LedgerFile>,
    /// Records that a crash took: the book does not know how many.
    lost: bool,
}

impl Machine {
    fn told(&self) -> Vec<(NaiveDate, Option<NaiveDate>, String)> {
        let ledger = self.file.as_ref().unwrap().ledger();
        let each = ledger.entries().iter().map(|entry| match entry {
            Entry::Adoption(it) => (it.recorded_on(), Some(it.adopted_from()), it.note().to_owned()),
            Entry::Review(it) => (it.recorded_on(), None, it.note().to_owned()),
        });
        each.collect()
    }
}

impl StateMachineTest for Machine {
    type SystemUnderTest = Self;
    type Reference = Book;

    fn init_test(_: &Book) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("l");
        let file = Some(LedgerFile::open(&path).unwrap());
        Self { _folder: folder, path, file, lost: false }
    }

    fn apply(mut machine: Self, book: &Book, step: Move) -> Self {
        let path = machine.path.clone();
        match step {
            Move::Record(act) => {
                let file = machine.file.as_mut().unwrap();
                let last = file.ledger().entries().last().map_or(day("2001-01-31"), Entry::recorded_on);
                let today = act.day(last);
                let before = file.ledger().clone();
                let took = match (&act, act.candidate(today)) {
                    (Act::Keep { note, .. }, _) => file.keep(today, note).is_ok(),
                    (_, Some((model, ahead))) => file.adopt(model, today, ahead).is_ok(),
                    _ => unreachable!(),
                };
                assert_eq!(file.ledger().added_since(&before).unwrap(), usize::from(took));
            }
            Move::Reopen => {
                machine.file = None;
                machine.file = Some(LedgerFile::open(&path).unwrap());
            }
            Move::Windows => {
                machine.file = None;
                if let Ok(text) = fs::read_to_string(&path) {
                    fs::write(&path, text.replace("\r\n", "\n").replace('\n', "\r\n")).unwrap();
                }
                machine.file = Some(LedgerFile::open(&path).unwrap());
            }
            Move::Crash(at) => {
                let before = machine.file.take().unwrap().ledger().clone();
                if let Ok(bytes) = fs::read(&path) {
                    fs::write(&path, &bytes[..at.index(bytes.len() + 1)]).unwrap();
                }
                let (file, _) = LedgerFile::recover(&path).unwrap();
                machine.lost |= before.added_since(file.ledger()).unwrap() > 0;
                if file.ledger().entries().is_empty() {
                    // Nothing is written before the next record, and an empty file is refused.
                    let _ = fs::remove_file(&path);
                    drop(file);
                    machine.file = Some(LedgerFile::open(&path).unwrap());
                } else {
                    // As whoever recovers would do: what was lost is written without its half line.
                    let text = file.ledger().to_text();
                    drop(file);
                    fs::write(&path, text).unwrap();
                    machine.file = Some(LedgerFile::open(&path).unwrap());
                }
            }
            Move::Intrude => assert!(LedgerFile::open(&path).is_err()),
        }
        let ledger = machine.file.as_ref().unwrap().ledger();
        if machine.path.exists() {
            assert_eq!(&LedgerFile::read(&machine.path).unwrap(), ledger);
        } else {
            assert!(ledger.entries().is_empty());
        }
        if !machine.lost {
            assert_eq!(machine.told(), book.records);
        }
        machine
    }
}

prop_state_machine! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_file_of_records(sequential 1..20 => Machine);
}
