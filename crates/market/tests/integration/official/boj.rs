use allweather_market::{ReferencePeriod, official};
use rust_decimal::dec;

use super::{figures, names, read, refusal, shift_jis};

/// Months still to come at the end, one series that begins late.
pub(super) fn search() -> Vec<u8> {
    shift_jis(
        "データコード,FM08'FXERM07,FM09'FX180110002\n系列名称,\"東京市場　ドル・円　スポット/月中平均\",\"実質実効為替レート指数\"\n1972/12,,70.5\n1973/01,300.25,71\n1973/02,280,\n1973/03,,\n",
    )
}

pub(super) fn api() -> String {
    answer(&one("PRCG20_2200000000", "[202312,202401]", "[119.9,120]"))
}

fn answer(series: &str) -> String {
    format!(
        "{{\"STATUS\":200,\"MESSAGEID\":\"M181000I\",\"MESSAGE\":\"正常に終了しました。\",\"DATE\":\"2024-02-14T04:06:39.747+09:00\",\n\"PARAMETER\":{{\"FORMAT\":\"JSON\",\"LANG\":\"JP\",\"DB\":\"PR01\"}},\"NEXTPOSITION\":null,\n\"RESULTSET\":[{series}]}}"
    )
}

fn one(code: &str, dates: &str, values: &str) -> String {
    format!(
        "{{\"SERIES_CODE\":\"{code}\",\"NAME_OF_TIME_SERIES_J\":\"[国内企業物価指数] 総平均\",\"UNIT_J\":\"2020年=100\",\"FREQUENCY\":\"MONTHLY\",\n\"CATEGORY_J\":\"x\",\"LAST_UPDATE\":20240213,\n\"VALUES\":{{\"SURVEY_DATES\":{dates},\n\"VALUES\":{values}}}}}"
    )
}

#[test]
fn the_search_gives_series_side_by_side() {
    let document = read(&search());
    assert_eq!(names(&document), ["boj_fxerm07", "jp_reer"]);
    assert_eq!(figures(&document, "boj_fxerm07"), "1973-01 300.25; 1973-02 280");
    assert_eq!(figures(&document, "jp_reer"), "1972-12 70.5; 1973-01 71");
    let dollar = document.series("boj_fxerm07").unwrap();
    assert_eq!((dollar.code(), dollar.unit()), ("FM08'FXERM07", None));
    assert_eq!(dollar.title(), Some("東京市場　ドル・円　スポット/月中平均"));
    // Without the names, and with the columns the other way round.
    let document =
        read("データコード,FM09'FX180110002,PR01'PRCG15_2200000000\n2024/01,70,101.5\n".as_bytes());
    assert_eq!(names(&document), ["jp_reer", "jp_cgpi"]);
    assert_eq!(document.series("jp_cgpi").unwrap().title(), None);
}

#[test]
fn the_search_is_refused_with_its_place() {
    let with =
        |lines: &str| refusal(format!("データコード,FM09'FX180110002,X'Y\n系列名称,a,b\n{lines}").as_bytes());
    for month in ["2024/13", "2024/1", "24/01", "2024-01", "", "+024/01", "0000/01"] {
        let rule = "is not a month such as 2024/12";
        assert_eq!(
            with(&format!("{month},1,1\n")),
            format!("file.csv, line 3, field データコード: {month:?} {rule}")
        );
    }
    let later =
        "file.csv, line 4, field データコード: \"2024/01\" is not later than the month in the line before";
    assert_eq!(with("2024/01,1,1\n2024/01,1,1\n"), later);
    assert_eq!(with("2024/02,1,1\n2024/01,1,1\n"), later);
    assert_eq!(with("2024/01,1,-\n"), "file.csv, line 3, field X'Y: \"-\" is not a number or an empty field");
    assert_eq!(
        with("2024/01,0,1\n"),
        "file.csv, line 3, field FM09'FX180110002: \"0\" is not an index level, which is above 0"
    );
    assert_eq!(with("2024/01,1\n"), "file.csv, line 3: 2 fields, expected 3, one for each heading");
    assert_eq!(
        with(""),
        "file.csv, line 1: codes and no months, expected データコード, then codes such as FM09'FX180110002"
    );
    let codes = |codes: &str| refusal(format!("データコード,{codes}\n2024/01,1,1\n").as_bytes());
    assert_eq!(codes("A'B,"), "file.csv, line 1: column 3: \"\", expected a code such as FM09'FX180110002");
    assert_eq!(codes("A'B,a'b"), "file.csv, line 1: column 3: \"a'b\", expected each series once");
    assert_eq!(
        codes("PRCG15_2200000000,PRCG20_2200000000"),
        "file.csv, line 1: column 3: \"PRCG20_2200000000\", expected each series once"
    );
    assert!(codes(&format!("A'B,{}", "x".repeat(70))).contains("expected a code such as"));
}

