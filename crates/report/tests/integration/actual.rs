//! The page of an account against its simulation.

use allweather_core::{Currency, Money};
use allweather_market::{Market, PricePanel, Vintages};
use allweather_portfolio::{
    Spec,
    actual::{Account, Actual, ActualRun, Cause, Explanation, Movement, Reconciliation, Standing, Tolerance},
    costs::fills::{Fill, Instrument, InstrumentKind, NotHandled, Statement, SymbolMap},
    rfr::RateHistory,
    simulate,
};
use allweather_report::{Language, Report, Sources, Value};

use crate::{
    main_job,
    runs::{figure, number, page, same, series, sound, table},
};

const PRICES: &str = "month,a_jpy,b_jpy,c_jpy\n2023-11,100,50,10\n2023-12,110,50,11\n2024-01,121,49,12\n";

struct Told {
    actual: Actual,
    reconciliation: Reconciliation,
    explanation: Explanation,
    report: Report,
}

/// Half and half was simulated; the account bought late, bought something else too, and lost a share.
fn told(stated: &str) -> Told {
    let market = Market::new(Currency::JPY, PricePanel::from_csv("prices.csv", PRICES).unwrap());
    let spec = Spec::from_json(
        r#"{"name": "two", "capital": 1000,
        "holdings": [{"asset": "a", "weight": 0.5}, {"asset": "b", "weight": 0.5}],
        "rule": {"calendar": {"every": "year", "on": "end"}},
        "operation": {"actual": {"lot": {"minimum": 1, "increment": 1}, "small_weights": null}}}"#,
    )
    .unwrap();
    let mut statement = Statement::new("Broker", "U1");
    for (id, name, day, units, price) in [
        ("1", "a", "2023-12-04", "5", "102"),
        ("2", "b", "2023-11-30", "9", "50"),
        ("3", "c", "2023-11-30", "3", "10"),
    ] {
        let share = Instrument::new(name, InstrumentKind::Stock, Currency::JPY);
        let fill = Fill::new(id, share, day.parse().unwrap(), units.parse().unwrap(), price.parse().unwrap());
        statement.fills.push(fill);
    }
    statement.not_handled.push(NotHandled::new("CorporateActions", "<b>a</b> was renamed"));
    let symbols =
        r#"[{"symbol": "a", "asset": "a"}, {"symbol": "b", "asset": "b"}, {"symbol": "c", "asset": "c"}]"#;
    let symbols: SymbolMap = serde_json::from_str(symbols).unwrap();
    let opening = Standing::new("2023-11-29".parse().unwrap());
    let opening = opening.with_cash(Money::new("1000".parse().unwrap(), Currency::JPY));
    let mut standing = Standing::new("2024-01-31".parse().unwrap());
    for (name, units) in [("a", stated), ("b", "9"), ("c", "3")] {
        standing = standing.with_units(name.parse().unwrap(), units.parse().unwrap());
    }
    let late = Fill::new(
        "4",
        Instrument::new("a", InstrumentKind::Stock, Currency::JPY),
        "2024-03-01".parse().unwrap(),
        "1".parse().unwrap(),
        "120".parse().unwrap(),
    );
    let account =
        Account::new(opening).with_statement(&statement, &symbols).unwrap().with_stated(standing).unwrap();
    let account = account.with(Movement::fill("a".parse().unwrap(), late)).unwrap();
    let rates = RateHistory::default();
    let actual = ActualRun::new(&spec, &market, &rates, &account).run().unwrap();
    let explanation = actual.explain(&spec.simulated(), &market, &rates).unwrap();
    let reconciliation = account.reconcile(Tolerance::default()).unwrap();
    let record = simulate(&spec.simulated(), &market, &rates).unwrap();
    let statistics = Vintages::new();
    let sources = Sources::new(&market, &statistics).with_weathers(Vec::new());
    let sources = sources.with_account(&actual, &reconciliation, &explanation);
    let report = Report::new(&record, &sources).unwrap();
    Told { actual, reconciliation, explanation, report }
}

#[test]
fn it_is_there_for_an_account_only() {
    assert!(main_job().report.pages().iter().all(|page| page.id != "actual"));
    let told = told("4");
    sound(page(&told.report, "actual"));
    sound(page(&self::told("5").report, "actual"));
    assert!(told.report.site().unwrap().files().contains_key("ja/actual.html"));
}

