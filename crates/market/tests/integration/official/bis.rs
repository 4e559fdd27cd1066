use super::{figures, names, read, refusal};

/// Annual and monthly columns side by side, small levels with an exponent.
pub(super) fn prices_of_2026() -> String {
    "FREQ,Frequency,REF_AREA,Reference area,UNIT_MEASURE,Unit of measure,TIME_FORMAT,TITLE_TS,Series,2023,2023-11,2023-12,2024,2024-01\n\
     A,Annual,TR,Türkiye,628,\"Index, 2010 = 100\",,Consumer prices,A:TR:628,5E-07,,,1.25,\n\
     M,Monthly,JP,Japan,628,\"Index, 2010 = 100\",,,M:JP:628,,110.5,NaN,,111\n\
     M,Monthly,JP,Japan,771,\"Year-on-year changes, in per cent\",,,M:JP:771,,-0.125,0,,\n"
        .to_owned()
}

/// Code and label in one cell, the key under another heading, months before years.
pub(super) fn prices_of_2022() -> String {
    "\"Frequency\",\"Reference area\",\"Unit of measure\",\"Time Format\",\"Title (tseries level)\",\"Time Period\",\"2021-12\",\"2022-01\",\"2020\",\"2021\"\n\
     \"M:Monthly\",\"JP:Japan\",\"628:Index, 2010 = 100\",,,\"M:JP:628\",\"105.25\",\"NaN\",\"\",\"\"\n\
     \"A:Annual\",\"JP:Japan\",\"628:Index, 2010 = 100\",,,\"A:JP:628\",\"\",\"\",\"104\",\"105\"\n"
        .to_owned()
}

pub(super) fn rates_of_2022() -> String {
    "\"Frequency\",\"Reference area\",\"Time Format\",\"Compilation\",\"Decimals\",\"Title\",\"Time Period\",\"1946-01\",\"2022-01\",\"2022-02\"\n\
     \"M:Monthly\",\"JP:Japan\",,\"From 2016: rate on balances; before: call rate\",\"4:Four\",\" Central bank policy rates - Japan\",\"M:JP\",\"\",\"-0.1\",\"-0.1\"\n\
     \"M:Monthly\",\"XM:Euro area\",,\"\",\"4:Four\",\"\",\"M:XM\",\"\",\"NaN\",\"0\"\n"
        .to_owned()
}

#[test]
fn prices_of_both_layouts_are_read() {
    let document = read(prices_of_2026().as_bytes());
    assert_eq!(names(&document), ["bis_long_cpi_a_tr_628", "bis_long_cpi_m_jp_628", "bis_long_cpi_m_jp_771"]);
    assert_eq!(figures(&document, "bis_long_cpi_a_tr_628"), "2023 0.0000005; 2024 1.25");
    assert_eq!(figures(&document, "bis_long_cpi_m_jp_628"), "2023-11 110.5; 2024-01 111");
    assert_eq!(figures(&document, "bis_long_cpi_m_jp_771"), "2023-11 -0.125; 2023-12 0");
    let prices = document.series("bis_long_cpi_a_tr_628").unwrap();
    assert_eq!((prices.code(), prices.unit()), ("A:TR:628", Some("2010=100")));
    assert_eq!(prices.title(), Some("Consumer prices"));
    let changes = document.series("bis_long_cpi_m_jp_771").unwrap();
    assert_eq!((changes.unit(), changes.title()), (Some("Year-on-year changes, in per cent"), None));

    let document = read(prices_of_2022().as_bytes());
    assert_eq!(figures(&document, "bis_long_cpi_m_jp_628"), "2021-12 105.25");
    assert_eq!(figures(&document, "bis_long_cpi_a_jp_628"), "2020 104; 2021 105");
    assert_eq!(document.all()[0].unit(), Some("2010=100"));
}

#[test]
fn policy_rates_may_be_negative() {
    let document = read(rates_of_2022().as_bytes());
    assert_eq!(names(&document), ["bis_cbpol_m_jp", "bis_cbpol_m_xm"]);
    assert_eq!(figures(&document, "bis_cbpol_m_jp"), "2022-01 -0.1; 2022-02 -0.1");
    let rate = document.series("bis_cbpol_m_jp").unwrap();
    assert_eq!((rate.code(), rate.unit()), ("M:JP", Some("percent")));
    assert_eq!(rate.title(), Some("Central bank policy rates - Japan"));
    // Days, as the daily file has them.
    let daily = rates_of_2022()
        .replace("M:Monthly", "D:Daily")
        .replace("\"M:", "\"D:")
        .replace("2022-01\"", "2022-01-03\"")
        .replace("2022-02\"", "2022-01-04\"")
        .replace("1946-01\"", "2022-01-02\"");
    assert_eq!(figures(&read(daily.as_bytes()), "bis_cbpol_d_jp"), "2022-01-03 -0.1; 2022-01-04 -0.1");
}

