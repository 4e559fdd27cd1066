//! The file of releases: one writer, replaced as a whole, whole after any crash.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use allweather_market::{Dating, MarketError, ReferencePeriod, Vintage, VintageStore, Vintages};
use chrono::Days;
use rust_decimal::Decimal;

use crate::vintages::{all, at, day, id, release};

fn two() -> [Vintage; 2] {
    [
        release("2024-02-20", "a", "", "2024-01 100"),
        release("2024-03-20", "b", "", "2024-01 101, 2024-02 102"),
    ]
}

fn add_two(store: &mut VintageStore) {
    for release in two() {
        store.add(release).unwrap();
    }
}

fn entries(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn busy(path: &Path) -> bool {
    matches!(VintageStore::open(path), Err(MarketError::Busy { .. }))
}

#[test]
fn a_store_is_written_when_it_is_saved_and_read_by_anyone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.vintages");
    assert!(matches!(VintageStore::read(&path), Err(MarketError::Absent { .. })), "nothing there to read");
    let [one, two] = two();
    let mut store = VintageStore::open(&path).unwrap();
    assert_eq!(store.vintages(), &Vintages::new());
    store.add(one.clone()).unwrap();
    assert!(!path.exists(), "not saved yet");
    store.save().unwrap();
    store.add(two.clone()).unwrap();
    assert_eq!(VintageStore::read(&path).unwrap(), all([one.clone()]), "one may read while another writes");
    assert_eq!(store.vintages(), &all([one.clone(), two.clone()]));
    drop(store);
    assert_eq!(
        VintageStore::open(&path).unwrap().vintages(),
        &all([one.clone()]),
        "what was not saved is lost"
    );

    let mut store = VintageStore::open(&path).unwrap();
    store.add(two.clone()).unwrap();
    let refused = store.add(release("2024-03-20", "b", "", "2024-02 7")).unwrap_err();
    assert!(matches!(refused, MarketError::TwoValues { .. }));
    store.save().unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), all([one, two]).to_text());
    assert_eq!(entries(folder.path()), ["s.vintages", "s.vintages.lock"]);

    let empty = folder.path().join("empty");
    VintageStore::open(&empty).unwrap().save().unwrap();
    assert_eq!(VintageStore::read(&empty).unwrap(), Vintages::new());
}

#[test]
fn one_writer_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.vintages");
    let store = VintageStore::open(&path).unwrap();
    let message = VintageStore::open(&path).unwrap_err().to_string();
    assert_eq!(
        message,
        format!("{} is open for writing already, in this process or another", path.display())
    );
    assert!(!busy(&folder.path().join("other")));
    drop(store);
    assert!(!busy(&path));
    let nowhere = VintageStore::open(folder.path().join("none/s.vintages")).unwrap_err().to_string();
    assert!(nowhere.contains("none/s.vintages.lock cannot be opened: "), "{nowhere}");
    let is_folder = VintageStore::open(folder.path()).unwrap_err().to_string();
    assert!(is_folder.contains(" cannot be read: "), "{is_folder}");
}

/// A file that holds everything already is left alone, to its place on the disk.
#[cfg(unix)]
#[test]
fn what_is_known_already_is_not_written_again() {
    use std::os::unix::fs::MetadataExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.vintages");
    let place = || fs::metadata(&path).unwrap().ino();
    let mut store = VintageStore::open(&path).unwrap();
    add_two(&mut store);
    store.save().unwrap();
    let before = place();
    store.save().unwrap();
    drop(store);
    let mut store = VintageStore::open(&path).unwrap();
    add_two(&mut store);
    store.add(release("2024-03-20", "b", "", "2024-02 102.0")).unwrap(); // a part of it
    store.save().unwrap();
    assert_eq!(place(), before);
    store.add(release("2024-03-20", "b", "", "2023-12 99")).unwrap();
    add_two(&mut store);
    store.save().unwrap();
    assert_ne!(place(), before);
    assert_eq!(
        VintageStore::read(&path).unwrap().releases("s")[1].get(at("2023-12")),
        Some(Decimal::from(99))
    );
}

/// Through a link it is the same store, and remains a link.
#[cfg(unix)]
#[test]
fn a_link_leads_to_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let (path, link) = (folder.path().join("s.vintages"), folder.path().join("link"));
    VintageStore::open(&path).unwrap().save().unwrap();
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let mut store = VintageStore::open(&link).unwrap();
    assert!(busy(&path));
    store.add(two()[0].clone()).unwrap();
    store.save().unwrap();
    assert!(link.is_symlink());
    assert_eq!(VintageStore::read(&path).unwrap(), all([two()[0].clone()]));
}

