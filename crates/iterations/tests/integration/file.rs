//! The file of a ledger: one writer, a record at a time, whole after any crash.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use allweather_iterations::{IterationsError, Ledger, LedgerFile};
use allweather_market::MarketError;
use chrono::Days;

use crate::{ahead, day, model, three};

fn busy(path: &Path) -> bool {
    matches!(LedgerFile::open(path), Err(IterationsError::Market(MarketError::Busy { .. })))
}

fn entries(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

#[test]
fn a_record_is_on_the_disk_when_it_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("iterations.jsonl");
    assert!(
        matches!(LedgerFile::read(&path), Err(IterationsError::Market(MarketError::Absent { .. }))),
        "nothing there to read"
    );
    let mut file = LedgerFile::open(&path).unwrap();
    assert!(!path.exists(), "no record yet");
    file.adopt(model(day("2020-12-31"), &[0.6, 0.4], "first"), day("2021-01-04"), ahead(1)).unwrap();
    assert_eq!(&LedgerFile::read(&path).unwrap(), file.ledger());
    file.keep(day("2021-12-20"), "kept, 天候 \"as is\"").unwrap();
    let refused = file.keep(day("2020-12-20"), "").unwrap_err();
    assert!(matches!(refused, IterationsError::RecordedBefore { .. }));
    file.adopt(model(day("2022-11-30"), &[0.5, 0.25, 0.25], ""), day("2022-12-10"), ahead(22)).unwrap();
    assert_eq!(file.ledger(), &three());
    drop(file);
    assert_eq!(fs::read_to_string(&path).unwrap(), three().to_text());
    assert_eq!(LedgerFile::open(&path).unwrap().ledger(), &three());
    assert_eq!(entries(folder.path()), ["iterations.jsonl", "iterations.jsonl.lock"]);
}

#[test]
fn one_writer_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("l");
    let file = LedgerFile::open(&path).unwrap();
    let message = LedgerFile::open(&path).unwrap_err().to_string();
    assert_eq!(
        message,
        format!("{} is open for writing already, in this process or another", path.display())
    );
    assert!(matches!(LedgerFile::recover(&path), Err(IterationsError::Market(MarketError::Busy { .. }))));
    drop(file);
    assert!(!busy(&path));
    let refused = LedgerFile::open(folder.path()).unwrap_err().to_string();
    assert!(refused.contains(" cannot be read: "), "{refused}");
}

/// The lock binds only those who ask for it.
#[test]
fn a_file_that_someone_else_wrote_meanwhile_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("l");
    let whole = three().to_text();
    fs::write(&path, &whole).unwrap();
    let mut file = LedgerFile::open(&path).unwrap();
    for other in [Some(whole.replace("first", "First")), Some(Ledger::new().to_text()), None] {
        match &other {
            Some(text) => fs::write(&path, text).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        let refused = file.keep(day("2023-01-01"), "").unwrap_err();
        assert!(matches!(refused, IterationsError::Moved { .. }), "{refused}");
        assert_eq!(fs::read_to_string(&path).ok(), other);
        assert_eq!(file.ledger(), &three());
    }
    fs::write(&path, &whole).unwrap();
    file.keep(day("2023-01-01"), "").unwrap();
    assert_eq!(LedgerFile::read(&path).unwrap().entries().len(), 4);
}

#[test]
fn a_write_that_failed_can_be_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("inner");
    fs::create_dir(&inner).unwrap();
    let path = inner.join("l");
    let mut file = LedgerFile::open(&path).unwrap();
    fs::remove_file(inner.join("l.lock")).unwrap();
    fs::remove_dir(&inner).unwrap();
    let first = || model(day("2020-12-31"), &[0.6, 0.4], "first");
    let message = file.adopt(first(), day("2021-01-04"), ahead(1)).unwrap_err().to_string();
    assert!(message.contains("l cannot be written: "), "{message}");
    assert_eq!(file.ledger(), &Ledger::new());
    fs::create_dir(&inner).unwrap();
    file.adopt(first(), day("2021-01-04"), ahead(1)).unwrap();
    assert_eq!(&LedgerFile::read(&path).unwrap(), file.ledger());
}

