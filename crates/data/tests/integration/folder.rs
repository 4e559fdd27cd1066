use std::{fmt::Write, fs, path::Path};

use allweather_core::{Currency, Month, Year};
use allweather_data::{DataError, embedded, read_folder};
use allweather_market::{Dating, Market, ReferencePeriod, SeriesId, Vintage, Vintages, official};
use allweather_rfr::{Basis, Indicator, MissingPolicy, RateRules};
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
    assert!(data.rates(&RateRules::default())[&Year::new(2024)].is_ok());
}

#[test]
fn estimated_levels_are_those_that_a_folder_lists() {
    let folder = copied();
    let text = "month,asset,method\n1986-12,jgb_20y,em\n1987-01,jgb_20y,em\n";
    fs::write(folder.path().join("estimated.csv"), text).unwrap();
    let prices = read_folder(folder.path()).unwrap().market.prices().clone();
    let own = embedded().unwrap().market.prices().clone();
    assert!(!own.has_estimates());
    let bond = prices.position(&"jgb_20y".parse().unwrap()).unwrap();
    let place = |year, month| prices.months().binary_search(&Month::new(year, month).unwrap()).unwrap();
    assert_eq!(prices.estimate(bond, place(1986, 12)), Some("em"));
    assert_eq!(prices.estimate(bond, place(1987, 2)), None);
    assert!(prices.is_return_estimated(bond, place(1987, 2)));
    assert_eq!(prices.levels(bond), own.levels(bond));
    let message = refusal("estimated.csv", "month,asset,method\n1986-11,jgb_20y,em\n").to_string();
    let part = "estimated.csv, line 2, field month: \"1986-11\" is not a day on which the asset has a value";
    assert!(message.contains(part), "{message}");
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

/// Not as two values of one release, which would name no line.
#[test]
fn a_repeated_month_is_named_with_its_line() {
    let yields = "month,y1_pct,y2_pct,y5_pct,y9_pct,y10_pct,y20_pct\n1980-01,,,,1,,\n1980-01,,,,2,,\n";
    for (file, text) in
        [("macro_monthly.csv", "month,a\n1980-01,1\n1980-01,2\n"), ("jgb_yields_month_end.csv", yields)]
    {
        let message = refusal(file, text).to_string();
        let part = "line 3, field month: \"1980-01\" is not the month after";
        assert!(message.contains(file) && message.contains(part), "{message}");
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
    let write = |file: &str, text: &str| fs::write(folder.path().join(file), text).unwrap();
    let headings = "year,jgb10y_pct,jgb9y_pct,cpi_dec,cgpi_dec,gdp_deflator_q4,reer_dec\n";
    write("rfr_indicators.csv", &format!("{headings}1985,,6.0,,,,\n1986,,5.1,,,,\n"));
    let mut yields = "month,y1_pct,y2_pct,y5_pct,y9_pct,y10_pct,y20_pct\n".to_owned();
    for month in Month::new(1985, 12).unwrap().through(Month::new(1986, 12).unwrap()) {
        let nine = if month.year() == Year::new(1985) { "6.0" } else { "5.1" };
        writeln!(yields, "{month},,,,{nine},,").unwrap();
    }
    write("jgb_yields_month_end.csv", &yields);
    let rules = RateRules { missing: MissingPolicy::at_least(3).unwrap(), ..RateRules::default() };
    let rates = read_folder(folder.path()).unwrap().rates(&rules);
    let missing = |year| &rates[&Year::new(year)].as_ref().unwrap().prescribed.missing;
    assert!(!missing(1985).contains(&Indicator::Jgb10y));
    assert!(missing(1986).contains(&Indicator::Jgb10y));
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

fn release(series: &str, on: &str, values: &[(&str, &str)]) -> Vintage {
    let values = values.iter().map(|(period, value)| (period.parse().unwrap(), value.parse().unwrap()));
    let series = SeriesId::new(series).unwrap();
    Vintage::new(series, on.parse().unwrap(), Dating::Stated, "office", values.collect()).unwrap()
}

/// A copied folder with a store of these releases.
fn with_store(releases: impl IntoIterator<Item = Vintage>) -> TempDir {
    let mut store = Vintages::new();
    for release in releases {
        store.add(release).unwrap();
    }
    let folder = copied();
    fs::write(folder.path().join("statistics.vintages"), store.to_text()).unwrap();
    folder
}

#[test]
fn the_embedded_statistics_as_a_store_are_the_embedded_set() {
    let data = embedded().unwrap();
    let folder = copied();
    fs::write(folder.path().join("statistics.vintages"), data.statistics.to_text()).unwrap();
    assert_eq!(read_folder(folder.path()).unwrap(), data);
    fs::write(folder.path().join("statistics.vintages"), Vintages::new().to_text()).unwrap();
    assert_eq!(read_folder(folder.path()).unwrap(), data, "an empty store has no series to replace");
}

#[test]
fn a_store_takes_the_place_of_the_tables_for_its_series_only() {
    let cpi = [
        release("jp_cpi", "2024-01-19", &[("2022-12", "104.1"), ("2023-12", "106.8")]),
        release("jp_cpi", "2024-02-27", &[("2023-12", "106.9"), ("2024-01", "106.9")]),
    ];
    let own = release("my_index", "2024-01-10", &[("2023-12", "1")]);
    let folder = with_store(cpi.iter().cloned().chain([own]));
    let (data, tables) = (read_folder(folder.path()).unwrap(), embedded().unwrap());
    let statistics = &data.statistics;
    assert_eq!(statistics.releases("jp_cpi"), cpi);
    assert_eq!(tables.statistics.releases("jp_cpi").len(), 2, "one release of each of two files");
    for series in tables.statistics.series().filter(|series| series.as_str() != "jp_cpi") {
        let name = series.as_str();
        assert_eq!(statistics.releases(name), tables.statistics.releases(name), "{name}");
        assert_eq!(statistics.lag(name), tables.statistics.lag(name), "{name}");
    }
    assert_eq!(statistics.lag("jp_cpi"), official::lag(&SeriesId::new("jp_cpi").unwrap()));
    assert_eq!((statistics.releases("my_index").len(), statistics.lag("my_index")), (1, None));
    // The market is that of the tables.
    assert_eq!(data.market, tables.market);
    // Figures come out on their stated days; the oldest release's earlier ones under the lag of the series.
    let known = |day: &str, period: &str| {
        let figure = statistics.as_of(day.parse().unwrap()).figure("jp_cpi", period.parse().unwrap())?;
        Some((figure.value.to_string(), figure.published_on.to_string(), figure.dating))
    };
    let of = |value: &str, day: &str, dating| Some((value.to_owned(), day.to_owned(), dating));
    assert_eq!(known("2023-01-27", "2022-12"), None);
    assert_eq!(known("2023-01-28", "2022-12"), of("104.1", "2023-01-28", Dating::Assumed));
    assert_eq!(known("2024-01-19", "2023-12"), of("106.8", "2024-01-19", Dating::Stated));
    assert_eq!(known("2024-02-27", "2023-12"), of("106.9", "2024-02-27", Dating::Stated));
    assert_eq!(known("2024-12-31", "1990-12"), None, "the tables' consumer prices are gone");
}

#[test]
fn a_figure_that_the_tables_lack_may_come_from_a_store() {
    let reer = release("jp_reer", "2025-01-24", &[("2023-12", "73.19"), ("2024-12", "71")]);
    let data = read_folder(with_store([reer]).path()).unwrap();
    let rules = RateRules::default();
    assert!(data.rates(&rules)[&Year::new(2024)].is_ok());
    assert!(embedded().unwrap().rates(&rules)[&Year::new(2024)].is_err());
    // In the place of the tables: the years before have no rate of exchange any more.
    assert!(data.rates(&rules)[&Year::new(2023)].is_err());
}

/// The ministry's file gives days, the table beside it months.
#[test]
fn yields_by_the_day_stand_beside_tables_by_the_month() {
    let days =
        [("2022-12-30", "0.454"), ("2023-12-28", "0.606"), ("2023-12-29", "0.647"), ("2024-12-30", "1.111")];
    let folder = with_store([release("jgb_10y", "2025-01-06", &days)]);
    let data = read_folder(folder.path()).unwrap();
    let kind = |series: &str| data.statistics.releases(series)[0].span().0;
    assert!(matches!(kind("jgb_10y"), ReferencePeriod::Day(_)));
    assert!(matches!(kind("jgb_9y"), ReferencePeriod::Month(_)));

    let rules = RateRules { missing: MissingPolicy::at_least(3).unwrap(), ..RateRules::default() };
    let bond = |year: i32, day: &str| {
        let rate = rules.known(&data.statistics, Year::new(year), day.parse().unwrap()).unwrap();
        let reading = rate.prescribed.ranking.into_iter().find(|(i, _)| *i == Indicator::Jgb10y);
        reading.map(|(_, reading)| (reading.percent.points().to_string(), reading.basis))
    };
    let of = |percent: &str, basis| Some((percent.to_owned(), basis));
    // The newest quote stands in until the year is over, and the last one is that of the year's end.
    assert_eq!(bond(2023, "2023-12-28"), of("0.606", Basis::Estimated));
    assert_eq!(bond(2023, "2023-12-30"), of("0.647", Basis::Estimated));
    assert_eq!(bond(2023, "2023-12-31"), of("0.647", Basis::Published));
    assert_eq!(bond(2023, "2024-06-30"), of("0.647", Basis::Published));
    assert_eq!(bond(1985, "1986-06-30"), of("6.001", Basis::StandIn));
    assert_eq!(bond(1990, "1991-06-30"), None, "the tables' 10-year yields are gone");
    // The tables' month ends are the same quotes.
    assert_eq!(data.rates(&rules)[&Year::new(2024)], embedded().unwrap().rates(&rules)[&Year::new(2024)]);
}

#[test]
fn a_broken_store_is_named_with_its_line() {
    let good = embedded().unwrap().statistics.to_text();
    let spoiled = |line: usize, text: &str| {
        let mut lines: Vec<&str> = good.lines().collect();
        lines[line - 1] = text;
        lines.join("\n") + "\n"
    };
    let cases = [
        (String::new(), "line 1"),
        (spoiled(1, "allweather vintages, form 2"), "line 1"),
        (spoiled(2, "vintage,jgb_10y,soon,assumed,,1986-07,2025-12,x"), "line 2, field day: \"soon\""),
        (spoiled(4, "1986-08,5%"), "line 4, field value: \"5%\""),
        (spoiled(4, "summer,5"), "line 4, field period: \"summer\""),
        (good[..good.rfind("end,").unwrap()].to_owned(), "cut off"),
        (good[..good.len() / 2].to_owned(), "statistics.vintages, line "),
    ];
    for (text, part) in cases {
        let message = refusal("statistics.vintages", text).to_string();
        assert!(message.contains("statistics.vintages") && message.contains(part), "{message} lacks {part}");
        assert!(message.contains("line "), "{message}");
    }
    let error = refusal("statistics.vintages", b"allweather vintages, form 1\n\xff\n");
    assert!(
        matches!(&error, DataError::Encoding { file, line: 2, .. } if file.ends_with("statistics.vintages"))
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_make_a_folder_panic(
        file in prop::sample::select(vec!["rfr_indicators.csv", "recession_dates.csv", "macro_monthly.csv", "jgb_yields_month_end.csv", "statistics.vintages"]),
        keep in 0..60_usize,
        noise in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let folder = copied();
        let path = folder.path().join(file);
        let mut bytes = fs::read(&path).unwrap_or_else(|_| embedded().unwrap().statistics.to_text().into());
        bytes.truncate(keep);
        bytes.extend(noise);
        fs::write(path, bytes).unwrap();
        let _ = read_folder(folder.path()).map(|data| data.rates(&RateRules::default()));
    }
}
