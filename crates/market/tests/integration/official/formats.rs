use allweather_market::official::{self, Format};
use allweather_market::{Dating, MarketError, ReferencePeriod, SeriesId};

use super::{read, refusal, shift_jis};

/// A small file of each format.
pub(super) fn samples() -> Vec<(Format, Vec<u8>)> {
    vec![
        (Format::MofCurve, super::mof::history()),
        (Format::MofCurve, super::mof::current_month()),
        (Format::MofCurve, super::mof::english()),
        (Format::BojSearch, super::boj::search()),
        (Format::BojApi, super::boj::api().into_bytes()),
        (Format::CpiTable, super::cpi::table()),
        (Format::EstatApi, super::cpi::estat().into_bytes()),
        (Format::GdpDeflator, super::deflator::table()),
        (Format::BisColumns, super::bis::prices_of_2026().into_bytes()),
        (Format::BisColumns, super::bis::prices_of_2022().into_bytes()),
        (Format::BisColumns, super::bis::rates_of_2022().into_bytes()),
        (Format::Fred, super::fred::older().into_bytes()),
        (Format::Fred, super::fred::newer().into_bytes()),
    ]
}

#[test]
fn a_file_is_recognised_by_what_it_says() {
    for (format, bytes) in samples() {
        assert_eq!(Format::recognise(&bytes), Some(format));
        let document = official::read("no name that says anything", &bytes).unwrap();
        assert_eq!(document.format(), format);
        assert!(!document.is_incomplete());
        assert!(document.all().iter().any(|series| !series.values().is_empty()), "{format}");
    }
    let found: std::collections::BTreeSet<Format> = samples().into_iter().map(|(format, _)| format).collect();
    assert!(Format::ALL.into_iter().eq(found), "each format has a sample");
}

#[test]
fn a_byte_order_mark_and_any_line_end_are_accepted() {
    for (format, bytes) in samples() {
        let expected = read(&bytes);
        let (text, _) = encoding_rs::SHIFT_JIS.decode_without_bom_handling(&bytes);
        let text = std::str::from_utf8(&bytes).map_or_else(|_| text.into_owned(), str::to_owned);
        for end in ["\n", "\r\n", "\r\r\n"] {
            let saved =
                format!("\u{feff}{}", text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace('\n', end));
            assert_eq!(read(saved.as_bytes()), expected, "{format} with {end:?}");
        }
    }
}

#[test]
fn other_files_are_none_of_them() {
    for other in [
        "",
        "\n\n",
        "{}",
        "{\"STATUS\":200}",
        "date,gold_usd\n1980-01-04,1\n",
        "Date,Open,High\n2024-12-30,1,2\n",
        "DATE,OPEN,CLOSE\n2024-12-30,1,2\n",
        "DATE,RBJPBIS\n30.12.2024,1\n",
        "DATE,price\n2024-12-30,1\n",
        "DATE\n2024-12-30\n",
        "DATE,RBJPBIS\n",
        "月,指数\n2024-12,1\n",
        "Frequency,Area\nM,JP\n",
        "<!DOCTYPE html>\n<html>\n",
    ] {
        assert_eq!(Format::recognise(other.as_bytes()), None, "{other:?}");
        assert!(matches!(official::read("x", other.as_bytes()), Err(MarketError::Unrecognised { .. })));
    }
}

#[test]
fn an_unknown_file_is_told_how_it_begins_and_what_there_is() {
    let formats = "Ministry of Finance Japan: JGB yields; Bank of Japan: time-series search; Bank of Japan: API; \
         Statistics Bureau of Japan: consumer price index; Statistics Bureau of Japan: consumer price index, e-Stat; \
         Cabinet Office Japan: deflators, seasonally adjusted; Bank for International Settlements: bulk download; \
         Federal Reserve Bank of St. Louis: FRED";
    let message =
        |found| format!("file.csv begins with {found:?}, expected one of the official formats: {formats}");
    assert_eq!(refusal(b"date,gold_usd\n1980-01-04,1\n"), message("date,gold_usd"));
    assert_eq!(refusal(&shift_jis("月,指数\n2024-12,1\n")), message("月,指数"));
    assert_eq!(refusal(b"PK\x03\x04\x14\x00"), message("PK, a zip archive such as an .xlsx workbook"));
    assert_eq!(
        refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00"),
        message("an OLE file such as an .xls workbook")
    );
    assert_eq!(refusal("長".repeat(70).as_bytes()), message(&"長".repeat(60)));
}

