use allweather_portfolio::YearRow;

use crate::{Block, Colour, Figure, Points, Shape, Table, Unit, Value, Words, run::Run, words::words};

pub(super) fn blocks(run: &Run<'_>) -> Vec<Block> {
    vec![figure(run).into(), table(run).into()]
}

fn figure(run: &Run<'_>) -> Figure {
    let of = |value: fn(&YearRow<'_>) -> f64| run.years.iter().map(value).collect::<Vec<f64>>();
    Figure::new(
        "yearly_flows",
        Words::new("Money in and out of the pool by year", "年別のプールへの入出金"),
        Words::new(
            "Above the line what was taken out of the portfolio; below it what became of it: expenses paid, amounts put back into \
             the portfolio, and expenses that nothing funded. What is taken out and not used stays in the pool.",
            "線の上はポートフォリオからの出金、下はその使途（支払った生活費&事業活動費、再投資金額）と賄えなかった不足額です。出金のうち使われなかった額はプールに残ります。",
        ),
        Points::Years(run.years.iter().map(|row| row.year.number()).collect()),
        Unit::Money,
    )
    .with(Words::new("withdrawn", "出金"), Shape::Bars, Colour::Gain, of(|row| row.withdrawn))
    .with(
        Words::new("expenses paid", "支払った生活費&事業活動費"),
        Shape::Bars,
        Colour::Portfolio,
        of(|row| row.shortfall - row.expenses),
    )
    .with(Words::new("reinvested", "再投資"), Shape::Bars, Colour::Quiet, of(|row| -row.reinvested))
    .with(Words::new("shortfall", "不足額"), Shape::Bars, Colour::Loss, of(|row| -row.shortfall))
}

fn table(run: &Run<'_>) -> Table {
    let mut table = Table::new(
        "years_money",
        Words::new("Expenses and withdrawals by year", "年別の生活費&事業活動費と出金"),
        [
            ("year", Words::new("year", "年")),
            ("expenses", Words::new("expenses", "消費額")),
            ("withdrawn", Words::new("withdrawn", "出金")),
            ("reinvested", Words::new("reinvested", "再投資金額")),
            ("pool", Words::new("pool at the end", "年末プール額")),
            ("halted", Words::new("quarters halted", "停止四半期数")),
            ("shortfall", Words::new("shortfall", "不足額")),
        ],
    );
    for row in &run.years {
        table.row([
            Value::Year(row.year),
            Value::money(row.expenses),
            Value::money(row.withdrawn),
            Value::money(row.reinvested),
            Value::money(row.pool),
            Value::Count(row.halted_quarters),
            Value::money(row.shortfall),
        ]);
    }
    table.with_note(words!(
        "Expenses are what the year's quarters were to consume, paid or not.",
        "消費額はその年の各四半期に消費するはずの額で、賄えなかった額を含みます。"
    ))
}
