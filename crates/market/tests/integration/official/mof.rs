use super::{figures, names, read, refusal, shift_jis};

const TITLE: &str = "国債金利情報,,,(単位 : %)\r\n";
const HEADINGS: &str = "基準日,1年,10年,40年\r\n";

/// Across the change of eras, with a negative yield, dropped zeros and a maturity that begins late.
pub(super) fn history() -> Vec<u8> {
    shift_jis(&format!(
        "{TITLE}{HEADINGS}S49.9.24,9.5,-,-\r\nS64.1.7,4.125,5,-\r\nH1.1.9,4.2,5.05,-\r\nH31.4.26,-0.17,-0.045,0.6\r\nR1.5.7,-0.16,-0.05,0.575\r\n"
    ))
}

/// The month in the title, two lines of junk below.
pub(super) fn current_month() -> Vec<u8> {
    shift_jis(&format!(
        "国債金利情報 (令和7年10月),,,(単位 : %)\r\n{HEADINGS}R7.10.1,0.72,1.65,3.4\r\nR7.10.2,0.73,-,3.41\r\n,,,\r\n※最新のcsvデータがダウンロードできない場合、一時ファイルを削除してください。\r\n"
    ))
}

pub(super) fn english() -> Vec<u8> {
    b"Interest Rate,,,(Unit : %)\r\nDate,1Y,10Y,40Y\r\n1974/9/24,9.5,-,-\r\n2024/12/30,0.45,1.1,2.6\r\n"
        .to_vec()
}

/// The history file with one line more, below headings.
fn with_line(line: &str) -> String {
    refusal(&shift_jis(&format!("{TITLE}{HEADINGS}S64.1.6,4.1,5,-\r\n{line}\r\nH31.4.26,1,2,3\r\n")))
}

#[test]
fn the_history_is_read_to_the_last_digit() {
    let document = read(&history());
    assert_eq!(names(&document), ["jgb_1y", "jgb_10y", "jgb_40y"]);
    let one = "1974-09-24 9.5; 1989-01-07 4.125; 1989-01-09 4.2; 2019-04-26 -0.17; 2019-05-07 -0.16";
    assert_eq!(figures(&document, "jgb_1y"), one);
    assert_eq!(figures(&document, "jgb_40y"), "2019-04-26 0.6; 2019-05-07 0.575");
    let ten = document.series("jgb_10y").unwrap();
    assert_eq!(
        (ten.code(), ten.title(), ten.unit(), ten.last_update()),
        ("10年", None, Some("percent"), None)
    );
}

#[test]
fn the_current_month_ends_in_junk() {
    let document = read(&current_month());
    assert_eq!(figures(&document, "jgb_10y"), "2025-10-01 1.65");
    assert_eq!(figures(&document, "jgb_40y"), "2025-10-01 3.4; 2025-10-02 3.41");
}

#[test]
fn the_english_file_and_copies_without_a_title_are_read() {
    let document = read(&english());
    assert_eq!(figures(&document, "jgb_1y"), "1974-09-24 9.5; 2024-12-30 0.45");
    assert_eq!(document.series("jgb_10y").unwrap().code(), "10Y");
    let copy = "基準日,10年,1年\nR7.10.1,1.65,0.72\n";
    assert_eq!(figures(&read(copy.as_bytes()), "jgb_10y"), "2025-10-01 1.65");
    assert_eq!(figures(&read(b"Date,10Y\n2024/12/30,1.1\n"), "jgb_10y"), "2024-12-30 1.1");
}

#[test]
fn maturities_are_found_by_their_headings() {
    let document = read(&shift_jis("国債金利情報,,,(単位 : %)\r\n基準日,40年,50年,1年\r\nR8.1.5,3,4,1\r\n"));
    assert_eq!(names(&document), ["jgb_40y", "jgb_50y", "jgb_1y"]);
    assert_eq!(figures(&document, "jgb_1y"), "2026-01-05 1");
    let headings =
        |line: &str| refusal(&shift_jis(&format!("国債金利情報,,(単位 : %)\r\n{line}\r\nR8.1.5,1,2\r\n")));
    assert_eq!(
        headings("基準日,1年,変動"),
        "file.csv, line 2: column 3: \"変動\", expected a maturity such as 10年 or 10Y"
    );
    assert_eq!(
        headings("基準日,1年,1年"),
        "file.csv, line 2: column 3: \"1年\", expected each maturity once"
    );
    assert_eq!(headings("基準日,1年,1Y"), "file.csv, line 2: column 3: \"1Y\", expected each maturity once");
    for label in ["年", "0年", "-1年", "+1年", "1.5年", "1000年", ""] {
        assert!(headings(&format!("基準日,1年,{label}")).contains("expected a maturity"), "{label}");
    }
    assert_eq!(
        headings("日付,1年,2年"),
        "file.csv, line 1: \"国債金利情報\" and no line of headings, expected 基準日 or Date, then maturities such as 10年 or 10Y"
    );
    assert!(
        refusal(&shift_jis(&format!("{TITLE}注\r\n{HEADINGS}R8.1.5,1,2,3\r\n")))
            .contains("no line of headings")
    );
    assert_eq!(
        refusal(&shift_jis(&format!("{TITLE}{HEADINGS},,,\r\n"))),
        "file.csv, line 2: headings and no yields, expected 基準日 or Date, then maturities such as 10年 or 10Y"
    );
    assert_eq!(
        refusal(&shift_jis("国債金利情報,(単位 : bp)\r\n基準日,1年\r\nR8.1.5,1\r\n")),
        "file.csv, line 1: column 2: \"(単位 : bp)\", expected percent, (単位 : %) or (Unit : %)"
    );
}

