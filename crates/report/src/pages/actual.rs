use allweather_core::{Currency, Year};
use allweather_portfolio::actual::{Cause, ExplainedStep, Explanation, Held};
use chrono::Datelike;

use crate::{
    Block, Cell, Colour, Figure, Page, Points, Shape, Table, Unit, Value, Words,
    run::{Account, Run, index},
    words::words,
};

pub(crate) fn page(run: &Run<'_>, account: &Account<'_>) -> Page {
    let base = run.record.base();
    let mut page = Page::new(
        "actual",
        Words::new("Actual against simulated", "実運用とシミュレーション"),
        Words::new(
            "What a real account earned, why that is not what was simulated, and whether the account is what the broker states.",
            "実口座の成績、シミュレーションとの差の原因、そして証券会社の報告との照合結果です。",
        ),
    );
    page.section("runs", Words::new("What is compared", "比較の対象"), vec![runs(run, account).into()]);
    page.section("whole", Words::new("Over the whole", "全期間"), whole(account, base));
    page.section("years", Words::new("Year by year", "年別"), vec![years(account.explanation).into()]);
    page.section("steps", Words::new("Step by step", "ステップ別"), vec![steps(account.explanation).into()]);
    page.section("reconciliation", Words::new("Reconciliation", "照合"), reconciliation(account));
    page
}

/// The run that this report is of beside the account: they need not have a spec or a span in common.
fn runs(run: &Run<'_>, account: &Account<'_>) -> Table {
    let mut table = Table::new(
        "actual_runs",
        Words::new("This report's run and the account", "本報告書の実行と実口座"),
        [
            ("run", Words::new("run", "対象")),
            ("kind", Words::new("kind", "種別")),
            ("spec", Words::new("spec", "仕様")),
            ("first_step", Words::new("first step", "最初のステップ")),
            ("last_step", Words::new("last step", "最後のステップ")),
            ("steps", Words::new("steps", "ステップ数")),
            ("spec_sha256", Words::new("hash of the spec", "仕様のハッシュ")),
        ],
    );
    let records = [
        (Words::new("this report", "本報告書"), run.record),
        (Words::new("the account of this page", "本ページの実口座"), &account.actual.record),
    ];
    for (name, record) in records {
        let kind = if record.is_actual() {
            Words::new("account", "実口座")
        } else {
            Words::new("simulation", "シミュレーション")
        };
        let day = |place: Option<usize>| {
            Value::or_missing(place.and_then(|place| record.step(place)).map(|step| step.date), Value::Date)
        };
        table.row([
            Value::Words(name),
            Value::Words(kind),
            Value::Name(record.spec().name.clone()),
            day(Some(0)),
            day(record.len().checked_sub(1)),
            Value::Count(record.len()),
            Value::Name(record.spec().content_hash()),
        ]);
    }
    let same = run.record.spec().content_hash() == account.actual.record.spec().content_hash();
    table.with_note(if same {
        Words::new(
            "Both have one spec. Below, the simulation is that of the account's spec over the account's steps.",
            "両者の仕様は同じです。以下のシミュレーションは、実口座の仕様を実口座の期間に当てはめたものです。",
        )
    } else {
        Words::new(
            "The account has another spec than this report: figures below are those of its own, and other pages say nothing of it. The \
             simulation is that of the account's spec over the account's steps.",
            "実口座の仕様は本報告書の仕様と異なります。以下の数値は実口座のもので、他のページとは無関係です。シミュレーションは、実口座の仕様を実口座の期間に当てはめたものです。",
        )
    })
}

/// A cause, and what it is.
fn words_of(cause: Cause) -> (Words, Words) {
    match cause {
        Cause::Zeroing => (
            Words::new("zeroing", "0%への調整"),
            Words::new(
                "weights too small for the capital are set to zero",
                "元本に対して小さすぎる組入比率を0%にした影響です",
            ),
        ),
        Cause::Lots => (
            Words::new("lots", "取引単位"),
            Words::new(
                "whole lots, the smallest commission of an order, and the rule of actual operation",
                "取引単位、最低手数料、実運用のリバランス規則による影響です",
            ),
        ),
        Cause::Costs => (
            Words::new("costs", "コスト"),
            Words::new(
                "costs as charged in place of estimated ones",
                "推定コストの代わりに実際のコストを用いた影響です",
            ),
        ),
        Cause::Timing => (
            Words::new("timing", "約定時期"),
            Words::new(
                "trades at their own times and prices in place of those of the step that they carry out",
                "実際の約定日時と約定価格による影響です",
            ),
        ),
        Cause::Cash => (
            Words::new("cash", "現金"),
            Words::new(
                "more or less was invested: remainders, flows, interest",
                "余剰現金・入出金・利息による影響です",
            ),
        ),
        Cause::Currency => (
            Words::new("currency", "通貨"),
            Words::new(
                "cash in foreign currencies in place of forwards",
                "為替予約の代わりに外貨現金を保有した影響です",
            ),
        ),
        Cause::Income => (
            Words::new("income", "配当等"),
            Words::new(
                "what assets paid, tax added back where stated, and their traded prices in place of the simulated ones",
                "配当等（源泉税の加算を含む）と、実際の取引価格による影響です",
            ),
        ),
        // Causes that may come are unexplained until they have words.
        _ => (
            Words::new("unexplained", "説明のつかない差"),
            Words::new(
                "the rest: other orders than the simulation's",
                "残差：シミュレーションと異なる注文によるものです",
            ),
        ),
    }
}

