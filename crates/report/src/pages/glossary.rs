use crate::{Block, Cell, Language, Mark, Page, ReportError, Table, Value, Words, run::Run, terms};

mod entries;

pub(crate) fn page(run: &Run<'_>) -> Result<Page, ReportError> {
    let mut page = Page::new(
        "glossary",
        Words::new("Words", "用語"),
        Words::new(
            "What the words on these pages mean, in both languages, and how figures, units, dates and marks are read.",
            "各ページの用語を2言語で説明し、数値・単位・日付・印の読み方を示します。",
        ),
    );
    page.section("reading", Words::new("How to read the figures", "数値の読み方"), reading(run));
    page.section("words", Words::new("Words", "用語集"), vec![glossary().into()]);
    Ok(page)
}

fn reading(run: &Run<'_>) -> Vec<Block> {
    let units = vec![
        (Words::new("amounts", "金額"), Value::Words(run.unit())),
        (
            Words::new("rates and returns", "率とリターン"),
            Value::Words(Words::new("percent, two decimals", "パーセント（小数2桁）")),
        ),
        (
            Words::new("a rate", "率"),
            Value::Words(Words::new("a year, unless another span is named", "特記がなければ年率")),
        ),
        (Words::new("dates", "日付"), Value::Words(Words::new("year-month-day", "年-月-日"))),
        (Words::new("a month's figure", "月の数値"), Value::Words(Words::new("at its end", "月末時点"))),
        (
            Words::new("a dash", "ダッシュ（—）"),
            Value::Words(Words::new(
                "no figure; the reason is shown when pointed at",
                "数値なし（指すと理由を表示）",
            )),
        ),
    ];
    let mut table = Table::new(
        "marks",
        Words::new("Marks", "印"),
        [("mark", Words::new("mark", "印")), ("meaning", Words::new("meaning", "意味"))],
    );
    let rows = [
        (
            Mark::Estimated,
            terms::ESTIMATED,
            Words::new(
                "rests on figures that were estimated, not observed",
                "観測値ではなく推計値に基づきます",
            ),
        ),
        (Mark::Provisional, terms::PROVISIONAL, Words::new("may still change", "今後変わる可能性があります")),
        (
            Mark::Chosen,
            terms::CHOSEN,
            Words::new("the one among its neighbours that counts", "並んだ値のうち採用されたものです"),
        ),
        (Mark::Met, terms::MET, Words::new("a target that is met", "達成された目標です")),
        (Mark::NotMet, terms::NOT_MET, Words::new("a target that is not met", "達成されていない目標です")),
    ];
    for (mark, name, meaning) in rows {
        let shown = Cell::new(Value::Words(name.clone())).marked(Some(mark));
        table.row([shown, Cell::new(Value::Words(meaning))]);
    }
    let table = table.with_note(Words::new(
        "A mark is never a colour alone: hatching, a sign or weight goes with it. In the JSON it stands beside its value.",
        "印は色だけでは示さず、網かけ・記号・太字を伴います。JSONでは値の隣に記されます。",
    ));
    vec![
        Block::Facts(units),
        table.into(),
        Block::Paragraph(Words::new(
            "Tables sort by a click on a heading: once upwards, twice downwards, three times as before. They hold unrounded figures: what is \
             rounded on the page is whole in the files below. A figure's points can be walked with the arrow keys.",
            "表は見出しを押すと昇順、もう一度で降順、さらに押すと元の順に並びます。ページ上では丸めた数値も、下のファイルには丸めずに入っています。図の各点は矢印キーでたどれます。",
        )),
    ]
}

fn glossary() -> Table {
    let mut table = Table::new(
        "glossary",
        Words::new("The words of this report", "本報告書の用語"),
        [
            ("english", Words::new("English", "英語")),
            ("japanese", Words::new("日本語", "日本語")),
            ("meaning", Words::new("meaning", "意味")),
        ],
    );
    for (term, meaning) in entries::ENTRIES {
        // Each name in its own language, on both sites.
        table.row([
            Value::Name(term.text(Language::English).to_owned()),
            Value::Name(term.text(Language::Japanese).to_owned()),
            Value::Words(meaning.clone()),
        ]);
    }
    table.searchable = true;
    table.with_note(Words::new(
        "The Japanese words are those of the published method where it names the thing; docs/glossary.md has where each is in code.",
        "日本語の用語は、公開された手法に名前があるものはそのまま用いています。コード上の対応はdocs/glossary.mdにあります。",
    ))
}
