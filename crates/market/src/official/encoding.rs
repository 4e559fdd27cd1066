use std::borrow::Cow;

use encoding_rs::{DecoderResult, SHIFT_JIS};

use super::{Format, sheet::line_at};
use crate::MarketError;

/// How much of a file is looked at to recognise it.
const HEAD: usize = 8192;
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The beginning of a file as text, for a look only: what is no text is replaced.
pub(super) fn head(bytes: &[u8]) -> Cow<'_, str> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let start = bytes.get(..HEAD).unwrap_or(bytes);
    utf8_start(start).map_or_else(|| SHIFT_JIS.decode_without_bom_handling(start).0, Cow::Borrowed)
}

/// The text of a whole file.
pub(super) fn decode<'a>(file: &str, bytes: &'a [u8], format: Format) -> Result<Cow<'a, str>, MarketError> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let invalid = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok(Cow::Borrowed(text)),
        Err(e) => e.valid_up_to(),
    };
    let japanese = !matches!(format, Format::BojApi | Format::EstatApi | Format::BisColumns | Format::Fred);
    // UTF-8 that begins in Japanese and is broken further down is not Shift-JIS.
    let start = bytes.get(..HEAD).unwrap_or(bytes);
    let (encoding, place) = if japanese && utf8_start(start).is_none_or(str::is_ascii) {
        match shift_jis(bytes) {
            Ok(text) => return Ok(Cow::Owned(text)),
            Err(place) => ("Shift-JIS", place),
        }
    } else {
        ("UTF-8", invalid)
    };
    Err(MarketError::Encoding { file: file.to_owned(), line: line_at(bytes, place), encoding })
}

/// The text in Shift-JIS, or the place just behind what is none.
fn shift_jis(bytes: &[u8]) -> Result<String, usize> {
    let mut decoder = SHIFT_JIS.new_decoder_without_bom_handling();
    let mut text =
        String::with_capacity(decoder.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(0));
    let (result, read) = decoder.decode_to_string_without_replacement(bytes, &mut text, true);
    if result == DecoderResult::InputEmpty { Ok(text) } else { Err(read.saturating_sub(1)) }
}

/// The beginning as far as it is UTF-8, if it is: a first foreign character in Shift-JIS is none in UTF-8.
fn utf8_start(bytes: &[u8]) -> Option<&str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(e) => {
            let valid = std::str::from_utf8(bytes.get(..e.valid_up_to())?).ok()?;
            (!valid.is_ascii() || e.error_len().is_none()).then_some(valid)
        }
    }
}