#[test]
fn the_api_gives_exact_numbers_and_its_day() {
    let document = read(
        answer(&one("PRCG20_2200000000", "[196001,196002,196003]", "[48.2,null,0.10000000000000000001]"))
            .as_bytes(),
    );
    let series = document.series("jp_cgpi").unwrap();
    let month = |text: &str| text.parse::<ReferencePeriod>().unwrap();
    assert_eq!(
        series.values(),
        [(month("1960-01"), dec!(48.2)), (month("1960-03"), dec!(0.10000000000000000001))]
    );
    assert_eq!((series.code(), series.unit()), ("PRCG20_2200000000", Some("2020=100")));
    assert_eq!(series.title(), Some("[国内企業物価指数] 総平均"));
    assert_eq!(series.last_update(), "2024-02-13".parse().ok());
    // Other bases and the code with its database.
    assert_eq!(names(&read(answer(&one("PR01'PRCG25_2200000000", "[]", "[]")).as_bytes())), ["jp_cgpi"]);
    assert_eq!(
        names(&read(answer(&one("PRCGXX_2200000000", "[]", "[]")).as_bytes())),
        ["boj_prcgxx_2200000000"]
    );
    assert_eq!(names(&read(answer(&one("FX180110002", "[]", "[]")).as_bytes())), ["jp_reer"]);
    let long = answer(&one("PRCG2020_2200000000", "[]", "[]"));
    assert_eq!(names(&read(long.as_bytes())), ["boj_prcg2020_2200000000"]);
}

#[test]
fn the_english_answer_has_other_keys() {
    let english = api().replace("_J\"", "\"").replace("2020年=100", "CY2020=100");
    let series = read(english.as_bytes());
    let series = series.series("jp_cgpi").unwrap();
    assert_eq!((series.unit(), series.values().len()), (Some("2020=100"), 2));
    assert_eq!(series.title(), Some("[国内企業物価指数] 総平均"));
    // A unit that is no base year stays as it is.
    let yen = read(api().replace("2020年=100", "円").replace("PRCG20_", "FX").as_bytes());
    assert_eq!(yen.all()[0].unit(), Some("円"));
}

#[test]
fn a_unit_of_control_characters_is_none() {
    // A blank in their place was a unit, and then no unit of a release.
    for unit in ["\\u0001", "\\t \\n", ""] {
        let document = read(api().replace("2020年=100", unit).as_bytes());
        assert_eq!(document.all()[0].unit(), None, "{unit:?}");
        assert_eq!(document.vintages(None).unwrap()[0].unit(), None, "{unit:?}");
    }
    let framed = read(api().replace("2020年=100", "\\u0001円\\u0002 x\\u0003").as_bytes());
    assert_eq!(framed.all()[0].unit(), Some("円  x"));
}

#[test]
fn an_answer_in_pages_says_so() {
    let first = answer(&one("PRCG20_2200000000", "[202312]", "[119.9]"))
        .replace("\"NEXTPOSITION\":null", "\"NEXTPOSITION\":251");
    let first = read(first.as_bytes());
    assert!(first.is_incomplete());
    assert_eq!(figures(&first, "jp_cgpi"), "2023-12 119.9");
    let several = format!("{},{}", one("PRCG20_2200000000", "[202312]", "[1]"), one("X", "[202312]", "[-1]"));
    assert_eq!(names(&read(answer(&several).replace("2020年=100", "円").as_bytes())), ["jp_cgpi", "boj_x"]);
}

