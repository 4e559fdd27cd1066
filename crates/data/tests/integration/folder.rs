use std::{fs, path::Path};

use allweather_core::{Currency, Month, Year};
use allweather_data::{DataError, embedded, read_folder};
use allweather_market::Market;
use proptest::prelude::*;
use tempfile::TempDir;

const REQUIRED: [&str; 6] = [
    "assets_month_end.csv",
    "fx_month_end.csv",
    "short_rates_monthly.csv",
    "jgb_yields_month_end.csv",
    "rfr_indicators.csv",
    "cpi_by_currency.csv",
];
const OPTIONAL: [&str; 2] = ["macro_monthly.csv", "recession_dates.csv"];

/// A folder with the files that are compiled in.
fn copied() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    for file in REQUIRED.into_iter().chain(OPTIONAL) {
        fs::copy(source.join(file), folder.path().join(file)).unwrap();
    }
    folder
}

/// The refusal of a copied folder in which one file's text is another.
fn refusal(file: &str, text: impl AsRef<[u8]>) -> DataError {
    let folder = copied();
    fs::write(folder.path().join(file), text).unwrap();
    read_folder(folder.path()).unwrap_err()
}

#[test]
fn a_copied_folder_is_the_embedded_set() {
    assert_eq!(read_folder(copied().path()).unwrap(), embedded().unwrap());
}

#[test]
fn a_changed_figure_changes_the_set() {
    let folder = copied();
    let file = folder.path().join("rfr_indicators.csv");
    let text = fs::read_to_string(&file)
        .unwrap()
        .replace("2024,1.111,1.002,110.7,125.1,110.5,\n", "2024,1.111,1.002,110.7,125.1,110.5,71\n");
    fs::write(file, text).unwrap();
    let data = read_folder(folder.path()).unwrap();
    assert_ne!(data, embedded().unwrap());
    assert!(data.rates(allweather_rfr::MissingPolicy::Refuse)[&Year::new(2024)].is_ok());
}

#[test]
fn a_missing_file_is_named() {
    for file in REQUIRED {
        let folder = copied();
        fs::remove_file(folder.path().join(file)).unwrap();
        let error = read_folder(folder.path()).unwrap_err();
        assert!(matches!(error, DataError::Missing { .. }), "{error}");
        assert!(error.to_string().contains(&folder.path().join(file).display().to_string()), "{error}");
    }
    let error = read_folder(copied().path().join("no-such-folder")).unwrap_err();
    assert!(error.to_string().contains("no-such-folder"));
}

#[test]
fn the_optional_files_may_be_left_out() {
    let folder = copied();
    for file in OPTIONAL {
        fs::remove_file(folder.path().join(file)).unwrap();
    }
    let data = read_folder(folder.path()).unwrap();
    assert!(data.recessions.is_empty());
    assert!(data.market.statistic_series("jp_cpi").is_none());
    assert!(data.market.statistic_series(Market::JGB_1Y).is_some());
}

#[test]
fn what_is_no_text_is_named_with_its_line() {
    for file in REQUIRED.into_iter().chain(OPTIONAL) {
        let error = refusal(file, b"month,a\n1980-01,\xff\n");
        let named =
            matches!(&error, DataError::Encoding { file: named, line: 2, .. } if named.ends_with(file));
        assert!(named, "{error}");
    }
    let folder = copied();
    fs::remove_file(folder.path().join("macro_monthly.csv")).unwrap();
    fs::create_dir(folder.path().join("macro_monthly.csv")).unwrap();
    let error = read_folder(folder.path()).unwrap_err();
    assert!(
        matches!(&error, DataError::Unreadable { file, .. } if file.ends_with("macro_monthly.csv")),
        "{error}"
    );
}

