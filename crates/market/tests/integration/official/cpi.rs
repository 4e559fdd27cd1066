use std::fmt::Write as _;

use super::{figures, names, read, refusal, shift_jis};

const HEADINGS: &str = "類・品目,総合,生鮮食品を除く総合\r\nGroup/Item,All items,\"All items, less fresh food\"\r\n類・品目符号(Group/Item code),0001,0161\r\n含類総連番(Serial number),001,733\r\nウエイト(Weight),3190396706,3064100061\r\nウエイト１万分比(Weight per 10000),10000,9604\r\n";

/// Two months without a base year.
pub(super) fn table() -> Vec<u8> {
    shift_jis(&format!("{HEADINGS}202409,107.5,\r\n202410,108,107.25\r\n"))
}

/// The same from e-Stat: the newest first, item after item.
pub(super) fn estat() -> String {
    let line = |item: &str, time: &str, value: &str| format!("1,指数,{item},00000,全国,{time},x,{value},\n");
    let heading =
        "tab_code,tab_name,cat01_code,cat01_name,area_code,area_name,time_code,time_name,value,unit\n";
    let lines = [
        line("0001,0001 総合", "2024001010", "108"),
        line("0001,0001 総合", "2024000909", "107.5"),
        line("0161,0161 生鮮食品を除く総合", "2024001010", "107.25"),
        line("0161,0161 生鮮食品を除く総合", "2024000909", ""),
    ];
    format!("{heading}{}", lines.concat())
}

/// Twelve months of all items that average to `tenths` / 10, in each of the years.
fn years(years: &[(i32, i32)]) -> Vec<u8> {
    let mut text = HEADINGS.to_owned();
    for (year, tenths) in years {
        for month in 1..=12 {
            // Around the mean, six months above and six below.
            let level = tenths + if month % 2 == 0 { month } else { -month - 1 };
            write!(text, "{year}{month:02},{}.{},99\r\n", level / 10, level % 10).unwrap();
        }
    }
    shift_jis(&text)
}

#[test]
fn items_are_found_by_their_code() {
    let document = read(&table());
    assert_eq!(names(&document), ["jp_cpi", "jp_cpi_0161"]);
    assert_eq!(figures(&document, "jp_cpi"), "2024-09 107.5; 2024-10 108");
    assert_eq!(figures(&document, "jp_cpi_0161"), "2024-10 107.25");
    let second = document.series("jp_cpi_0161").unwrap();
    assert_eq!(
        (second.code(), second.title(), second.unit()),
        ("0161", Some("All items, less fresh food"), None)
    );
    // In other places, with fewer headings.
    let other =
        "類・品目,生鮮食品を除く総合,総合\r\n類・品目符号(Group/Item code),0161,0001\r\n202410,2,1\r\n";
    let document = read(&shift_jis(other));
    assert_eq!(figures(&document, "jp_cpi"), "2024-10 1");
    assert_eq!(document.series("jp_cpi").unwrap().title(), Some("総合"));
}

#[test]
fn estat_gives_the_same_series() {
    let (table, estat) = (read(&table()), read(estat().as_bytes()));
    for name in ["jp_cpi", "jp_cpi_0161"] {
        assert_eq!(figures(&table, name), figures(&estat, name));
    }
    assert_eq!(names(&estat), ["jp_cpi", "jp_cpi_0161"]);
    assert_eq!(estat.series("jp_cpi").unwrap().title(), Some("0001 総合"));
    assert_eq!(estat.series("jp_cpi").unwrap().unit(), None);
    let stated = super::cpi::estat().replace(",108,\n", ",108,2020年=100\n");
    assert_eq!(read(stated.as_bytes()).series("jp_cpi").unwrap().unit(), Some("2020=100"));
}

#[test]
fn the_base_is_the_year_whose_months_average_to_100() {
    let unit = |bytes: &[u8]| {
        let document = read(bytes);
        let unit = document.series("jp_cpi").unwrap().unit().map(str::to_owned);
        assert!(
            document.all().iter().all(|series| series.unit().map(str::to_owned) == unit),
            "one base a table"
        );
        unit
    };
    assert_eq!(
        unit(&years(&[(2015, 985), (2016, 1000), (2020, 1000), (2021, 998)])),
        Some("2020=100".into())
    );
    assert_eq!(unit(&years(&[(2015, 1000), (2020, 1018)])), Some("2015=100".into()));
    assert_eq!(unit(&years(&[(2020, 1001)])), None, "100.1");
    assert_eq!(unit(&years(&[(2019, 1000), (2021, 1000)])), None, "no year of a base");
    assert_eq!(unit(&years(&[(2015, 1000), (2020, 1000)])), None, "which of them?");
    let mut eleven = years(&[(2020, 1000)]);
    eleven.truncate(eleven.len() - "202012,101.2,99\r\n".len());
    assert_eq!(unit(&eleven), None, "not the whole year");
    let high = (1..=11).map(|m| format!("2020{m:02},109.1,99\r\n")).collect::<Vec<_>>().concat();
    assert_eq!(unit(&shift_jis(&format!("{HEADINGS}{high}"))), None, "a twelfth of eleven months");
    // From 99.95 on it is 100.0 at one decimal.
    let with = |first: &str| {
        let months = (2..=12).map(|m| format!("2020{m:02},100,99\r\n")).collect::<Vec<_>>().concat();
        shift_jis(&format!("{HEADINGS}202001,{first},99\r\n{months}"))
    };
    assert_eq!(unit(&with("99.4")), Some("2020=100".into()));
    assert_eq!(unit(&with("99.3")), None);
    assert_eq!(unit(&with("100.5")), Some("2020=100".into()));
    assert_eq!(unit(&with("100.6")), None);
}

