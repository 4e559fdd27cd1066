use allweather_core::Month;

use crate::{Block, Colour, Figure, Points, Shape, Table, Unit, Value, Words, run::Run, words::words};

/// What the market had no data for.
pub(super) fn blocks(run: &Run<'_>) -> Vec<Block> {
    let gaps = run.record.gaps();
    let (first, last) = run.sources.market.prices().span();
    if gaps.is_empty() {
        return vec![Block::Paragraph(words!(
            "No series of the market has a hole between {first} and {last}.",
            "{first}から{last}まで、市場データのどの系列にも欠損はありません。"
        ))];
    }
    let mut table = Table::new(
        "gaps",
        Words::new("Series without a figure, and when", "数値のない系列と期間"),
        [
            ("series", Words::new("series", "系列")),
            ("first", Words::new("from", "開始")),
            ("last", Words::new("to", "終了")),
            ("dates", Words::new("dates without a figure", "欠損の数")),
            ("in_run", Words::new("within the run", "実行期間内")),
        ],
    );
    let span = run.steps.first().zip(run.steps.last()).map(|(a, b)| (a.month, b.month));
    for gap in gaps {
        let inside = span.is_some_and(|(first, last)| gap.first <= last && first <= gap.last);
        table.row([
            Value::Name(gap.series.clone()),
            Value::Month(gap.first),
            Value::Month(gap.last),
            Value::Count(gap.dates),
            Value::Words(if inside { Words::new("yes", "該当") } else { Words::new("no", "非該当") }),
        ]);
    }
    table.searchable = gaps.len() > 20;
    let table = table.with_note(words!(
        "Of all series that the market holds, also those the run does not use, between {first} and {last}. Dates are those of the price panel, \
         months for the others. Nothing is filled: a held asset without a price stops the run, and a rate that ended is not carried on.",
        "市場データの全系列（実行で使わないものも含む）を{first}から{last}まで調べたものです。数は価格表の日付単位、その他の系列は月単位です。欠損は補完しません。保有資産の価格がなければ実行は停止し、途絶えた金利を引き延ばすこともありません。"
    ));
    let months: Vec<Month> = run.months.iter().map(|row| row.month).collect();
    let mut blocks = Vec::new();
    if months.len() > 1 {
        blocks.push(figure(run, &months).into());
    }
    blocks.push(table.into());
    blocks
}

fn figure(run: &Run<'_>, months: &[Month]) -> Figure {
    let priced = run.sources.market.prices().instruments();
    let lacking = |prices: bool| -> Vec<f64> {
        let gaps = run.record.gaps().iter();
        let gaps: Vec<_> =
            gaps.filter(|gap| priced.iter().any(|i| i.id.as_str() == gap.series) == prices).collect();
        let count =
            |month: &Month| gaps.iter().filter(|gap| (gap.first..=gap.last).contains(month)).count() as f64;
        months.iter().map(count).collect()
    };
    Figure::new(
        "series_missing",
        Words::new("How many series have no figure, month by month", "数値のない系列の数（月別）"),
        Words::new(
            "A month counts for a series when any of its dates is without a figure.",
            "その月に1日でも欠損がある系列を数えます。",
        ),
        Points::Days(months.iter().map(|month| month.last_day()).collect()),
        Unit::Number,
    )
    .low()
    .with(Words::new("prices", "価格"), Shape::Stacked, Colour::Loss, lacking(true))
    .with(
        Words::new("exchange rates, interest rates, statistics", "為替・金利・統計"),
        Shape::Stacked,
        Colour::Quiet,
        lacking(false),
    )
}