fn whole(account: &Account<'_>, base: Currency) -> Vec<Block> {
    let Account { actual, explanation, .. } = account;
    let outcome = actual.record.outcome();
    let facts = vec![
        (
            Words::new("return of the simulation", "シミュレーションのリターン"),
            Value::Percent(explanation.simulated),
        ),
        (Words::new("return of the account", "実口座のリターン"), Value::Percent(explanation.actual)),
        (Words::new("difference", "差"), Value::Percent(explanation.actual - explanation.simulated)),
        (
            words!("value of the account, {base}", "実口座の評価額（{base}）"),
            Value::Number(outcome.final_value, 0),
        ),
        (words!("its costs, {base}", "実口座のコスト（{base}）"), Value::Number(outcome.costs.total(), 0)),
        (
            Words::new("last day that the account tells of", "実口座の記録の最終日"),
            Value::Date(actual.told_until),
        ),
        (Words::new("steps at which it traded", "売買のあったステップ数"), Value::Count(outcome.rebalances)),
        (
            Words::new("movements after the last step, in no figure", "最終ステップ後の記録（集計外）"),
            Value::Count(actual.later),
        ),
    ];
    let mut table = Table::new(
        "actual_causes",
        Words::new("The difference by cause", "差の原因別内訳"),
        [
            ("cause", Words::new("cause", "原因")),
            ("part", Words::new("part", "影響")),
            ("meaning", Words::new("what it is", "内容")),
        ],
    );
    for cause in Cause::ALL {
        let (name, meaning) = words_of(cause);
        let part = Value::Percent(explanation.causes.of(cause));
        table.row([Value::Words(name), part, Value::Words(meaning)]);
    }
    let table = table.with_note(Words::new(
        "Each cause is what the return over the whole changes by when that one thing is changed, in this order, from the simulation to the \
         account. The parts add up to the difference.",
        "シミュレーションから実口座へ、この順に一つずつ条件を変えたときの全期間リターンの変化です。合計は差に一致します。",
    ));
    let mut blocks = vec![
        Block::Paragraph(Words::new(
            "Figures of the account on this page are those of real trades.",
            "本ページの実口座の数値は実際の売買によるものです。",
        )),
        Block::Facts(facts),
        table.into(),
        wealth(explanation).into(),
    ];
    if !actual.outside.is_empty() {
        let names = actual.outside.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        blocks.push(Block::Warning(words!(
            "The account has held assets that are not in the spec: {names}.",
            "仕様にない資産を保有していました：{names}。"
        )));
    }
    blocks
}

fn wealth(explanation: &Explanation) -> Figure {
    let days = explanation.steps().iter().map(|step| step.date).collect();
    let of = |value: fn(&ExplainedStep) -> f64| index(explanation.steps().iter().map(value));
    Figure::new(
        "actual_wealth",
        Words::new("What 100 became", "100の推移"),
        Words::new(
            "By the returns of each step, net of costs; flows are no return.",
            "コスト控除後の各ステップのリターンによります。入出金は含みません。",
        ),
        Points::Days(days),
        Unit::Number,
    )
    .with(Words::new("account", "実口座"), Shape::Line, Colour::Portfolio, of(|step| step.actual))
    .with(
        Words::new("simulation", "シミュレーション"),
        Shape::Line,
        Colour::Quiet,
        of(|step| step.simulated),
    )
}

/// The headings of causes, behind a first column.
fn columns(first: (&'static str, Words)) -> [(&'static str, Words); 12] {
    let name = |cause| words_of(cause).0;
    [
        first,
        ("simulated", Words::new("simulated", "シミュレーション")),
        ("actual", Words::new("actual", "実運用")),
        ("difference", Words::new("difference", "差")),
        ("zeroing", name(Cause::Zeroing)),
        ("lots", name(Cause::Lots)),
        ("costs", name(Cause::Costs)),
        ("timing", name(Cause::Timing)),
        ("cash", name(Cause::Cash)),
        ("currency", name(Cause::Currency)),
        ("income", name(Cause::Income)),
        ("unexplained", name(Cause::Unexplained)),
    ]
}

fn cells(first: Value, simulated: f64, actual: f64, part: impl Fn(Cause) -> f64) -> Vec<Cell> {
    let figures = [simulated, actual, actual - simulated].into_iter().chain(Cause::ALL.into_iter().map(part));
    std::iter::once(first).chain(figures.map(Value::Percent)).map(Cell::new).collect()
}