#[test]
fn the_table_is_refused_with_its_place() {
    let with = |lines: &str| refusal(&shift_jis(&format!("{HEADINGS}{lines}")));
    let month = "is not a month such as 202412";
    for bad in ["202413", "+02410", "2024001", "2024-1", "2024.1", "20241"] {
        let expected = format!("file.csv, line 8, field month: {bad:?} {month}");
        assert_eq!(with(&format!("202409,1,1\r\n{bad},1,1\r\n202411,1,1\r\n")), expected);
    }
    let later = "file.csv, line 8, field month: \"202409\" is not later than the month in the line before";
    assert_eq!(with("202409,1,1\r\n202409,1,1\r\n"), later);
    assert_eq!(with("202410,1,1\r\n202409,1,1\r\n"), later);
    for bad in ["-", "***", "1,5", "x", "NaN"] {
        let expected = format!("file.csv, line 7, field 0161: {bad:?} is not a number or an empty field");
        assert_eq!(with(&format!("202409,1,\"{bad}\"\r\n")), expected);
    }
    assert_eq!(
        with("202409,0.0,1\r\n"),
        "file.csv, line 7, field 0001: \"0.0\" is not an index level, which is above 0"
    );
    assert_eq!(with("202409,1\r\n"), "file.csv, line 7: 2 fields, expected 3, one for each heading");
    assert_eq!(with(""), "file.csv, line 3: codes and no months, expected a line a month");
    let headings =
        |from: &str, to: &str| refusal(&shift_jis(&format!("{HEADINGS}202409,1,1\r\n").replace(from, to)));
    assert_eq!(
        headings("類・品目符号(Group/Item code)", "符号"),
        "file.csv, line 1: \"類・品目\" and no line of codes, expected 類・品目符号(Group/Item code)"
    );
    assert_eq!(
        headings("0001,0161", "0002,0161"),
        "file.csv, line 3: no code 0001, expected all items, 総合, among the codes"
    );
    assert_eq!(
        headings("0001,0161", "0001,0001"),
        "file.csv, line 3: column 3: \"0001\", expected each item once"
    );
    for bad in ["161", "01610", "A161", ""] {
        let expected =
            format!("file.csv, line 3: column 3: {bad:?}, expected a code of four digits, such as 0001");
        assert_eq!(headings("0001,0161", &format!("0001,{bad}")), expected);
    }
}

#[test]
fn estat_is_refused_with_its_place() {
    let with = |from: &str, to: &str| refusal(estat().replacen(from, to, 1).as_bytes());
    assert_eq!(
        with("2024000909,", "2024000000,"),
        "file.csv, line 3, field time_code: \"2024000000\" is not a month such as 2024001212"
    );
    for bad in ["2024001009", "2024011010", "20240010", "202400101０", "2024001313"] {
        let expected =
            format!("file.csv, line 2, field time_code: {bad:?} is not a month such as 2024001212");
        assert_eq!(with("2024001010", bad), expected);
    }
    assert_eq!(
        with("2024000909", "2024001010"),
        "file.csv, line 3, field time_code: \"2024001010\" is not a month that the item did not have before"
    );
    assert_eq!(
        with("指数", "前年同月比"),
        "file.csv, line 2, field tab_name: \"前年同月比\" is not 指数, the index"
    );
    assert_eq!(
        with("00000", "13100"),
        "file.csv, line 2, field area_code: \"13100\" is not 00000, the whole country"
    );
    assert_eq!(
        with(",108,", ",-,"),
        "file.csv, line 2, field value: \"-\" is not a number or an empty field"
    );
    assert_eq!(
        with(",108,", ",-108,"),
        "file.csv, line 2, field value: \"-108\" is not an index level, which is above 0"
    );
    assert_eq!(with(",108,", ",108"), "file.csv, line 2: 9 fields, expected 10, one for each heading");
    assert_eq!(
        with("cat01_name", "name"),
        "file.csv, line 1: no heading \"cat01_name\", expected tab_name, cat01_code, cat01_name, area_code, time_code, value"
    );
    assert_eq!(
        with("0001,", ","),
        "file.csv, line 2, field cat01_code: \"\" is not a code of an item, such as 0001"
    );
    let twice = estat().replacen("0161,", "a-1,", 1).replacen("0161,", "a_1,", 1);
    assert_eq!(
        refusal(twice.as_bytes()),
        "file.csv, line 1: the code \"a_1\", expected codes that differ in letters or digits"
    );
    let none = estat().lines().next().unwrap().to_owned();
    assert_eq!(
        refusal(none.as_bytes()),
        "file.csv, line 1: headings and no figures, expected a line a figure"
    );
}