/// Whose span and spec is whose.
#[test]
fn the_account_has_a_span_and_a_spec_of_its_own() {
    let told = told("4");
    let runs = table(&told.report, "actual_runs");
    let row = |row: usize| {
        ["kind", "spec", "first_step", "last_step", "steps", "spec_sha256"]
            .map(|column| runs.cell(row, column).unwrap().value.text(Language::English))
    };
    let hash = |spec: &Spec| spec.content_hash();
    let own = told.actual.record.spec();
    assert_eq!(row(0)[..5], ["simulation", "two", "2023-11-30", "2024-01-31", "3"]);
    assert_eq!(row(0)[5], told.report.spec_hash());
    assert_eq!(row(1), ["account", "two", "2023-11-30", "2024-01-31", "3", &hash(own)]);
    assert_ne!(row(0)[5], row(1)[5], "one has lots");
    let note = runs.note.as_ref().unwrap().text(Language::English);
    assert!(note.starts_with("The account has another spec"), "{note}");

    // The account beside a report of its own record.
    let market = Market::new(Currency::JPY, PricePanel::from_csv("prices.csv", PRICES).unwrap());
    let statistics = Vintages::new();
    let sources = Sources::new(&market, &statistics).with_weathers(Vec::new());
    let sources = sources.with_account(&told.actual, &told.reconciliation, &told.explanation);
    let report = Report::new(&told.actual.record, &sources).unwrap();
    let note = table(&report, "actual_runs").note.as_ref().unwrap().text(Language::English);
    assert!(note.starts_with("Both have one spec"), "{note}");
}

/// No page of an account says of it what is true of a simulation only.
#[test]
fn a_report_of_an_account_does_not_speak_of_simulated_rules() {
    let told = told("5");
    let market = Market::new(Currency::JPY, PricePanel::from_csv("prices.csv", PRICES).unwrap());
    let statistics = Vintages::new();
    let sources = Sources::new(&market, &statistics).with_weathers(Vec::new());
    let (real, simulated) = (
        Report::new(&told.actual.record, &sources).unwrap(),
        Report::new(
            &simulate(told.actual.record.spec(), &market, &RateHistory::default()).unwrap(),
            &sources,
        )
        .unwrap(),
    );
    assert!(real.is_actual() && !simulated.is_actual());
    let (real, simulated) = (real.site().unwrap(), simulated.site().unwrap());
    for (page, false_words, in_japanese) in [
        ("index", "by fixed rules", "固定ルールで投資した場合"),
        ("index", "what these rules would have done", "この規則をこの数値に当てはめた場合"),
        ("index", "the pool is beside it", "プールを除く"),
        ("expenses", "neither a pool nor a halt", "利益は全てポートフォリオに残ります"),
        ("currency", "needs none", "必要もありません"),
        ("holdings", "by which rule it is kept there", "比率を保つルール"),
        ("costs", "The run charges nothing", "売買コストは課していません"),
        ("decisions", "in the rule's own figures", "ルール自身の数値"),
        ("decisions", "a rule of one's own", "独自のルール"),
        ("estimates", "a live account", "全ての注文はその日の値で約定したとみなします"),
        ("estimates", "only the costs of the spec are charged", "仕様に定めるコストだけ"),
        ("estimates", "cargo run", "cargo run"),
        ("estimates", "decided before the run", "実行前に決められた"),
        ("returns", "the first purchase", "初回購入"),
        ("returns", "the pool", "プール"),
        ("holdings", "what the pool holds", "プール"),
        ("holdings", "as far as the rule lets them", "ルールが許す乖離"),
        ("holdings", "hedge, overlay", "オーバーレイ"),
        ("costs", "currency hedge", "為替ヘッジ"),
        ("costs", "first purchase", "初回購入"),
        ("costs", "forwards", "為替予約"),
        ("costs", "Rebalances and", "リバランス"),
        ("costs", "what rule would have been", "最適な規則"),
        ("decisions", "first purchase", "初回購入"),
        ("decisions", "forwards", "為替予約"),
        ("decisions", "no rule traded", "ルールによる売買なし"),
        ("decisions", "What was decided", "判断と理由"),
    ] {
        for (path, words) in [(format!("{page}.html"), false_words), (format!("ja/{page}.html"), in_japanese)]
        {
            let text =
                |site: &allweather_report::Site| String::from_utf8_lossy(&site.files()[&path]).into_owned();
            let escaped = words.replace('\'', "&#39;");
            let has = |text: &str| text.contains(words) || text.contains(&escaped);
            let simulated = text(&simulated);
            // A rule of one's own is the reason of no built-in rule.
            assert!(has(&simulated) || page == "decisions", "{path}: {words}");
            assert!(!has(&text(&real)), "{path}: {words}");
        }
    }
    let decisions = String::from_utf8_lossy(&real.files()["ja/decisions.html"]).into_owned();
    assert!(decisions.contains("約定2件") && decisions.contains("約定なし"), "its reasons are Japanese");
}