#[test]
fn exponents_are_exact_or_refused() {
    let value = |text: &str| {
        let text = prices_of_2026().replace("5E-07", text);
        allweather_market::official::read("x", text.as_bytes()).map(|d| figures(&d, "bis_long_cpi_a_tr_628"))
    };
    for (text, expected) in [
        ("8.428268412E-13", "0.0000000000008428268412"),
        ("1.5e+3", "1500"),
        ("1.25E1", "12.5"),
        ("2E0", "2"),
        ("1E-28", "0.0000000000000000000000000001"),
        ("7E28", "70000000000000000000000000000"),
    ] {
        assert_eq!(value(text).unwrap(), format!("2023 {expected}; 2024 1.25"));
    }
    for text in ["1E-29", "8E28", "1E127", "1E-128", "1E999", "E5", "1E", "1E1.5", "1E--1", "1E 1"] {
        let expected = format!("x, line 2, field 2023: {text:?} is not a number, an empty field or NaN");
        assert_eq!(value(text).unwrap_err().to_string(), expected);
    }
}

#[test]
fn a_file_of_the_bis_is_refused_with_its_place() {
    let with = |from: &str, to: &str| refusal(prices_of_2026().replace(from, to).as_bytes());
    assert_eq!(
        with("2023-11,", "2023-13,"),
        "file.csv, line 1: column 11: \"2023-13\", expected a period such as 2024-12 or 2024"
    );
    assert_eq!(
        with(",Series,", ",Key,"),
        "file.csv, line 1: no heading Series or Time Period, expected the columns of a bulk file of the BIS"
    );
    assert_eq!(
        with("M:JP:628,,110.5", "M:JP:628,109,110.5"),
        "file.csv, line 3, field 2023-11: \"110.5\" is not under a period of the kind of the others of its line, and later"
    );
    // Months stand before years in the older layout.
    assert_eq!(
        refusal(
            prices_of_2022().replace("\"105.25\",\"NaN\",\"\",", "\"105.25\",\"NaN\",\"104\",").as_bytes()
        ),
        "file.csv, line 2, field 2020: \"104\" is not under a period of the kind of the others of its line, and later"
    );
    assert_eq!(
        with("2024-01\n", "2023-11\n"),
        "file.csv, line 3, field 2023-11: \"111\" is not under a period of the kind of the others of its line, and later"
    );
    assert_eq!(
        with("110.5", "-"),
        "file.csv, line 3, field 2023-11: \"-\" is not a number, an empty field or NaN"
    );
    assert_eq!(
        with("110.5", "0"),
        "file.csv, line 3, field 2023-11: \"0\" is not an index level, which is above 0"
    );
    assert_eq!(with(",111\n", "\n"), "file.csv, line 3: 13 fields, expected 14, one for each heading");
    let key = "is not M:JP:628 (consumer prices) or M:JP (policy rates), as the columns before say";
    assert_eq!(with("A:TR:628", "A:JP:628"), format!("file.csv, line 2, field Series: \"A:JP:628\" {key}"));
    assert_eq!(with("A:TR:628", "A:TR:771"), format!("file.csv, line 2, field Series: \"A:TR:771\" {key}"));
    assert_eq!(with("A:TR:628", "A:TR"), format!("file.csv, line 2, field Series: \"A:TR\" {key}"));
    assert_eq!(with("628", "370").split(':').next(), Some("file.csv, line 2, field Series"));
    // Another data set: effective exchange rates.
    assert_eq!(with("A:TR:628", "A:R:B:TR"), format!("file.csv, line 2, field Series: \"A:R:B:TR\" {key}"));
    assert_eq!(
        with(
            "M,Monthly,JP,Japan,771,\"Year-on-year changes, in per cent\",,,M:JP:771",
            "M,Monthly,JP,Japan,628,x,,,M:JP:628"
        ),
        "file.csv, line 4, field Series: \"M:JP:628\" is not a key of its own"
    );
    let headings = prices_of_2026();
    let headings = headings.lines().next().unwrap();
    assert_eq!(
        refusal(headings.as_bytes()),
        "file.csv, line 1: headings and no series, expected a line a series"
    );
}