#[test]
fn the_api_is_refused_with_its_place() {
    let with =
        |dates: &str, values: &str| refusal(answer(&one("PRCG20_2200000000", dates, values)).as_bytes());
    assert_eq!(
        with("[202401,202402]", "[1]"),
        "file.csv, line 3: PRCG20_2200000000 with 2 SURVEY_DATES and 1 VALUES, expected a date for each value"
    );
    assert!(with("[202401]", "[1,2]").contains("with 1 SURVEY_DATES and 2 VALUES"));
    assert_eq!(
        with("[202401,\n202413]", "[1,2]"),
        "file.csv, line 6, field PRCG20_2200000000 SURVEY_DATES: \"202413\" is not a month such as 202412"
    );
    for (date, rule) in
        [("\"202401\"", "a month such as"), ("2024", "a month such as"), ("-202401", "a month such as")]
    {
        assert!(with(&format!("[{date}]"), "[1]").contains(rule), "{date}");
    }
    let later = "file.csv, line 5, field PRCG20_2200000000 SURVEY_DATES: \"202401\" is not later than the month before";
    assert_eq!(with("[202401,202401]", "[1,1]"), later);
    assert_eq!(with("[202402,202401]", "[1,1]"), later);
    let value = |value: &str| with("[202401]", &format!("[{value}]"));
    for bad in ["\"1\"", "true", "[]", "1e99", "\"\""] {
        let expected =
            format!("file.csv, line 6, field PRCG20_2200000000 of 2024-01: {bad:?} is not a number or null");
        assert_eq!(value(bad), expected);
    }
    for level in ["0", "-1.5", "0.0"] {
        let rule = "is not an index level, which is above 0";
        assert_eq!(
            value(level),
            format!("file.csv, line 6, field PRCG20_2200000000 of 2024-01: {level:?} {rule}")
        );
    }
    let twice = format!("{},{}", one("PRCG15_2200000000", "[]", "[]"), one("PRCG20_2200000000", "[]", "[]"));
    assert_eq!(
        refusal(answer(&twice).as_bytes()),
        "file.csv, line 6: SERIES_CODE \"PRCG20_2200000000\", expected each series once"
    );
    assert_eq!(refusal(answer("").as_bytes()), "file.csv, line 1: an empty RESULTSET, expected a series");
    let daily = api().replace("MONTHLY", "DAILY");
    assert_eq!(
        refusal(daily.as_bytes()),
        "file.csv, line 3, field PRCG20_2200000000 FREQUENCY: \"DAILY\" is not MONTHLY"
    );
    let update = api().replace("20240213", "20240231");
    assert_eq!(
        refusal(update.as_bytes()),
        "file.csv, line 3, field PRCG20_2200000000 LAST_UPDATE: \"20240231\" is not a day such as 20260911"
    );
    for code in ["", "'", "総平均"] {
        let expected = format!(
            "file.csv, line 3, field {code} SERIES_CODE: {code:?} is not a code such as PRCG20_2200000000"
        );
        assert_eq!(refusal(answer(&one(code, "[]", "[]")).as_bytes()), expected);
    }
    assert!(refusal(answer(&one(&"x".repeat(70), "[]", "[]")).as_bytes()).contains("is not a code such as"));
}

#[test]
fn the_banks_own_refusal_is_passed_on() {
    let error = "{\"STATUS\":400,\"MESSAGEID\":\"M181005E\",\"MESSAGE\":\"Invalid database name.\",\"DATE\":\"2024-02-14T04:06:39+09:00\"}";
    assert_eq!(
        refusal(error.as_bytes()),
        "file.csv, line 1: STATUS 400: M181005E Invalid database name., expected STATUS 200"
    );
}

#[test]
fn broken_json_is_refused_with_line_and_column() {
    let text = api();
    let cut = text.get(..text.len() - 1).unwrap();
    let message = refusal(cut.as_bytes());
    assert!(message.starts_with("file.csv, line 6: column "), "{message}");
    assert!(message.ends_with(", expected an answer of the Bank of Japan's API"), "{message}");
    let no_values = text.replace("\"VALUES\":[", "\"NUMBERS\":[");
    assert!(
        refusal(no_values.as_bytes()).starts_with("file.csv, line 6: column 22: missing field `VALUES`"),
        "{}",
        refusal(no_values.as_bytes())
    );
    let no_set = text.replace("RESULTSET", "RESULTS");
    assert!(refusal(no_set.as_bytes()).contains("missing field `RESULTSET`"));
    assert!(official::read("x", b"{\"STATUS\":200,\"MESSAGEID\":").is_err());
}
