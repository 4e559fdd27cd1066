use allweather_core::{Currency, Month};
use allweather_market::{Frequency, Instrument, MonthlySeries, PricePanel, SpotPanel, rates_from_csv};
use proptest::prelude::*;

fn refusal(text: &str) -> String {
    PricePanel::from_csv("assets.csv", text).unwrap_err().to_string()
}

#[test]
fn a_refused_field_is_named_with_file_line_and_rule() {
    for bad in ["-5", "0", "NaN", "inf", "1e999", "abc", "1,5"] {
        let text = format!("month,gold_usd\n1980-01,653\n1980-02,\"{bad}\"\n");
        let message = refusal(&text);
        for part in ["assets.csv", "line 3", "gold_usd", bad, "a positive number or an empty field"] {
            assert!(message.contains(part), "{message} lacks {part}");
        }
    }
}

#[test]
fn dates_must_increase_month_by_month() {
    assert!(
        refusal("month,gold_usd\n1980-02,1\n1980-01,1\n")
            .contains("line 3, field month: \"1980-01\" is not later")
    );
    assert!(refusal("month,gold_usd\n1980-02,1\n1980-02,1\n").contains("line 3"));
    assert!(
        refusal("month,gold_usd\n1980-01,1\n1980-03,1\n")
            .contains("line 3, field month: \"1980-03\" is not the month after")
    );
    assert!(refusal("month,gold_usd\n1980-13,1\n").contains("1980-13"));
    assert!(refusal("date,gold_usd\n1980-01-31,1\n1980-01-31,1\n").contains("line 3"));
    // Daily panels may skip days.
    assert!(PricePanel::from_csv("d.csv", "date,gold_usd\n1980-01-04,1\n1980-01-07,1\n").is_ok());
}

#[test]
fn headings_say_name_and_currency() {
    assert!(refusal("month,gold\n1980-01,1\n").contains("such as us_equity_usd"));
    assert!(refusal("month,gold_dollars\n1980-01,1\n").contains("gold_dollars"));
    assert!(refusal("month,gold_USD\n1980-01,1\n").contains("gold_USD"));
    assert!(
        refusal("month,gold_usd,gold_jpy\n1980-01,1,1\n")
            .contains("line 1: heading \"gold_jpy\", expected a name of its own")
    );
    assert!(refusal("month,gold_usd,gold_usd\n1980-01,1,1\n").contains("gold_usd"));
    assert!(
        refusal("monat,gold_usd\n1980-01,1\n").contains("line 1: heading \"monat\", expected month or date")
    );
    assert!(refusal("month;gold_usd\n1980-01;1\n").contains("separated by commas"));
    assert!(refusal("month,gold_usd\n1980-01,1,2\n").contains("line 2: 3 fields, expected 2"));
    assert!(refusal("month,gold_usd\n").contains("no line below the heading"));
    assert!(PricePanel::from_csv("e.csv", "").is_err());
    assert!(
        SpotPanel::from_csv("fx.csv", "month,dollars\n1980-01,1\n", Currency::JPY)
            .unwrap_err()
            .to_string()
            .contains("dollars")
    );
    assert!(
        SpotPanel::from_csv("fx.csv", "month,jpy\n1980-01,1\n", Currency::JPY)
            .unwrap_err()
            .to_string()
            .contains("line 1: heading \"jpy\", expected a foreign currency")
    );
}

#[test]
fn statistics_know_their_columns() {
    let error = |text: &str| MonthlySeries::from_csv("y.csv", text, ["y1_pct"]).unwrap_err().to_string();
    assert!(error("month,y1_pct,y9_pct\n1980-01,1,2\n").contains("unknown heading \"y9_pct\""));
    assert!(error("month,other\n1980-01,1\n").contains("other"));
    assert!(error("month\n1980-01\n").contains("no heading \"y1_pct\""));
    assert!(error("month,y1_pct\n1980-01,1\n1980-03,1\n").contains("line 3"));
    assert!(error("date,y1_pct\n1980-01,1\n").contains("line 1: heading \"date\", expected month"));
    assert!(error("month,y1_pct\n1980-01,x\n").contains("line 2, field y1_pct: \"x\""));
}

