use std::borrow::Cow;

use encoding_rs::{Encoding, WINDOWS_1252};

/// The text: UTF-8, UTF-16 with its mark, or else what Windows writes in the West.
pub(super) fn text(bytes: &[u8]) -> Option<Cow<'_, str>> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let rest = bytes.get(mark..)?;
        return encoding.decode_without_bom_handling_and_without_replacement(rest);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(Cow::Borrowed(text)),
        Err(_) => WINDOWS_1252.decode_without_bom_handling_and_without_replacement(bytes),
    }
}

/// What stands between cells: of the signs in question the one that is in the headings most often.
pub(super) fn delimiter(text: &str) -> u8 {
    let headings = text.lines().next().unwrap_or_default();
    let count = |sign: u8| headings.bytes().filter(|byte| *byte == sign).count();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|sign| count(*sign)).unwrap_or(b',')
}