#[test]
fn a_day_lies_within_its_era() {
    let day = |text: &str| {
        read(format!("基準日,1年\n{text},1\n").as_bytes()).series("jgb_1y").unwrap().values()[0].0
    };
    for (text, expected) in [
        ("S1.12.25", "1926-12-25"),
        ("S64.1.7", "1989-01-07"),
        ("H1.1.8", "1989-01-08"),
        ("H12.2.29", "2000-02-29"),
        ("H31.4.30", "2019-04-30"),
        ("R1.5.1", "2019-05-01"),
        ("R06.01.04", "2024-01-04"),
        ("1974/9/24", "1974-09-24"),
    ] {
        assert_eq!(day(text).to_string(), expected);
    }
    for text in [
        "S64.1.8",
        "S1.12.24",
        "S0.1.1",
        "H1.1.7",
        "H31.5.1",
        "R1.4.30",
        "R6.2.30",
        "R6.13.1",
        "R6.0.1",
        "R100.1.1",
        "R6.12",
        "R6.12.30.1",
        "R6.12.",
        "R.1.1",
        "R6.+1.1",
        "r6.1.4",
        "Ｒ6.1.4",
        "M45.7.29",
        "T15.12.24",
        "X1.1.1",
        "2024/13/1",
        "24/1/4",
        "0000/1/1",
        "2024-01-04",
        "-001/1/1",
        "+974/9/24",
    ] {
        let expected = format!(
            "file.csv, line 2, field 基準日: {text:?} is not a day such as R6.12.30 (eras S, H and R, within the era) or 2024/12/30"
        );
        assert_eq!(refusal(format!("基準日,1年\n{text},1\n").as_bytes()), expected);
    }
}

#[test]
fn what_is_wrong_in_the_middle_is_refused_with_its_place() {
    const DAY: &str = "is not a day such as R6.12.30 (eras S, H and R, within the era) or 2024/12/30";
    assert_eq!(with_line("H1.2.30,1,2,3"), format!("file.csv, line 4, field 基準日: \"H1.2.30\" {DAY}"));
    assert_eq!(with_line("※注,,,"), format!("file.csv, line 4, field 基準日: \"※注\" {DAY}"));
    assert_eq!(with_line(",,,"), format!("file.csv, line 4, field 基準日: \"\" {DAY}"));
    let later = "is not later than the day in the line before";
    assert_eq!(with_line("S64.1.6,1,2,3"), format!("file.csv, line 4, field 基準日: \"S64.1.6\" {later}"));
    assert_eq!(
        with_line("S63.12.28,1,2,3"),
        format!("file.csv, line 4, field 基準日: \"S63.12.28\" {later}")
    );
    assert_eq!(with_line("H1.1.9,1,2"), "file.csv, line 4: 3 fields, expected 4, one for each heading");
    assert_eq!(with_line("H1.1.9,1,2,3,4"), "file.csv, line 4: 5 fields, expected 4, one for each heading");
    for bad in ["", "--", "1.2.3", "1e2", ".5", "5.", "+1", "1_0", "NaN", "１", "***", ".", "0x1"] {
        let expected = format!("file.csv, line 4, field 10年: {bad:?} is not a number of percent or -");
        assert_eq!(with_line(&format!("H1.1.9,1,{bad},3")), expected);
    }
}

#[test]
fn a_file_that_was_cut_off_is_refused() {
    // A day at the end is no junk, even if nothing is left behind it.
    for line in ["R1.5.8", "R1.5.8,1", "R1.5.8,,,"] {
        let mut bytes = history();
        bytes.extend(line.as_bytes());
        assert!(refusal(&bytes).starts_with("file.csv, line 8"), "{line}");
    }
    let mut bytes = history();
    bytes.extend(b"R1.5.32,1,2,3\r\n");
    assert!(refusal(&bytes).starts_with("file.csv, line 8, field 基準日: \"R1.5.32\""));
}

#[test]
fn lines_are_counted_as_an_editor_counts_them() {
    // An empty line counts; where CR alone ends lines it cannot be told from CR CR LF.
    for (end, empty) in [("\n", "\n"), ("\r\n", "\r\n"), ("\r\r\n", "\r\r\n"), ("\r", "R8.1.5,1\r")] {
        let text = format!("基準日,1年{end}R8.1.4,1{end}{empty}R8.1.6,x{end}");
        let message = refusal(text.as_bytes());
        assert!(message.starts_with("file.csv, line 4, field 1年"), "{end:?}: {message}");
    }
}
