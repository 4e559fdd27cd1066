use allweather_portfolio::QuarterRecord;

use crate::{
    Cell, Table, Value, Words,
    pages::rate::{fraction, name, status_mark},
    words::words,
};

/// The ledger, quarter by quarter.
pub(super) fn table(quarters: &[&QuarterRecord]) -> Table {
    let mut table = Table::new(
        "quarters",
        Words::new("The ledger, quarter by quarter", "四半期ごとの計算"),
        [
            ("quarter", Words::new("quarter", "四半期")),
            ("rate", Words::new("prescribed rate", "規定RFR")),
            ("indicator", Words::new("indicator", "採用指標")),
            ("gain", Words::new("gain", "含み益")),
            ("costs", Words::new("costs", "取引手数料等")),
            ("annual_expense", Words::new("annual expense", "想定額（年）")),
            ("consumption", Words::new("consumed", "消費額")),
            ("pool_cap", Words::new("cap", "最大プール額")),
            ("excess", Words::new("excess return", "超過収益")),
            ("headroom", Words::new("headroom", "プール加算上限")),
            ("withdrawn", Words::new("withdrawn", "出金")),
            ("reinvested", Words::new("reinvested", "再投資金額")),
            ("pool", Words::new("pool", "プール額")),
            ("shortfall", Words::new("shortfall", "不足額")),
            ("halted", Words::new("halted", "出金停止")),
            ("invested", Words::new("invested capital", "合計投下資本")),
        ],
    );
    table.searchable = true;
    for quarter in quarters {
        table.row(cells(quarter));
    }
    table.with_note(words!(
        "Gain is the value before any cost of the quarter less the invested capital so far; excess return is gain \
         less costs and consumption; headroom is the room in the pool at the end of the quarter before. The rate is the one that the run \
         read for the running year; hatched while it was estimated, with a star while it was provisional.",
        "含み益は四半期の費用控除前の評価額から直前の合計投下資本を引いた額、超過収益は含み益から取引手数料等と消費額を引いた額、プール加算上限は前四半期末のプールの空きです。規定RFRは計算に用いたその年の値で、推計値には斜線、暫定値には＊を付けています。"
    ))
}

fn cells(quarter: &QuarterRecord) -> [Cell; 16] {
    let money = |amount| Cell::new(Value::money(amount));
    let rate = Value::or_missing(quarter.rate, |rate| Value::Percent(fraction(rate)));
    let halted = if quarter.halted { Words::new("yes", "停止") } else { Words::new("no", "なし") };
    [
        Value::Words(Words::same(quarter.quarter.to_string())).into(),
        Cell::new(rate).marked(quarter.rate_status.and_then(status_mark)),
        Value::or_missing(quarter.indicator, |indicator| Value::Words(name(indicator))).into(),
        money(quarter.gain),
        money(quarter.costs),
        money(quarter.annual_expense),
        money(quarter.consumption),
        money(quarter.pool_cap),
        money(quarter.excess),
        money(quarter.headroom),
        money(quarter.withdrawn),
        money(quarter.reinvested),
        money(quarter.pool),
        money(quarter.shortfall),
        Value::Words(halted).into(),
        money(quarter.invested),
    ]
}
