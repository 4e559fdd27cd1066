use std::collections::BTreeMap;

use crate::{Block, Colour, Figure, Mark, Shape, Table, Unit, Value, Words, run::Run, table::Cell};

/// Prices that were estimated rather than observed, and what moved by them.
pub(super) fn blocks(run: &Run<'_>) -> Vec<Block> {
    let table = table(run);
    if table.rows.is_empty() {
        return vec![Block::Paragraph(Words::new(
            "Every price of the run was observed: none is estimated.",
            "実行に用いた価格は全て観測値で、推計値はありません。",
        ))];
    }
    let share = run.steps.iter().map(|step| step.estimated);
    let figure = Figure::new(
        "estimated_share",
        Words::new("Share of the value that moved by estimated prices", "推計価格で動いた資産の割合"),
        Words::new(
            "A return is estimated when the price at either end of it is. Hatched on the other pages are months in which the share is above 0.",
            "期首・期末いずれかの価格が推計値なら、そのリターンは推計値です。他のページの斜線は、この割合が0を超える月です。",
        ),
        run.points(),
        Unit::Percent,
    );
    vec![
        figure.low().with(Words::new("share", "割合"), Shape::Area, Colour::Quiet, share).into(),
        table.into(),
    ]
}

fn table(run: &Run<'_>) -> Table {
    let mut table = Table::new(
        "estimated_prices",
        Words::new("Estimated prices by asset and method", "資産別・手法別の推計価格"),
        [
            ("asset", Words::new("asset", "資産")),
            ("method", Words::new("method", "手法")),
            ("dates", Words::new("dates", "日付の数")),
            ("first", Words::new("from", "開始")),
            ("last", Words::new("to", "終了")),
        ],
    );
    let prices = run.sources.market.prices();
    let span = run.days.first().zip(run.days.last());
    let Some((start, end)) = span else { return table };
    for asset in run.record.universe() {
        let Some(position) = run.instrument(asset) else { continue };
        let mut methods: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        for (row, day) in prices.dates().iter().enumerate().filter(|(_, day)| (start..=end).contains(day)) {
            if let Some(method) = prices.estimate(position, row) {
                methods.entry(method).or_default().push(*day);
            }
        }
        for (method, days) in methods {
            let (Some(first), Some(last)) = (days.first(), days.last()) else { continue };
            let dates = Cell::new(Value::Count(days.len())).marked(Some(Mark::Estimated));
            table.row([
                Value::Name(asset.to_string()).into(),
                Value::Name(method.to_owned()).into(),
                dates,
                Value::Date(*first).into(),
                Value::Date(*last).into(),
            ]);
        }
    }
    table
}
