use crate::{Block, Page, ReportError, Table, Value, Words, run::Run, words::words};

mod gaps;
mod prices;
mod rates;
mod releases;

pub(crate) fn page(run: &Run<'_>) -> Result<Page, ReportError> {
    let mut page = Page::new(
        "estimates",
        Words::new("What is estimated", "推計値と欠損"),
        Words::new(
            "What in these figures is estimated, may still change, or is missing; what the report leaves out; and how to make it again.",
            "本報告書の数値のうち、推計されたもの、今後変わり得るもの、欠けているもの、対象外のもの、そして再現の方法です。",
        ),
    );
    let mut counts = vec![counts(run)];
    counts.extend(rates::blocks(run));
    page.section("counts", Words::new("Counts", "件数"), counts);
    page.section("prices", Words::new("Estimated prices", "推計価格"), prices::blocks(run));
    page.section("gaps", Words::new("Gaps", "欠損"), gaps::blocks(run));
    page.section("releases", Words::new("Days of publication", "公表日"), releases::blocks(run));
    page.section(
        "left-out",
        Words::new("What the report leaves out", "本報告書の対象外"),
        vec![left_out(run).into()],
    );
    page.section("spec", Words::new("The spec", "仕様"), spec(run));
    page.section("again", Words::new("To make it again", "再現の方法"), again(run));
    Ok(page)
}

fn counts(run: &Run<'_>) -> Block {
    let rates = rates::Counts::of(run);
    let (stated, assumed) = releases::total(run);
    Block::Facts(vec![
        (Words::new("calendar years of the run", "実行期間の暦年数"), Value::Count(run.years.len())),
        (
            Words::new("years whose prescribed rate is marked as estimated", "規定RFRに推計値の印がある年"),
            Value::Count(rates.estimated),
        ),
        (
            Words::new("years whose prescribed rate is not final", "規定RFRが未確定の年"),
            Value::Count(rates.provisional),
        ),
        (
            Words::new("years with fewer than five indicators", "指標が5つ揃わない年"),
            Value::Count(rates.fewer),
        ),
        (
            Words::new("years whose rate is a stand-in's", "代用指標の値が採用された年"),
            Value::Count(rates.stand_in),
        ),
        (Words::new("years without a prescribed rate", "規定RFRのない年"), Value::Count(rates.none)),
        (
            Words::new("gaps in the market's series", "市場データの欠損"),
            Value::Count(run.record.gaps().len()),
        ),
        (Words::new("releases with a stated day", "公表日が明示された統計の公表"), Value::Count(stated)),
        (Words::new("releases with an assumed day", "公表日を仮定した統計の公表"), Value::Count(assumed)),
        (
            Words::new("returns that rest on estimated prices", "推計価格に基づくリターンの数"),
            Value::Count(run.estimated.iter().filter(|estimated| **estimated).count()),
        ),
    ])
}