#[test]
fn causes_are_those_of_the_explanation() {
    let told = told("4");
    let causes = table(&told.report, "actual_causes");
    for (row, cause) in Cause::ALL.into_iter().enumerate() {
        same(number(causes, row, "part"), Some(told.explanation.causes.of(cause)));
    }
    let steps = table(&told.report, "actual_steps");
    assert_eq!(steps.rows.len(), 3);
    for (row, step) in told.explanation.steps().iter().enumerate() {
        same(number(steps, row, "actual"), Some(step.actual));
        same(number(steps, row, "difference"), Some(step.actual - step.simulated));
        same(number(steps, row, "timing"), Some(step.causes.of(Cause::Timing)));
        same(number(steps, row, "unexplained"), Some(step.causes.of(Cause::Unexplained)));
    }
    // December paid 2 more for each of 5.
    same(number(steps, 1, "timing"), Some(-0.01));
    let years = table(&told.report, "actual_years");
    assert_eq!(years.rows.len(), 2);
    let of_2023 = Explanation::chained(&told.explanation.steps()[..2]);
    same(number(years, 0, "simulated"), Some(of_2023.simulated));
    same(number(years, 0, "cash"), Some(of_2023.causes.of(Cause::Cash)));
    let figure = figure(&told.report, "actual", "actual_wealth");
    same(*series(figure, 0).last().unwrap(), Some(100.0 * (1.0 + told.explanation.actual)));
    same(*series(figure, 1).last().unwrap(), Some(100.0 * (1.0 + told.explanation.simulated)));
}

#[test]
fn differences_rows_and_assets_beside_the_spec_are_named() {
    let found = told("4");
    let differences = table(&found.report, "actual_differences");
    assert_eq!(differences.rows.len(), found.reconciliation.differences.len());
    let text = |column| differences.cell(0, column).unwrap().value.text(Language::English);
    assert_eq!([text("of"), text("expected"), text("stated")], ["a", "5", "4"]);
    let grouped = Value::Exact("-1234567.8900".parse().unwrap());
    assert_eq!(grouped.text(Language::English), "-1 234 567.89");
    assert_eq!(serde_json::to_string(&grouped).unwrap(), r#""-1234567.89""#);
    assert!(matches!(differences.cell(0, "expected").unwrap().value, Value::Exact(_)));
    let rows = table(&found.report, "actual_not_handled");
    assert_eq!(rows.cell(0, "description").unwrap().value, Value::Name("<b>a</b> was renamed".into()));
    let site = found.report.site().unwrap();
    let html = std::str::from_utf8(&site.files()["actual.html"]).unwrap();
    assert!(html.contains("not in the spec: c.") && !html.contains("<b>a</b>"));
    assert_eq!((found.actual.later, found.actual.outside.len()), (1, 1));
    // Without one there is no table.
    assert!(told("5").report.table("actual_differences").is_none());
}

/// The account's own record makes a whole report as well, with what it holds beside the spec.
#[test]
fn the_account_itself_can_be_reported() {
    let market = Market::new(Currency::JPY, PricePanel::from_csv("prices.csv", PRICES).unwrap());
    let told = told("5");
    let report =
        Report::new(&told.actual.record, &Sources::new(&market, &Vintages::new()).with_weathers(Vec::new()));
    let report = report.unwrap();
    for name in ["returns", "holdings", "costs", "decisions"] {
        sound(page(&report, name));
    }
    let profit = table(&report, "asset_profit");
    let names: Vec<_> = profit.rows.iter().map(|row| row[0].value.text(Language::English)).collect();
    assert!(names.iter().any(|name| name == "c"), "{names:?}");
    // 9 of b at 50 and 3 of c at 10, which is not in the spec; then 5 of a at 110.
    let kinds = table(&report, "decisions_by_kind");
    same(number(kinds, kinds.rows.len() - 1, "traded_value"), Some(450.0 + 30.0 + 550.0));
}
