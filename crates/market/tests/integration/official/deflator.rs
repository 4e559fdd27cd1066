use super::{figures, names, read, refusal, shift_jis};

const HEADINGS: &str = "四半期デフレーター季節調整系列,,,,,(2015暦年＝100),\r\r\n\"Deflators, Seasonally Adjusted Series\",,,,, (Calendar Year of 2015 = 100),\r\r\n,民間最終消費支出,国内総生産(支出側),民間在庫変動,,公的需要,\r\r\n,家計最終消費支出,,,,,\r\r\n,PrivateConsumption,GDP(Expenditure Approach),Changein PrivateInventories,,PublicDemand,\r\r\n";
const NOTES: &str = "＊四半期デフレーター季節調整系列＝（名目季節調整系列 / 実質季節調整系列）×１００,,,,,,\r\r\n,,,,,,\r\r\n";

/// Blanks behind values, the year on its first quarter, notes; domestic product in another column than today.
pub(super) fn table() -> Vec<u8> {
    let lines = "1980/ 1- 3.,83.1 ,91.5 ,***,,81.8 ,\r\r\n4- 6.,84.6 ,93 ,***,,83.5 ,\r\r\n7- 9.,85 ,*** ,***,,84 ,\r\r\n10-12.,86.6 ,\"1,095.4 \",***,,86.4 ,\r\r\n1981/ 1- 3.,87 ,96.0 ,***,,87 ,\r\r\n";
    shift_jis(&format!("{HEADINGS}{lines}{NOTES}"))
}

fn with(lines: &[&str]) -> String {
    refusal(&with_lines(lines))
}

fn with_lines(lines: &[&str]) -> Vec<u8> {
    shift_jis(&format!("{HEADINGS}{}\r\r\n{NOTES}", lines.join("\r\r\n")))
}

#[test]
fn domestic_product_is_found_by_its_heading() {
    let document = read(&table());
    assert_eq!(names(&document), ["jp_gdp_deflator"]);
    assert_eq!(figures(&document, "jp_gdp_deflator"), "1980Q1 91.5; 1980Q2 93; 1980Q4 1095.4; 1981Q1 96.0");
    let series = &document.all()[0];
    assert_eq!((series.code(), series.unit()), ("国内総生産(支出側)", Some("2015=100")));
    assert_eq!(series.title(), Some("GDP (Expenditure Approach)"));
}

#[test]
fn the_base_year_is_that_of_the_headings() {
    let with =
        |from: &str, to: &str| shift_jis(&format!("{HEADINGS}1980/ 1- 3.,1,2,3,,5,\r\r\n").replace(from, to));
    let unit = |bytes: &[u8]| read(bytes).all()[0].unit().map(str::to_owned);
    assert_eq!(unit(&with("2015", "2020")), Some("2020=100".into()));
    assert_eq!(unit(&with("(2015暦年＝100)", "")), Some("2015=100".into()), "in English too");
    for none in ["2015年度＝100", "2015＝1000", "12015=100", "2015=99", "x=100"] {
        let bytes = shift_jis(
            &format!("{HEADINGS}1980/ 1- 3.,1,2,3,,5,\r\r\n")
                .replace("(2015暦年＝100)", none)
                .replace(" (Calendar Year of 2015 = 100)", ""),
        );
        assert_eq!(unit(&bytes), None, "{none}");
    }
    assert_eq!(
        refusal(&with("2015暦年", "2020暦年")),
        "file.csv, line 2: column 6: \"(Calendar Year of 2015 = 100)\", expected one base year"
    );
}

