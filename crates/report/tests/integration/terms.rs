//! The report's words are those of the glossary.

use allweather_report::Language;

use crate::{
    main_job,
    runs::{page, sound, table},
};

static GLOSSARY: &str = include_str!("../../../../docs/glossary.md");

/// The pairs of English and Japanese words that stand in a source file behind a comment.
fn pairs<'a>(source: &'a str, behind: &str) -> Vec<(&'a str, &'a str)> {
    let text = source.split_once(behind).unwrap().1;
    let words = text.split("Words::new(\"").skip(1);
    words
        .map(|words| {
            let (en, rest) = words.split_once('"').unwrap();
            (en, rest.split('"').nth(1).unwrap())
        })
        .collect()
}

/// Whether a row of the glossary has both.
fn stands(en: &str, ja: &str) -> bool {
    GLOSSARY.lines().filter(|line| line.starts_with("| ")).any(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        cells.get(1).is_some_and(|cell| cell.contains(ja))
            && cells.get(2).is_some_and(|cell| cell.contains(en))
    })
}

#[test]
fn shared_terms_are_the_glossarys() {
    let found = pairs(include_str!("../../src/terms.rs"), "// The method's terms.");
    assert!(!found.is_empty());
    for (en, ja) in found {
        assert!(stands(en, ja), "{en} / {ja} is not in docs/glossary.md");
    }
}

#[test]
fn the_page_of_words_is_the_glossarys() {
    let table = table(&main_job().report, "glossary");
    assert!(table.rows.len() >= 30 && table.searchable);
    let mut seen = Vec::new();
    for row in &table.rows {
        let [en, ja] = [&row[0], &row[1]].map(|cell| cell.value.text(Language::English));
        assert!(stands(&en, &ja), "{en} / {ja} is not in docs/glossary.md");
        assert!(!seen.contains(&en), "{en} stands twice");
        seen.push(en);
    }
    assert!(!stands("pool", "天候"));
}

#[test]
fn the_page_of_words_is_sound() {
    sound(page(&main_job().report, "glossary"));
}