fn years(explanation: &Explanation) -> Table {
    let title = Words::new("Actual against simulated by year", "年別の実運用とシミュレーション");
    let mut table = Table::new("actual_years", title, columns(("year", Words::new("year", "年"))));
    for year in explanation.steps().chunk_by(|a, b| a.date.year() == b.date.year()) {
        let Some(first) = year.first() else { continue };
        let chained = Explanation::chained(year);
        let part = |cause| chained.causes.of(cause);
        table.row(cells(Value::Year(Year::new(first.date.year())), chained.simulated, chained.actual, part));
    }
    table.with_note(Words::new(
        "Chained within the year, so parts of years do not add up to those of the whole.",
        "年内で複利計算しているため、各年の合計は全期間の値と一致しません。",
    ))
}

fn steps(explanation: &Explanation) -> Table {
    let title = Words::new("Actual against simulated by step", "ステップ別の実運用とシミュレーション");
    let mut table = Table::new("actual_steps", title, columns(("date", Words::new("day", "日付"))));
    for step in explanation.steps() {
        let part = |cause| step.causes.of(cause);
        table.row(cells(Value::Date(step.date), step.simulated, step.actual, part));
    }
    table.searchable = true;
    table.with_note(Words::new(
        "Causes as above. A trade counts for the step that it carries out; where it did so days later, its timing stands in the step in which it \
         was done.",
        "原因は上の表の通りです。後日の約定による影響は、約定したステップに表示します。",
    ))
}

fn reconciliation(account: &Account<'_>) -> Vec<Block> {
    let found = account.reconciliation;
    let figures = found.compared.iter().map(|(_, figures)| figures).sum();
    let facts = vec![
        (Words::new("standings compared", "照合した報告数"), Value::Count(found.compared.len())),
        (Words::new("positions and balances compared", "照合した数量・残高の数"), Value::Count(figures)),
        (Words::new("differences", "不一致の数"), Value::Count(found.differences.len())),
        (
            Words::new("rows that nobody acted upon", "処理されなかった行"),
            Value::Count(found.not_handled.len()),
        ),
    ];
    let mut blocks = vec![Block::Facts(facts)];
    if found.differences.is_empty() {
        let words = if figures > 0 {
            Words::new(
                "Opening and movements lead to every position and balance that the broker states.",
                "期首残高と記録から、証券会社が報告する全ての数量・残高が得られました。",
            )
        } else {
            Words::new(
                "The broker's statements tell of no positions or balances, so nothing was compared.",
                "報告書に数量・残高の記載がなく、照合していません。",
            )
        };
        blocks.push(Block::Paragraph(words));
    } else {
        blocks.push(Block::Warning(Words::new(
            "The account is not what the broker states. The figures above follow what happened, not what is stated.",
            "実口座の記録は証券会社の報告と一致しません。上の数値は報告ではなく記録に基づきます。",
        )));
        let mut table = Table::new(
            "actual_differences",
            Words::new("What differs", "不一致"),
            [
                ("date", Words::new("stated on", "報告日")),
                ("of", Words::new("of", "対象")),
                ("expected", Words::new("expected", "期待値")),
                ("stated", Words::new("stated", "報告値")),
                ("since", Words::new("the same since", "発生日")),
                ("suspects", Words::new("movements of that size", "同額の記録")),
            ],
        );
        for difference in &found.differences {
            let of = match &difference.of {
                Held::Asset(asset) => Value::Name(asset.to_string()),
                Held::Cash(currency) => Value::Words(words!("cash in {currency}", "現金（{currency}）")),
            };
            table.row([
                Value::Date(difference.date),
                of,
                Value::Exact(difference.expected),
                Value::Exact(difference.stated),
                Value::Date(difference.since),
                Value::Name(difference.suspects.join(", ")),
            ]);
        }
        table.searchable = true;
        let note = Words::new(
            "In units, or in the cash's own currency. A difference stays on the list of every later statement until something makes up for it; \
             a movement as large as the difference may have happened twice, or not at all.",
            "数量、または各通貨の金額です。不一致は解消されるまで以後の全ての報告に表示されます。同額の記録は、重複または欠落の可能性があります。",
        );
        blocks.push(table.with_note(note).into());
    }
    if !found.not_handled.is_empty() {
        let mut table = Table::new(
            "actual_not_handled",
            Words::new("Rows of the statements that nobody acted upon", "処理されなかった報告書の行"),
            [
                ("date", Words::new("day", "日付")),
                ("section", Words::new("section", "区分")),
                ("symbol", Words::new("symbol", "銘柄")),
                ("description", Words::new("what it says", "内容")),
            ],
        );
        for row in &found.not_handled {
            let name = |text: &str| Value::Name(text.to_owned());
            table.row([
                Value::or_missing(row.date, Value::Date),
                name(&row.section),
                Value::or_missing(row.symbol.as_deref(), name),
                name(&row.description),
            ]);
        }
        let note = Words::new(
            "What they did is in no figure, unless it was added by hand.",
            "手作業で追加されない限り、集計に含まれません。",
        );
        blocks.push(table.with_note(note).into());
    }
    blocks
}
