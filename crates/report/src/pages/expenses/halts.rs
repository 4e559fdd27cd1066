use allweather_portfolio::QuarterRecord;

use crate::{Block, Table, Value, Words, words::words};

pub(super) fn blocks(quarters: &[&QuarterRecord]) -> Vec<Block> {
    let all = quarters.len();
    let halts: Vec<&[&QuarterRecord]> =
        quarters.chunk_by(|a, b| a.halted == b.halted).filter(|halt| halt.iter().all(|q| q.halted)).collect();
    if halts.is_empty() {
        return vec![Block::Paragraph(words!(
            "Withdrawals were never halted: at all {all} quarters' ends the portfolio was worth more than its invested capital.",
            "出金停止はありませんでした。{all}回の四半期末の全てで評価額が合計投下資本を上回りました。"
        ))];
    }
    let halted: usize = halts.iter().map(|halt| halt.len()).sum();
    let (times, longest) = (halts.len(), halts.iter().map(|halt| halt.len()).max().unwrap_or_default());
    let said = words!(
        "At {halted} of {all} quarters' ends the portfolio was worth no more than its total invested capital, and nothing was withdrawn: \
         principal was under water. That makes {times} halts; the longest lasted {longest} quarters.",
        "{all}回の四半期末のうち{halted}回で評価額が合計投下資本以下（元本割れ）となり、出金が停止されました。停止期間は{times}回あり、最長は{longest}四半期です。"
    );
    let mut table = Table::new(
        "halts",
        Words::new("Halts", "出金停止期間"),
        [
            ("first", Words::new("first quarter", "最初の四半期")),
            ("last", Words::new("last quarter", "最後の四半期")),
            ("quarters", Words::new("quarters", "四半期数")),
            ("deepest", Words::new("deepest below capital", "最大の元本割れ額")),
            ("pool", Words::new("pool at the end", "終了時プール額")),
            ("shortfall", Words::new("shortfall", "不足額")),
        ],
    );
    for halt in halts {
        let (Some(first), Some(last)) = (halt.first(), halt.last()) else { continue };
        let below = halt.iter().map(|q| q.gain - q.costs).fold(f64::INFINITY, f64::min);
        table.row([
            Value::Words(Words::same(first.quarter.to_string())),
            Value::Words(Words::same(last.quarter.to_string())),
            Value::Count(halt.len()),
            Value::money(below),
            Value::money(last.pool),
            Value::money(halt.iter().map(|q| q.shortfall).sum()),
        ]);
    }
    let table = table.with_note(Words::new(
        "A halt is made of quarters in a row. How deep it went is the lowest value at a quarter's end, after the quarter's costs, \
         less the total invested capital.",
        "連続した四半期を1回の停止期間とします。最大の元本割れ額は、四半期末の評価額（費用控除後）から合計投下資本を引いた額の最小値です。",
    ));
    vec![Block::Paragraph(said), table.into()]
}