#[test]
fn short_rates_are_read_in_long_form() {
    let text = "month,currency,rate_pct,basis\n1980-01,USD,13.39,interbank_3m\n1980-03,USD,17.0,interbank_3m\n1980-01,JPY,-0.5,policy\n";
    let rates = rates_from_csv("rates.csv", text).unwrap();
    assert_eq!(rates[&Currency::USD].values(), [Some(0.1339), None, Some(0.17)]);
    assert_eq!(rates[&Currency::JPY].values(), [Some(-0.005)]);
    let error = |line: &str| rates_from_csv("rates.csv", &format!("{text}{line}\n")).unwrap_err().to_string();
    assert!(error("1980-03,USD,1,policy").contains("line 5, field month"));
    assert!(error("1980-04,usd,1,policy").contains("line 5, field currency"));
    assert!(error("1980-04,USD,,policy").contains("line 5, field rate_pct"));
    assert!(error("1980-04,USD,1,").contains("line 5, field basis"));
}

#[test]
fn gaps_are_listed_series_by_series() {
    let panel =
        PricePanel::from_csv("a.csv", "month,a_usd,b_jpy\n1980-01,1,\n1980-02,1,2\n1980-03,,2\n1980-04,1,\n")
            .unwrap();
    let market = allweather_market::Market::new(Currency::JPY, panel).with_statistic(
        "late",
        MonthlySeries::new(Month::new(1980, 3).unwrap(), vec![Some(1.0); 5]).unwrap(),
    );
    let gaps: Vec<String> = market.gaps().iter().map(ToString::to_string).collect();
    assert_eq!(
        gaps,
        [
            "a: none from 1980-03 to 1980-03",
            "b: none from 1980-01 to 1980-01",
            "b: none from 1980-04 to 1980-04",
            "statistic late: none from 1980-01 to 1980-02",
        ]
    );
}

#[test]
fn a_panel_refuses_what_is_not_a_panel() {
    let january = Month::new(1980, 1).unwrap();
    let gold = || Instrument { id: "gold".parse().unwrap(), currency: Currency::USD };
    let new = |dates: Vec<_>, levels| PricePanel::new(Frequency::Monthly, dates, vec![(gold(), levels)]);
    assert!(new(vec![], vec![]).is_err());
    assert!(new(vec![january.first_day()], vec![Some(1.0)]).is_err(), "not a month end");
    assert!(new(vec![january.last_day()], vec![Some(f64::NAN)]).is_err());
    assert!(new(vec![january.last_day()], vec![]).is_err());
    assert!(new(vec![chrono::NaiveDate::MAX], vec![Some(1.0)]).is_err());
    assert!(MonthlySeries::new(january, vec![Some(f64::INFINITY)]).is_err());
    assert!(MonthlySeries::new(january, vec![]).is_err());
}

proptest! {
    #[test]
    fn no_text_makes_a_reader_panic(text in "[\\x00-\\x7f日\u{feff}]{0,200}") {
        let _ = PricePanel::from_csv("x", &text);
        let _ = SpotPanel::from_csv("x", &text, Currency::JPY);
        let _ = MonthlySeries::from_csv("x", &text, ["a"]);
        let _ = MonthlySeries::by_currency_from_csv("x", &text);
        let _ = rates_from_csv("x", &text);
    }

    #[test]
    fn lines_that_look_right_never_panic(lines in prop::collection::vec("(1980|9999|0001)-(01|02|12|13),(USD|usd|),?[-0-9.eE]{0,9},?(x|)", 0..8)) {
        let body = lines.join("\n");
        let _ = PricePanel::from_csv("x", &format!("month,a_usd\n{body}"));
        let _ = rates_from_csv("x", &format!("month,currency,rate_pct,basis\n{body}"));
        let _ = MonthlySeries::from_csv("x", &format!("month,a\n{body}"), ["a"]);
    }
}