/// The power goes at every byte of the file on the disk: refused by `open`, read by `recover`, and whole again after the next record.
#[test]
fn a_file_cut_at_any_byte_is_recovered() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("l");
    let whole = three().to_text();
    let mut reopened = 0;
    for cut in 0..=whole.len() {
        let left = &whole.as_bytes()[..cut];
        fs::write(&path, left).unwrap();
        let opened = LedgerFile::open(&path).map(|file| file.ledger().clone());
        let (mut file, torn) = LedgerFile::recover(&path).unwrap();
        assert_eq!(opened.as_ref().ok(), torn.is_none().then_some(file.ledger()), "{cut}");
        assert_eq!(fs::read(&path).unwrap(), left, "reading changes nothing");
        let before = file.ledger().clone();
        assert!(three().added_since(&before).is_ok());
        let next = model(day("2023-05-31"), &[1.0], "after the crash");
        file.adopt(next, day("2023-06-01"), ahead(1)).unwrap();
        let after = LedgerFile::read(&path).unwrap();
        assert_eq!(after.added_since(&before).unwrap(), 1);
        assert!(after.to_text().starts_with(&before.to_text()));
        reopened += usize::from(opened.is_ok());
    }
    assert_eq!(reopened, 2 * 4, "with and without the end of each of four lines");
}

/// Of a file with the line ends of Windows the next record makes one with ours; what it says stays.
#[test]
fn line_ends_of_windows_are_read_and_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("l");
    fs::write(&path, format!("\u{feff}{}", three().to_text().replace('\n', "\r\n"))).unwrap();
    let mut file = LedgerFile::open(&path).unwrap();
    assert_eq!(file.ledger(), &three());
    file.keep(day("2023-01-01"), "").unwrap();
    assert!(fs::read_to_string(&path).unwrap().starts_with(&three().to_text()));
}

/// Through a link it is the same ledger, and remains a link.
#[cfg(unix)]
#[test]
fn a_link_leads_to_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let (path, link) = (folder.path().join("l"), folder.path().join("link"));
    fs::write(&path, three().to_text()).unwrap();
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let mut file = LedgerFile::open(&link).unwrap();
    assert!(busy(&path));
    file.keep(day("2023-01-01"), "").unwrap();
    assert!(link.is_symlink());
    assert_eq!(LedgerFile::read(&path).unwrap().entries().len(), 4);
}

/// Set for the process that is to be killed: the file it writes.
const WRITER: &str = "ALLWEATHER_TEST_WRITER";

/// Not a test in itself: what the process does that the next test starts and kills.
#[test]
fn writer() {
    let Some(path) = std::env::var_os(WRITER) else { return };
    let mut file = LedgerFile::open(path).unwrap();
    for _ in 0.. {
        let at = file.ledger().entries().len() as u64;
        let today = day("2000-01-01") + Days::new(2 * at);
        file.adopt(model(today, &[0.5, 0.5], &"long ".repeat(2000)), today, ahead(1)).unwrap();
    }
}

struct Writer(Child);

impl Writer {
    fn start(path: &PathBuf) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "file::writer", "--nocapture"]).env(WRITER, path);
        Self(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Another process writes and is killed at any moment: the ledger is whole, only grows, and no one else may write meanwhile.
#[test]
fn a_writer_that_is_killed_leaves_a_whole_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("l");
    fs::write(&path, Ledger::new().to_text()).unwrap();
    let mut before = Ledger::new();
    let mut grown = || {
        let now = LedgerFile::read(&path).unwrap();
        let added = now.added_since(&before).unwrap();
        before = now;
        added
    };
    let mut moment = 7_u64;
    for round in 0..12 {
        grown();
        let writer = Writer::start(&path);
        let start = Instant::now();
        while grown() == 0 {
            assert!(start.elapsed() < Duration::from_secs(60), "round {round}: the writer writes nothing");
        }
        assert!(busy(&path), "another process writes");
        moment = moment * 16_807 % 2_147_483_647;
        let end = Instant::now() + Duration::from_micros(moment % 12_000);
        while Instant::now() < end {
            grown();
        }
        drop(writer);
        grown();
        assert!(!busy(&path), "unlocked");
    }
}
