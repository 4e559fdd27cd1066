//! Files as their publishers write them, with figures of our own; and what is refused, word for word.

mod bis;
mod boj;
mod cpi;
mod deflator;
mod formats;
mod fred;
mod mof;
mod random;

use allweather_market::official::{self, Document};

const FILE: &str = "file.csv";

/// As the Japanese publishers write text.
fn shift_jis(text: &str) -> Vec<u8> {
    let (bytes, _, replaced) = encoding_rs::SHIFT_JIS.encode(text);
    assert!(!replaced, "the text is in Shift-JIS");
    bytes.into_owned()
}

fn read(bytes: &[u8]) -> Document {
    official::read(FILE, bytes).unwrap()
}

fn refusal(bytes: &[u8]) -> String {
    official::read(FILE, bytes).unwrap_err().to_string()
}

/// `2024-09 108.9; 2024-10 109.5`.
fn figures(document: &Document, series: &str) -> String {
    let values = document.series(series).unwrap().values();
    values.iter().map(|(period, value)| format!("{period} {value}")).collect::<Vec<_>>().join("; ")
}

fn names(document: &Document) -> Vec<&str> {
    document.all().iter().map(|series| series.id().as_str()).collect()
}
