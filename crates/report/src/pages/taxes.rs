use std::collections::BTreeMap;

use allweather_core::{Number, Year};
use allweather_costs::fills::Taxed;
use allweather_taxes::{AddedBack, LossAccount, LossSum, WithheldRow};
use chrono::Datelike;

use crate::{Block, Page, Scale, Table, Value, Words, format, run::Run};

/// The page, where there is anything to say: the run realises losses, or withheld taxes were handed over.
pub(crate) fn page(run: &Run<'_>) -> Option<Page> {
    let account = run.record.losses().filter(|_| !run.record.is_actual());
    let (withheld, added) = (&run.sources.withheld, &run.sources.added_back);
    if account.is_none() && withheld.is_empty() && added.is_empty() {
        return None;
    }
    let mut page = Page::new(
        "taxes",
        Words::new("Taxes", "税金"),
        Words::new(
            "Performance is shown as if there were no taxes. What realising losses brought and cost, and what was withheld and added back. \
             This is no tax advice, and knows no country's law.",
            "成績は税金がないものとして表示しています。損失確定の効果とコスト、源泉徴収された税金とその加算を示します。税務に関する助言ではなく、各国の税法も考慮していません。",
        ),
    )
    // To the unit, as a broker states them.
    .counted_in(Scale::Units);
    if let Some(account) = &account {
        page.section(
            "losses",
            Words::new("Losses realised against cost paid", "損失確定とそのコスト"),
            losses(account),
        );
    }
    if !withheld.is_empty() {
        page.section("withheld", Words::new("Withheld", "源泉徴収された税金"), vec![taken(withheld).into()]);
    }
    if !added.is_empty() {
        page.section("added-back", Words::new("Added back", "加算された税金"), vec![back(added).into()]);
    }
    Some(page)
}

fn losses(account: &LossAccount) -> Vec<Block> {
    let total = &account.total;
    let facts = vec![
        (Words::new("losses realised", "確定した損失"), Value::money(total.loss)),
        (
            Words::new("disallowed, of own sales too", "否認された損失（通常の売却分を含む）"),
            Value::money(total.disallowed),
        ),
        (Words::new("cost paid", "支払ったコスト"), Value::money(total.cost)),
        (Words::new("assumed tax rate", "想定税率"), Value::Name(format::rate(account.tax_rate))),
        (Words::new("tax put off", "繰り延べた税額"), Value::money(account.put_off(total))),
        (Words::new("put off less cost", "繰延税額－コスト"), Value::money(account.net(total))),
        (Words::new("sold and bought back", "売却・買い戻し額"), Value::money(total.round_trip)),
        (Words::new("times sold and bought back", "売却・買い戻し回数"), Value::Count(total.round_trips)),
        (
            Words::new("times left alone under water", "含み損のまま見送った回数"),
            Value::Count(total.left_alone),
        ),
    ];
    let mut blocks = vec![
        Block::Facts(facts),
        Block::Paragraph(Words::new(
            "At rebalances and withdrawals, what is under water is sold and the same amount bought back. The tax is put off, not saved: what \
             was bought back cost less, and more is taxed when it is sold. And it takes gains to set the losses against, which is not \
             looked for here. The cost is part of the run's costs.",
            "リバランス時と出金時に含み損のあるポジションを売却し、同量を買い戻します。税金は繰り延べられるだけで、なくなるわけではありません。買い戻した資産は取得価額が下がり、売却時の課税が増えます。また、損失を相殺する利益があるかどうかは考慮していません。コストは全体のコストに含まれています。",
        )),
    ];
    let table = |id: &'static str, title: Words, name: (&'static str, Words)| {
        Table::new(
            id,
            title,
            [
                name,
                ("round_trips", Words::new("times", "回数")),
                ("loss", Words::new("loss realised", "確定した損失")),
                ("disallowed", Words::new("disallowed, of own sales too", "否認（通常の売却分を含む）")),
                ("cost", Words::new("cost paid", "コスト")),
                ("put_off", Words::new("tax put off", "繰延税額")),
                ("net", Words::new("less cost", "コスト控除後")),
                ("traded", Words::new("by own sales", "通常の売却損益")),
            ],
        )
    };
    let cells = |name: Value, sum: &LossSum| {
        [
            name,
            Value::Count(sum.round_trips),
            Value::money(sum.loss),
            Value::money(sum.disallowed),
            Value::money(sum.cost),
            Value::money(account.put_off(sum)),
            Value::money(account.net(sum)),
            Value::money(sum.traded),
        ]
    };
    let note = Words::new(
        "A disallowed loss stands in the year of its sale, and is taken off the programme's losses first. By own sales: gains \
         less losses of what the portfolio sold anyway.",
        "否認された損失は売却した年に計上し、まず損失確定分から差し引きます。通常の売却損益は、ポートフォリオ自身の売却による利益から損失を引いたものです。",
    );
    let mut years =
        table("losses_by_year", Words::new("By year", "年別"), ("year", Words::new("year", "年")));
    for (year, sum) in &account.years {
        years.row(cells(Value::Year(*year), sum));
    }
    let mut assets =
        table("losses_by_asset", Words::new("By asset", "資産別"), ("asset", Words::new("asset", "資産")));
    for (asset, sum) in &account.assets {
        assets.row(cells(Value::Name(asset.to_string()), sum));
    }
    if account.years.is_empty() {
        blocks.push(Block::Paragraph(Words::new(
            "Nothing was sold and nothing was under water when it was looked at.",
            "売却はなく、確認時に含み損もありませんでした。",
        )));
    } else {
        blocks.push(years.with_note(note.clone()).into());
        blocks.push(assets.with_note(note).into());
    }
    blocks
}

