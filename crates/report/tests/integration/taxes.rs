//! The page of taxes.

use allweather_core::{Currency, Money};
use allweather_costs::fills::{CashKind, CashMovement, Taxed};
use allweather_market::{Market, PricePanel, Vintages};
use allweather_portfolio::{Record, Spec, rfr::RateHistory, simulate};
use allweather_report::{Language, Report, Sources};
use allweather_taxes::{AddBack, withheld};
use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::runs::{number, page, same, sound, table};

fn market() -> Market {
    let text =
        "month,a_jpy,b_jpy\n2020-11,100,100\n2020-12,90,110\n2021-01,80,100\n2021-02,95,105\n2021-03,70,90\n";
    Market::new(Currency::JPY, PricePanel::from_csv("prices.csv", text).unwrap())
}

fn record(market: &Market, programme: &str) -> Record {
    let spec = format!(
        r#"{{"name":"taxed","capital":1000000,"holdings":[{{"asset":"a","weight":0.6}},{{"asset":"b","weight":0.4}}],
            "rule":{{"calendar":{{"every":"month","on":"end"}}}},"costs":{{"proportional":"0.002"}}{programme}}}"#
    );
    simulate(&Spec::from_json(&spec).unwrap(), market, &RateHistory::default()).unwrap()
}

fn taxes() -> Vec<CashMovement> {
    let tax = |year, taxed, amount: i64, currency, country: Option<&str>| {
        let date = NaiveDate::from_ymd_opt(year, 3, 20).unwrap();
        let money = Money::new(Decimal::from(amount), currency);
        let mut movement = CashMovement::new(date, CashKind::WithheldTax(taxed), money);
        movement.country = country.map(str::to_owned);
        movement
    };
    vec![
        tax(2020, Taxed::Dividend, -15, Currency::USD, Some("US")),
        tax(2020, Taxed::Dividend, 5, Currency::USD, Some("US")),
        tax(2020, Taxed::CapitalGain, -20315, Currency::JPY, Some("JP")),
        tax(2021, Taxed::Interest, -7, Currency::JPY, None),
    ]
}

#[test]
fn a_run_without_taxes_has_no_page() {
    let (market, nothing) = (market(), Vintages::new());
    let record = record(&market, "");
    let report = Report::new(&record, &Sources::new(&market, &nothing).with_weathers(Vec::new())).unwrap();
    assert!(report.pages().iter().all(|page| page.id != "taxes"));
}

#[test]
fn losses_are_those_of_the_record() {
    let (market, nothing) = (market(), Vintages::new());
    let record = record(&market, r#","loss_realisation":{"tax_rate":"0.2"}"#);
    let sources = Sources::new(&market, &nothing).with_weathers(Vec::new());
    let report = Report::new(&record, &sources).unwrap();
    sound(page(&report, "taxes"));
    let (mut loss, mut cost) = ([0.0; 2], [0.0; 2]);
    for step in record.steps() {
        let place = usize::from(step.month.year().number() == 2021);
        for line in step.losses {
            loss[place] += line.loss;
            cost[place] += line.cost;
        }
    }
    assert!(loss.iter().chain(&cost).all(|sum| *sum > 0.0));
    let years = table(&report, "losses_by_year");
    for row in 0..2 {
        same(number(years, row, "loss"), Some(loss[row]));
        same(number(years, row, "cost"), Some(cost[row]));
        same(number(years, row, "put_off"), Some(0.2 * loss[row]));
        same(number(years, row, "net"), Some(0.2 * loss[row] - cost[row]));
    }
    let assets = table(&report, "losses_by_asset");
    let sum = |column| (0..assets.rows.len()).map(|row| number(assets, row, column).unwrap()).sum::<f64>();
    same(Some(sum("loss")), Some(loss.iter().sum()));
    same(Some(sum("cost")), Some(cost.iter().sum()));
    assert!(report.table("withheld").is_none() && report.table("added_back").is_none());
    assert_eq!(page(&report, "taxes").unit.as_ref().unwrap().text(Language::English), "JPY");
}

/// A rate that was set is shown with all its digits.
#[test]
fn the_tax_rate_is_not_rounded() {
    let (market, nothing) = (market(), Vintages::new());
    let record = record(&market, r#","loss_realisation":{"tax_rate":"0.20315"}"#);
    let report = Report::new(&record, &Sources::new(&market, &nothing).with_weathers(Vec::new())).unwrap();
    let site = report.site().unwrap();
    let html = std::str::from_utf8(&site.files()["taxes.html"]).unwrap();
    assert!(html.contains("20.315\u{a0}%") && !html.contains("20.32"), "{html}");
}

#[test]
fn withheld_taxes_are_those_handed_over() {
    let (market, nothing, taxes) = (market(), Vintages::new(), taxes());
    let record = record(&market, "");
    let added = AddBack::default().amounts(&taxes, Currency::JPY, |_| Some(Decimal::ONE_HUNDRED)).unwrap();
    let sources = Sources::new(&market, &nothing).with_weathers(Vec::new());
    let report = Report::new(&record, &sources.with_taxes(withheld(&taxes).unwrap(), added)).unwrap();
    sound(page(&report, "taxes"));
    assert!(report.table("losses_by_year").is_none());
    let rows = |id: &str, columns: &[&str]| {
        let table = table(&report, id);
        let cell = |row, column: &&str| table.cell(row, column).unwrap().value.text(Language::English);
        (0..table.rows.len())
            .map(|row| columns.iter().map(|column| cell(row, column)).collect::<Vec<_>>().join(" "))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        rows("withheld", &["year", "on", "country", "currency", "withheld", "given_back", "net", "rate"]),
        [
            "2020 dividends US USD 15.00 5.00 10.00 —",
            "2020 gains of sales JP JPY 20 315.00 0.00 20 315.00 —",
            "2021 interest — JPY 7.00 0.00 7.00 —",
        ]
    );
    assert_eq!(
        rows("added_back", &["year", "on", "country", "amount"]),
        ["2020 dividends US 1 000.00", "2020 gains of sales JP 20 315.00", "2021 interest — 7.00"]
    );
}