#[test]
fn bytes_that_are_no_text_are_refused_with_their_line() {
    // A Shift-JIS file cut in the middle of a character.
    let mut cut = super::mof::current_month();
    cut.truncate(cut.len() - 3);
    assert_eq!(refusal(&cut), "file.csv, line 6: bytes that are not Shift-JIS");
    // UTF-8 that begins well.
    let mut bytes = "データコード,FM08'FXERM07\n2024/01,1\n".as_bytes().to_vec();
    bytes.extend(b"2024/02,\xff\n");
    assert_eq!(refusal(&bytes), "file.csv, line 3: bytes that are not UTF-8");
    assert_eq!(refusal(b"DATE,GDP\n2024-01-01,\xfc\n"), "file.csv, line 2: bytes that are not UTF-8");
}

#[test]
fn the_day_of_release_is_stated_by_the_caller_or_the_file_or_assumed() {
    let day = |text: &str| text.parse().unwrap();
    let one = |bytes: &[u8], released| {
        let vintage = read(bytes).vintages(released).unwrap().swap_remove(0);
        (vintage.released().to_string(), vintage.dating())
    };
    let api = super::boj::api();
    assert_eq!(one(api.as_bytes(), Some(day("2024-03-01"))), ("2024-03-01".into(), Dating::Stated));
    assert_eq!(one(api.as_bytes(), None), ("2024-02-13".into(), Dating::Stated));
    let older = super::fred::older();
    assert_eq!(one(older.as_bytes(), Some(day("2024-05-01"))), ("2024-05-01".into(), Dating::Stated));
    // March 2024 has the newest figure; 25 days after it.
    assert_eq!(one(older.as_bytes(), None), ("2024-04-25".into(), Dating::Assumed));
    // A curve is of its newest day.
    assert_eq!(one(&super::mof::history(), None), ("2019-05-07".into(), Dating::Assumed));
}

#[test]
fn each_value_carries_source_and_unit() {
    let document = read(&super::mof::history());
    let vintages = document.vintages(None).unwrap();
    assert_eq!(vintages.len(), 3);
    let ten = &vintages[1];
    assert_eq!(ten.source(), "Ministry of Finance Japan: JGB yields");
    assert_eq!(ten.unit(), Some("percent"));
    assert_eq!(ten.series().as_str(), "jgb_10y");
    assert_eq!(ten.values(), document.series("jgb_10y").unwrap().values());
    // Without a unit in the file there is none.
    assert_eq!(read(&super::boj::search()).vintages(None).unwrap()[0].unit(), None);
}

#[test]
fn a_series_without_figures_is_listed_and_gives_no_release() {
    let document = read(b"observation_date,GDP,DGS10\n2024-01-02,,4.5\n2024-01-03,,4.25\n");
    assert_eq!(super::names(&document), ["fred_gdp", "fred_dgs10"]);
    assert_eq!(document.series("fred_gdp").unwrap().values(), []);
    assert_eq!(document.vintages(None).unwrap().len(), 1);
    assert!(document.series("gdp").is_none());
}

#[test]
fn a_release_before_its_figures_is_refused() {
    let message = read(&super::mof::history()).vintages(Some("2019-05-06".parse().unwrap())).unwrap_err();
    assert_eq!(
        message.to_string(),
        "jgb_1y released on 2019-05-06 has a figure for 2019-05-07, which had not begun"
    );
}

#[test]
fn each_name_that_a_reader_gives_has_a_lag() {
    for (_, bytes) in samples() {
        for series in read(&bytes).all() {
            assert!(official::lag(series.id()).is_some(), "{}", series.id());
        }
    }
    let days = |name: &str| {
        let december: chrono::NaiveDate = "2023-12-31".parse().unwrap();
        let lag = official::lag(&SeriesId::new(name).unwrap())?;
        Some((lag.from(ReferencePeriod::Day(december)) - december).num_days())
    };
    let lags = [
        ("jgb_10y", 0),
        ("jp_cpi", 28),
        ("jp_cpi_0161", 28),
        ("jp_cgpi", 18),
        ("jp_reer", 25),
        ("jp_gdp_deflator", 75),
        ("bis_long_cpi_m_jp_628", 60),
        ("bis_cbpol_m_jp", 45),
        ("us_cpi", 45),
        ("us_indpro", 45),
        ("fred_gdp", 45),
        ("boj_fxerm07", 45),
    ];
    for (name, lag) in lags {
        assert_eq!(days(name), Some(lag), "{name}");
    }
    for other in ["jgb", "jgb_", "my_index", "jp_iip", "us", "fred"] {
        assert_eq!(days(other), None, "{other}");
    }
}