#[test]
fn a_save_that_failed_can_be_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("inner");
    fs::create_dir(&inner).unwrap();
    let path = inner.join("s.vintages");
    let mut store = VintageStore::open(&path).unwrap();
    store.add(two()[0].clone()).unwrap();
    fs::create_dir(&path).unwrap(); // a folder where the file is to stand
    let message = store.save().unwrap_err().to_string();
    assert!(message.contains("s.vintages cannot be written: "), "{message}");
    assert_eq!(entries(&inner), ["s.vintages", "s.vintages.lock"], "nothing is left behind");
    fs::remove_dir(&path).unwrap();
    store.save().unwrap();
    assert_eq!(VintageStore::read(&path).unwrap(), all([two()[0].clone()]));
}

/// What our writes cannot leave, others may: a file that lost its end, or bytes that are no text.
#[test]
fn a_damaged_file_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.vintages");
    let whole = all(two()).to_text();
    for end in 0..whole.len() {
        fs::write(&path, &whole[..end]).unwrap();
        let (read, open) = (VintageStore::read(&path).unwrap_err(), VintageStore::open(&path).unwrap_err());
        assert_eq!(read.to_string(), open.to_string());
        assert!(matches!(read, MarketError::Layout { .. } | MarketError::Field { .. }), "{end}: {read}");
        assert_eq!(fs::read_to_string(&path).unwrap(), whole[..end]);
    }
    let mut bytes = whole.into_bytes();
    bytes[40] = 0xff;
    fs::write(&path, &bytes).unwrap();
    let message = format!("{}, line 2: bytes that are not UTF-8", path.display());
    assert_eq!(VintageStore::read(&path).unwrap_err().to_string(), message);
    assert!(!busy(&path), "a refused file is not locked");
}

#[test]
fn what_a_crash_left_behind_disturbs_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.vintages");
    for (name, text) in [(".tmpAbCdEf", "allweather vint"), ("s.vintages.lock", "")] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let mut store = VintageStore::open(&path).unwrap();
    add_two(&mut store);
    store.save().unwrap();
    assert_eq!(VintageStore::read(&path).unwrap(), all(two()));
    assert_eq!(fs::read_to_string(folder.path().join(".tmpAbCdEf")).unwrap(), "allweather vint");
}

/// Set for the process that is to be killed: the file it writes.
const WRITER: &str = "ALLWEATHER_TEST_WRITER";

/// Release `k` of a series that is long enough for a write to take a while; each revises a hundredth of the one before.
fn nth(k: usize) -> Vintage {
    let k = u32::try_from(k).unwrap();
    let first = day("2000-01-03");
    let values = (0..1000_u32).map(|i| {
        let revised = k.saturating_sub((k + 100 - i % 100) % 100);
        (ReferencePeriod::Day(first + Days::new(i.into())), Decimal::new((i * 37 + revised).into(), 3))
    });
    let on = day("2010-01-01") + Days::new(k.into());
    Vintage::new(id("s"), on, Dating::Stated, "office", values.collect())
        .unwrap()
        .with_unit("percent")
        .unwrap()
}

/// Not a test in itself: what the process does that the next test starts and kills.
#[test]
fn writer() {
    let Some(path) = std::env::var_os(WRITER) else { return };
    let mut store = VintageStore::open(path).unwrap();
    for k in store.vintages().releases("s").len().. {
        store.add(nth(k)).unwrap();
        store.save().unwrap();
    }
}

struct Writer(Child);

impl Writer {
    fn start(path: &PathBuf) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "store::writer", "--nocapture"]).env(WRITER, path);
        Self(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_writer_that_is_killed_leaves_a_whole_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.vintages");
    VintageStore::open(&path).unwrap().save().unwrap();
    let mut expected = Vintages::new();
    // How many releases the file has: all of its state, since it must be that of the first so many.
    let mut state = || {
        let found = VintageStore::read(&path).unwrap();
        let count = found.releases("s").len();
        assert!(count >= expected.releases("s").len(), "a file of releases never shrinks");
        for k in expected.releases("s").len()..count {
            expected.add(nth(k)).unwrap();
        }
        assert_eq!(found, expected);
        count
    };
    let mut moment = 7_u64;
    for round in 0..30 {
        let before = state();
        let writer = Writer::start(&path);
        let start = Instant::now();
        while state() == before {
            assert!(start.elapsed() < Duration::from_secs(60), "round {round}: the writer writes nothing");
        }
        assert!(busy(&path), "another process writes");
        moment = moment * 16_807 % 2_147_483_647;
        let end = Instant::now() + Duration::from_micros(moment % 12_000);
        while Instant::now() < end {
            state();
        }
        drop(writer);
        state();
        let store = VintageStore::open(&path).unwrap(); // unlocked
        assert_eq!(store.vintages(), &VintageStore::read(&path).unwrap());
    }
}
