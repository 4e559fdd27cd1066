use super::{figures, names, read, refusal};

pub(super) fn older() -> String {
    "DATE,RBJPBIS\n2024-01-01,72.5\n2024-02-01,.\n2024-03-01,70.81\n2024-04-01,.\n".to_owned()
}

pub(super) fn newer() -> String {
    "observation_date,CPIAUCSL\n2024-01-01,309.5\n2024-02-01,\n2024-03-01,312\n".to_owned()
}

#[test]
fn both_headings_and_both_kinds_of_gap_are_read() {
    assert_eq!(figures(&read(older().as_bytes()), "jp_reer"), "2024-01 72.5; 2024-03 70.81");
    assert_eq!(figures(&read(newer().as_bytes()), "us_cpi"), "2024-01 309.5; 2024-03 312");
    let series = read(older().as_bytes());
    let series = series.series("jp_reer").unwrap();
    assert_eq!(
        (series.code(), series.title(), series.unit(), series.last_update()),
        ("RBJPBIS", None, None, None)
    );
}

#[test]
fn the_dates_tell_the_kind_of_period() {
    let kind = |dates: [&str; 2]| {
        let text = format!("DATE,X_1\n{},1\n{},-2\n", dates[0], dates[1]);
        figures(&read(text.as_bytes()), "fred_x_1")
    };
    assert_eq!(kind(["2024-01-02", "2024-02-01"]), "2024-01-02 1; 2024-02-01 -2");
    assert_eq!(kind(["2024-01-01", "2024-02-01"]), "2024-01 1; 2024-02 -2");
    assert_eq!(kind(["2023-10-01", "2024-01-01"]), "2023Q4 1; 2024Q1 -2");
    assert_eq!(kind(["2023-07-01", "2024-01-01"]), "2023Q3 1; 2024Q1 -2");
    assert_eq!(kind(["2023-01-01", "2024-01-01"]), "2023 1; 2024 -2");
    // One series of months with a gap of a quarter is monthly: the line without a figure tells.
    assert_eq!(
        figures(&read(b"DATE,X\n2024-01-01,1\n2024-02-01,.\n2024-04-01,2\n"), "fred_x"),
        "2024-01 1; 2024-04 2"
    );
}

#[test]
fn several_series_have_periods_of_their_own() {
    let text = "observation_date,INDPRO,GDP\n2023-10-01,103,27.5\n2023-11-01,102.5,\n2023-12-01,.,\n2024-01-01,102,28\n";
    let document = read(text.as_bytes());
    assert_eq!(names(&document), ["us_indpro", "fred_gdp"]);
    assert_eq!(figures(&document, "us_indpro"), "2023-10 103; 2023-11 102.5; 2024-01 102");
    assert_eq!(figures(&document, "fred_gdp"), "2023Q4 27.5; 2024Q1 28");
}

#[test]
fn a_file_of_fred_is_refused_with_its_place() {
    let with =
        |lines: &str| refusal(format!("DATE,RBJPBIS\n2024-01-01,72.5\n{lines}\n2024-06-01,70\n").as_bytes());
    for bad in ["2024-02-30", "2024/02/01", "2024-2-1", "2024-02", ""] {
        let expected = format!("file.csv, line 3, field DATE: {bad:?} is not a day such as 2024-12-01");
        assert_eq!(with(&format!("{bad},1")), expected);
    }
    let later = "is not later than the day in the line before";
    assert_eq!(with("2024-01-01,1"), format!("file.csv, line 3, field DATE: \"2024-01-01\" {later}"));
    assert_eq!(with("2023-12-01,1"), format!("file.csv, line 3, field DATE: \"2023-12-01\" {later}"));
    for bad in ["-", "NaN", "1,000", "x"] {
        let expected =
            format!("file.csv, line 3, field RBJPBIS: {bad:?} is not a number, . or an empty field");
        assert_eq!(with(&format!("2024-02-01,\"{bad}\"")), expected);
    }
    assert_eq!(
        with("2024-02-01,0"),
        "file.csv, line 3, field RBJPBIS: \"0\" is not an index level, which is above 0"
    );
    assert_eq!(with("2024-02-01"), "file.csv, line 3: 1 fields, expected 2, one for each heading");
    assert_eq!(
        refusal(b"DATE,GDP\n2024-01-01,1\n"),
        "file.csv, line 1: one date for GDP, expected two or more, which tell months from quarters and years"
    );
    assert_eq!(
        refusal(b"DATE,GDP,GDP\n2024-01-01,1,1\n"),
        "file.csv, line 1: column 3: \"GDP\", expected each series once"
    );
    let long = format!("DATE,A{}\n2024-01-01,1\n", "0".repeat(70));
    assert!(refusal(long.as_bytes()).contains("expected an id of FRED such as RBJPBIS"));
}
