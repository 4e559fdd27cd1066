//! The floors of docs/architecture.md, enforced: arrows only go down, siblings do not see each other.

use std::{fs, path::Path};

/// Floor of each crate.
const FLOORS: &[(&str, u8)] = &[
    ("core", 0),
    ("market", 1),
    ("rfr", 2),
    ("cashflow", 2),
    ("costs", 2),
    ("leverage", 2),
    ("metrics", 2),
    ("rebalance", 3),
    ("optimize", 3),
    ("fx-overlay", 3),
    ("weather", 3),
    ("history", 3),
    ("iterations", 4),
    ("taxes", 4),
    ("portfolio", 5),
    ("study", 6),
    ("report", 7),
    ("data", BESIDE),
    ("testkit", BESIDE),
];

/// Beside the house: may use any floor, and no floor may use it.
const BESIDE: u8 = u8::MAX;

fn floor_of(name: &str) -> Option<u8> {
    FLOORS.iter().find(|(n, _)| *n == name).map(|(_, floor)| *floor)
}

/// The names in the section `[dependencies]`.
fn dependencies(manifest: &str) -> impl Iterator<Item = &str> {
    let section = manifest.lines().skip_while(|l| l.trim() != "[dependencies]").skip(1);
    section
        .take_while(|l| !l.starts_with('['))
        .filter_map(|l| l.split(['.', ' ', '=']).next())
        .filter(|n| !n.is_empty())
}

fn check(name: &str, manifest: &str) -> Result<(), String> {
    let floor = floor_of(name)
        .ok_or_else(|| format!("{name} has no floor: add it here and to docs/architecture.md"))?;
    for dependency in dependencies(manifest).filter_map(|d| d.strip_prefix("allweather-")) {
        let below = floor_of(dependency)
            .ok_or_else(|| format!("{name} depends on {dependency}, which has no floor"))?;
        if below >= floor {
            let below =
                if below == BESIDE { "beside the house".to_owned() } else { format!("floor {below}") };
            return Err(format!("{name} (floor {floor}) must not depend on {dependency} ({below})"));
        }
    }
    Ok(())
}

#[test]
fn dependencies_point_down() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut seen = 0;
    for entry in fs::read_dir(crates).unwrap() {
        let folder = entry.unwrap();
        let name = folder.file_name().into_string().unwrap();
        let manifest = fs::read_to_string(folder.path().join("Cargo.toml")).unwrap();
        assert!(
            manifest.contains(&format!("name = \"allweather-{name}\"")),
            "the package in crates/{name} is allweather-{name}"
        );
        check(&name, &manifest).unwrap();
        seen += 1;
    }
    assert_eq!(seen, FLOORS.len(), "a crate that is gone keeps no floor");
}

#[test]
fn a_sideways_arrow_is_named() {
    let manifest = "[package]\nname = \"x\"\n[dependencies]\nallweather-costs.workspace = true\nserde = \"1\"\n[dev-dependencies]\nallweather-portfolio = \"1\"\n";
    assert_eq!(check("rfr", manifest).unwrap_err(), "rfr (floor 2) must not depend on costs (floor 2)");
    assert_eq!(check("rebalance", manifest), Ok(()));
    let beside = "[dependencies]\nallweather-data.workspace = true\n";
    assert_eq!(
        check("portfolio", beside).unwrap_err(),
        "portfolio (floor 5) must not depend on data (beside the house)"
    );
    assert!(check("new", "").is_err());
}

#[test]
fn rooms_are_nouns() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut folders = vec![crates.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
            let banned = ["util", "utils", "helper", "helpers", "common", "types", "misc"];
            let source = path.extension().is_some_and(|e| e == "rs");
            assert!(!(source && banned.contains(&stem.as_str())), "{} is named for no noun", path.display());
        }
    }
}
