//! Files are replaced as a whole, or not at all.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use allweather_market::{MarketError, PendingFile};

#[test]
fn a_failed_write_leaves_the_old_file_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("record.jsonl");
    fs::write(&file, "old").unwrap();
    let failed = replace_file(&file, |out| {
        out.write_all(b"half of the new")?;
        Err(io::Error::other("the disk is full"))
    });
    let message = failed.unwrap_err().to_string();
    assert!(message.ends_with("record.jsonl cannot be written: the disk is full"), "{message}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "old");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

    replace_file(&file, |out| out.write_all(b"new")).unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap(), "new");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

    // A folder that is not there, one that is a file, and a file that is a folder.
    for place in [folder.path().join("none/x"), file.join("x"), folder.path().to_path_buf()] {
        let mut wrote = false;
        let failed = replace_file(&place, |_| {
            wrote = true;
            Ok(())
        });
        assert!(matches!(failed, Err(MarketError::File { .. })), "{}", place.display());
        assert!(!wrote || place == folder.path());
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// A folder that may not be written to, for whoever is bound by such marks.
#[cfg(unix)]
#[test]
fn a_locked_folder_leaves_the_old_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("table.csv");
    fs::write(&file, "old").unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
    let bound = fs::write(folder.path().join("probe"), "").is_err();
    let failed = replace_file(&file, |out| out.write_all(b"new")).is_err();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(failed, bound);
    if bound {
        assert_eq!(fs::read_to_string(&file).unwrap(), "old");
    }
}

#[test]
fn files_that_belong_together_are_written_first_and_replaced_then() {
    let folder = tempfile::tempdir().unwrap();
    let files = ["a", "b"].map(|name| folder.path().join(name));
    let write = |text: &'static str| {
        files.each_ref().map(|file| PendingFile::write(file, |out| out.write_all(text.as_bytes())).unwrap())
    };
    let read = || files.each_ref().map(|file| fs::read_to_string(file).unwrap_or_default());
    let pending = write("one");
    assert_eq!(read(), ["", ""], "nothing is in place before it is put there");
    for file in pending {
        file.replace().unwrap();
    }
    assert_eq!(read(), ["one", "one"]);
    let [first, second] = write("two");
    first.replace().unwrap();
    drop(second);
    assert_eq!(read(), ["two", "one"]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

/// A file is for whom any other new file is.
#[cfg(unix)]
#[test]
fn a_new_file_has_the_marks_of_any_other() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (ours, other) = (folder.path().join("ours"), folder.path().join("other"));
    replace_file(&ours, |out| out.write_all(b"x")).unwrap();
    fs::write(&other, "x").unwrap();
    let mode = |file| fs::metadata(file).unwrap().permissions().mode();
    assert_eq!(mode(&ours), mode(&other));
}

fn replace_file(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), MarketError> {
    PendingFile::write(path, write)?.replace()
}