fn left_out(run: &Run<'_>) -> Table {
    let mut table = Table::new(
        "left_out",
        Words::new("What is not in the figures of the run", "実行結果の数値に含まれないもの"),
        [("what", Words::new("what", "項目")), ("meaning", Words::new("what that means", "意味"))],
    );
    if run.record.is_actual() {
        let rows = [
            (
                Words::new("taxes on gains", "譲渡益への課税"),
                Words::new(
                    "only taxes in the statements, less what was added back, are in the returns",
                    "リターンに含まれる税金は、報告書に記載されたもの（加算分を除く）だけです",
                ),
            ),
            (
                Words::new("what the statements lack", "報告書にない事項"),
                Words::new(
                    "what nobody told the account of did not happen",
                    "口座の記録に入力されていないことは、なかったものとして扱います",
                ),
            ),
            (
                Words::new("between two steps", "ステップの間"),
                Words::new(
                    "holdings are marked at the steps, not in between",
                    "保有資産の評価はステップの時点のみで行います",
                ),
            ),
        ];
        for (what, meaning) in rows {
            table.row([Value::Words(what), Value::Words(meaning)]);
        }
        return table.with_note(Words::new(
            "What was reconciled with the broker, and what differs, stands on the page of the account where it was handed over.",
            "証券会社との照合結果は、渡された場合に実口座のページに表示します。",
        ));
    }
    let rows = [
        (Words::new("taxes", "税金"), Words::new("returns are before every tax", "リターンは全て税引前です")),
        (
            Words::new("fund fees", "信託報酬"),
            Words::new(
                "levels are those of the data: no fee is taken off them",
                "価格データをそのまま用い、信託報酬は差し引きません",
            ),
        ),
        (
            Words::new("a live account", "実口座"),
            Words::new(
                "every order is taken to be done at the day's level",
                "全ての注文はその日の値で約定したとみなします",
            ),
        ),
        (
            Words::new("custody and advice", "保管料・助言料"),
            Words::new("only the costs of the spec are charged", "仕様に定めるコストだけを差し引きます"),
        ),
        (
            Words::new("margin calls", "追証"),
            Words::new(
                "leverage is computed afterwards, and trades nothing",
                "レバレッジは事後に計算し、売買を伴いません",
            ),
        ),
        (
            Words::new("the choice of the weights", "比率の選択"),
            Words::new(
                "whoever chose weights and rule knew the past that they are shown on",
                "比率とルールを選んだ人は、ここに示す過去を知っていました",
            ),
        ),
    ];
    for (what, meaning) in rows {
        table.row([Value::Words(what), Value::Words(meaning)]);
    }
    table.with_note(Words::new(
        "The published figures of the method are untaxed too. What a real account pays would come on top.",
        "公開された手法の数値も税引前です。実際の口座では、さらに費用がかかります。",
    ))
}

fn spec(run: &Run<'_>) -> Vec<Block> {
    let spec = run.record.spec();
    let facts = vec![
        (Words::new("name", "名称"), Value::Name(spec.name.clone())),
        (Words::new("SHA-256", "SHA-256"), Value::Name(spec.content_hash())),
    ];
    // Plain data with text keys: there is nothing that JSON could not hold.
    let text = serde_json::to_string_pretty(spec).unwrap_or_else(|_| spec.canonical_json());
    let (en, ja) = if run.record.is_actual() {
        (
            "What the account is held against, whole; its own trades and charges are not in it.",
            "実口座と比べる仕様の全てです。実際の売買と費用は含みません。",
        )
    } else {
        ("Everything that was decided before the run.", "実行前に決められた全ての事項です。")
    };
    vec![
        Block::Paragraph(words!(
            "{en} The hash is that of the same text on one line, as in the file spec.json below: equal specs have equal hashes.",
            "{ja}ハッシュは同じ内容を1行にした文（下のspec.json）のもので、等しい仕様は等しいハッシュを持ちます。"
        )),
        Block::Facts(facts),
        Block::Verbatim(text),
    ]
}

fn again(run: &Run<'_>) -> Vec<Block> {
    if run.record.is_actual() {
        return vec![Block::Paragraph(Words::new(
            "The same spec, prices, opening, statements and movements by hand give the same bytes: docs/actual.md says how they are run.",
            "同じ仕様・価格・期首残高・報告書・手入力の記録からは、同じバイト列が得られます。実行方法はdocs/actual.mdにあります。",
        ))];
    }
    vec![
        Block::Paragraph(Words::new(
            "The same spec on the same data gives the same bytes. Take the file spec.json from the foot of this page; --data names a folder of \
             data in the formats of docs/data.md, and without it the embedded data is used.",
            "同じ仕様と同じデータからは、同じバイト列が得られます。このページ下部のspec.jsonを使ってください。--dataにはdocs/data.mdの形式のデータフォルダーを指定し、省略すると内蔵データが使われます。",
        )),
        Block::Verbatim(
            "cargo run --release --example all_weather -- --spec spec.json --out again".to_owned(),
        ),
        Block::Paragraph(Words::new(
            "A run with parts of one's own (a rule, costs, signals in code) is more than its spec: it takes that code too.",
            "独自の部品（ルール、コスト、シグナルのコード）を使った実行の再現には、仕様に加えてそのコードが必要です。",
        )),
    ]
}