fn kind(taxed: Taxed) -> Words {
    match taxed {
        Taxed::Dividend => Words::new("dividends", "配当"),
        Taxed::Interest => Words::new("interest", "利子"),
        Taxed::CapitalGain => Words::new("gains of sales", "譲渡益"),
        _ => Words::new("not told", "不明"),
    }
}

fn country(code: Option<&String>) -> Value {
    code.map_or_else(
        || Value::Missing(Words::new("the broker does not tell", "証券会社のデータに記載なし")),
        |code| Value::Name(code.clone()),
    )
}

fn taken(rows: &[WithheldRow]) -> Table {
    let mut table = Table::new(
        "withheld",
        Words::new("Taxes withheld by year, kind and country", "源泉徴収税額（年・種類・国別）"),
        [
            ("year", Words::new("year", "年")),
            ("on", Words::new("on", "種類")),
            ("country", Words::new("country", "国")),
            ("currency", Words::new("currency", "通貨")),
            ("withheld", Words::new("withheld", "徴収額")),
            ("given_back", Words::new("given back", "還付額")),
            ("net", Words::new("net", "差引")),
            ("rate", Words::new("of income", "収入に対する割合")),
        ],
    );
    for row in rows {
        let net = row.withheld.to_double() - row.given_back.to_double();
        let rate = row.rate().map(Number::to_double);
        table.row([
            Value::Year(row.year),
            Value::Words(kind(row.taxed)),
            country(row.country.as_ref()),
            Value::Name(row.currency.to_string()),
            Value::Number(row.withheld.to_double(), 2),
            Value::Number(row.given_back.to_double(), 2),
            Value::Number(net, 2),
            rate.map_or_else(
                || Value::Missing(Words::new("the income is not told beside it", "対応する収入の記載なし")),
                Value::Percent,
            ),
        ]);
    }
    table.with_note(Words::new(
        "In the currency it was withheld in. What was given back by a later correction stands in the year of the correction.",
        "徴収された通貨建て。後日の訂正による還付は、訂正があった年に計上しています。",
    ))
}

fn back(added: &[AddedBack]) -> Table {
    let mut sums: BTreeMap<(i32, Taxed, Option<&String>), f64> = BTreeMap::new();
    for tax in added {
        *sums.entry((tax.date.year(), tax.taxed, tax.country.as_ref())).or_default() +=
            tax.amount.to_double();
    }
    let mut table = Table::new(
        "added_back",
        Words::new("Added back by year, kind and country", "加算額（年・種類・国別）"),
        [
            ("year", Words::new("year", "年")),
            ("on", Words::new("on", "種類")),
            ("country", Words::new("country", "国")),
            ("amount", Words::new("added back", "加算額")),
        ],
    );
    for ((year, taxed, code), sum) in sums {
        table.row([
            Value::Year(Year::new(year)),
            Value::Words(kind(taxed)),
            country(code),
            Value::money(sum),
        ]);
    }
    table.with_note(Words::new(
        "At the exchange rates of the days. What is added is return of its period, and no flow.",
        "各日の為替レートで換算。加算額はその期間のリターンとして扱い、入出金とはしません。",
    ))
}