#[test]
fn other_tables_of_the_office_are_not_taken_for_it() {
    let original =
        String::from("四半期デフレーター原系列,(2015暦年＝100)\r\n,国内総生産(支出側)\r\n1980/ 1- 3.,1\r\n");
    assert_eq!(
        refusal(&shift_jis(&original)),
        "file.csv, line 1: column 1: \"四半期デフレーター原系列\", expected a seasonally adjusted series, 季節調整系列"
    );
    let adjusted = original.replace("原系列", "季節調整系列");
    assert_eq!(figures(&read(&shift_jis(&adjusted)), "jp_gdp_deflator"), "1980Q1 1");
    assert_eq!(
        refusal(&shift_jis(&adjusted.replace("国内総生産", "国民総所得"))),
        "file.csv, line 1: headings without gross domestic product, expected a column 国内総生産(支出側), GDP (Expenditure Approach)"
    );
    let two = "四半期デフレーター季節調整系列,,\r\n,国内総生産(支出側),GDP(Expenditure Approach)\r\n1980/ 1- 3.,1,2\r\n";
    assert_eq!(
        refusal(&shift_jis(two)),
        "file.csv, line 2: column 3: \"GDP(Expenditure Approach)\", expected one column of this name"
    );
    assert_eq!(
        refusal(&shift_jis("四半期デフレーター季節調整系列,\r\n,国内総生産(支出側)\r\n")),
        "file.csv, line 1: a title and no quarters, expected a line a quarter"
    );
}

#[test]
fn quarters_follow_one_another() {
    let next = "is not the quarter after that in the line before";
    let first = "1980/ 1- 3.,1,2,3,,5,";
    assert_eq!(
        with(&[first, "7- 9.,1,2,3,,5,"]),
        format!("file.csv, line 7, field quarter: \"7- 9.\" {next}")
    );
    assert_eq!(
        with(&[first, "1982/ 1- 3.,1,2,3,,5,"]),
        format!("file.csv, line 7, field quarter: \"1982/ 1- 3.\" {next}")
    );
    assert_eq!(with(&[first, first]), format!("file.csv, line 7, field quarter: \"1980/ 1- 3.\" {next}"));
    let year = "is not a quarter with its year, such as 1980/ 1- 3.";
    assert_eq!(with(&["4- 6.,1,2,3,,5,"]), format!("file.csv, line 6, field quarter: \"4- 6.\" {year}"));
    let year_left_out = with(&["1980/ 10-12.,1,2,3,,5,", "1- 3.,1,2,3,,5,"]);
    assert_eq!(year_left_out, format!("file.csv, line 7, field quarter: \"1- 3.\" {year}"));
    let label = "is not a quarter such as 1980/ 1- 3. or 4- 6.";
    for bad in ["1980/ 1- 4.", "80/ 1- 3.", "+980/ 4- 6.", "5- 8.", "1981/", "1980Q2"] {
        assert_eq!(
            with(&[first, &format!("{bad},1,2,3,,5,")]),
            format!("file.csv, line 7, field quarter: {bad:?} {label}")
        );
    }
    assert_eq!(
        with(&["0000/ 1- 3.,1,2,3,,5,"]),
        "file.csv, line 6, field quarter: \"0000/ 1- 3.\" is not a quarter of the years 1 to 9999"
    );
    assert!(read(&with_lines(&["9999/ 10-12.,1,2,3,,5,"])).all()[0].values().len() == 1);
    assert!(with(&["9999/ 10-12.,1,2,3,,5,", "9999/ 10-12.,1,2,3,,5,"]).contains(next));
}

#[test]
fn a_value_is_refused_with_its_place() {
    for bad in ["", "-", "...", "1,09.5", "10,95", ",123", "1,234,56", "1,2345", "1.234,567", "1 2", "NaN"] {
        let expected = format!("file.csv, line 6, field 国内総生産(支出側): {bad:?} is not a number or ***");
        assert_eq!(with(&[&format!("1980/ 1- 3.,1,\"{bad}\",3,,5,")]), expected);
    }
    assert_eq!(
        with(&["1980/ 1- 3.,1,-1,3,,5,"]),
        "file.csv, line 6, field 国内総生産(支出側): \"-1\" is not an index level, which is above 0"
    );
    assert_eq!(with(&["1980/ 1- 3.,1,2"]), "file.csv, line 6: 3 fields, expected 7, one for each heading");
}