#[test]
fn a_broken_file_is_named_with_line_and_field() {
    let yields = "month,y1_pct,y2_pct,y5_pct,y9_pct,y10_pct,y20_pct\n";
    let indicators =
        "year,jgb10y_pct,jgb9y_pct,cpi_dec,cgpi_dec,gdp_deflator_q4,reer_dec\n1990,1,1,1,1,1,1\n";
    let recessions = "country,dater,peak,trough\nUS,NBER,1980-01,1980-07\n";
    let cases = [
        (
            "assets_month_end.csv",
            "month,gold_usd\n1980-01,653\n1980-02,-1\n".to_owned(),
            "line 3, field gold_usd: \"-1\"",
        ),
        ("fx_month_end.csv", "month,usd\n1980-01,x\n".to_owned(), "line 2, field usd: \"x\""),
        (
            "fx_month_end.csv",
            "month,jpy\n1980-01,1\n".to_owned(),
            "heading \"jpy\", expected a foreign currency",
        ),
        (
            "short_rates_monthly.csv",
            "month,currency,rate_pct,basis\n1980-01,USD,,x\n".to_owned(),
            "line 2, field rate_pct: \"\"",
        ),
        ("cpi_by_currency.csv", "month,jpy\n1980-01,0\n".to_owned(), "line 2, field jpy: \"0\""),
        (
            "jgb_yields_month_end.csv",
            format!("{yields}1980-01,,,,,,\n1980-03,,,,,,\n"),
            "line 3, field month: \"1980-03\" is not the month after",
        ),
        (
            "jgb_yields_month_end.csv",
            format!("{yields}1980-01,,,,,1.0%,\n"),
            "line 2, field y10_pct: \"1.0%\"",
        ),
        ("jgb_yields_month_end.csv", "month,y1_pct\n1980-01,1\n".to_owned(), "line 1: no heading \"y2_pct\""),
        ("macro_monthly.csv", "month,a\n1980-01,1\n1980-02,NaN\n".to_owned(), "line 3, field a: \"NaN\""),
        (
            "macro_monthly.csv",
            "a,month\n1,1980-01\n".to_owned(),
            "line 2, field a: \"1\" is not under the heading month",
        ),
        (
            "macro_monthly.csv",
            "month,jgb_9y\n1980-01,1\n".to_owned(),
            "the heading jgb_9y is the name of a bond yield",
        ),
        (
            "rfr_indicators.csv",
            format!("{indicators}1992,1,1,1,1,1,1\n"),
            "line 3, field year: \"1992\" is not the year after",
        ),
        (
            "rfr_indicators.csv",
            format!("{indicators}1990,1,1,1,1,1,1\n"),
            "line 3, field year: \"1990\" is not the year after",
        ),
        ("rfr_indicators.csv", format!("{indicators}MCMXCI,1,1,1,1,1,1\n"), "line 3, field year: \"MCMXCI\""),
        (
            "rfr_indicators.csv",
            format!("{indicators}1991,1,1,0,1,1,1\n"),
            "line 3, field cpi_dec: \"0\" is not an index level above 0",
        ),
        (
            "rfr_indicators.csv",
            format!("{indicators}1991,1,1,1,1,-1,1\n"),
            "line 3, field gdp_deflator_q4: \"-1\"",
        ),
        ("rfr_indicators.csv", format!("{indicators}1991,a,1,1,1,1,1\n"), "line 3, field jgb10y_pct: \"a\""),
        (
            "recession_dates.csv",
            format!("{recessions}US,NBER,1980-07,1982-11\n"),
            "line 3, field peak: \"1980-07\" is not later than the trough",
        ),
        (
            "recession_dates.csv",
            format!("{recessions}US,NBER,1981-07,1981-07\n"),
            "line 3, field trough: \"1981-07\" is not later than the peak",
        ),
        (
            "recession_dates.csv",
            format!("{recessions}US,,1981-07,1982-11\n"),
            "line 3, field dater: \"\" is not a name",
        ),
        (
            "recession_dates.csv",
            format!("{recessions}US,NBER,1981,1982-11\n"),
            "line 3, field peak: \"1981\"",
        ),
        (
            "recession_dates.csv",
            format!("{recessions}JP,ESRI,2030-01,\nJP,ESRI,2031-01,\n"),
            "line 4, field peak: \"2031-01\"",
        ),
    ];
    for (file, text, part) in cases {
        let message = refusal(file, text).to_string();
        assert!(message.contains(part), "{message} lacks {part}");
        assert!(message.contains(file) || part.contains("JPY"), "{message} lacks {file}");
    }
}

#[test]
fn a_recession_may_be_without_its_trough_and_lists_are_apart() {
    let folder = copied();
    let text =
        "country,dater,peak,trough\nUS,NBER,2020-02,2020-04\nJP,ESRI,1951-06,1951-10\nJP,ESRI,2030-01,\n";
    fs::write(folder.path().join("recession_dates.csv"), text).unwrap();
    let recessions = read_folder(folder.path()).unwrap().recessions;
    assert_eq!(recessions.len(), 3);
    assert_eq!(recessions[2].trough, None);
}

#[test]
fn a_10_year_yield_that_is_absent_later_on_is_a_gap() {
    let folder = copied();
    let text =
        "year,jgb10y_pct,jgb9y_pct,cpi_dec,cgpi_dec,gdp_deflator_q4,reer_dec\n1985,,6.0,,,,\n1986,,5.1,,,,\n";
    fs::write(folder.path().join("rfr_indicators.csv"), text).unwrap();
    let levels = read_folder(folder.path()).unwrap().levels;
    assert!(levels[&Year::new(1985)].jgb10y.is_some());
    assert_eq!(levels[&Year::new(1986)].jgb10y, None);
}

#[test]
fn assets_currencies_and_statistics_of_ones_own_are_read() {
    let folder = copied();
    let write = |file: &str, text: &str| fs::write(folder.path().join(file), text).unwrap();
    write("assets_month_end.csv", "month,reit_eur\n2000-01,100\n2000-02,101.5\n");
    write("fx_month_end.csv", "month,eur,nok\n2000-01,105,13\n2000-02,107,13.1\n");
    write("macro_monthly.csv", "month,tankan\n2000-01,-17\n2000-02,\n");
    let market = read_folder(folder.path()).unwrap().market;
    assert_eq!(market.prices().instruments()[0].currency, Currency::EUR);
    assert_eq!(market.spots().unwrap().currencies()[1].code(), "NOK");
    let january = Month::new(2000, 1).unwrap();
    assert_eq!(market.statistic_series("tankan").unwrap().get(january), Some(-17.0));
    assert_eq!(market.as_of(january.last_day()).statistic("tankan").unwrap().get(january), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_make_a_folder_panic(
        file in prop::sample::select(vec!["rfr_indicators.csv", "recession_dates.csv", "macro_monthly.csv", "jgb_yields_month_end.csv"]),
        keep in 0..60_usize,
        noise in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let folder = copied();
        let path = folder.path().join(file);
        let mut bytes = fs::read(&path).unwrap();
        bytes.truncate(keep);
        bytes.extend(noise);
        fs::write(path, bytes).unwrap();
        let _ = read_folder(folder.path()).map(|data| data.rates(allweather_rfr::MissingPolicy::Refuse));
    }
}
