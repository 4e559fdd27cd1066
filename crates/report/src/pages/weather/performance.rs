use allweather_core::Rate;
use allweather_metrics::{
    Hurdle, Periodicity, Returns, Undefined, annual_return_arithmetic, sharpe, volatility,
};
use allweather_portfolio::MonthRow;
use allweather_weather::{Condition, Label, Status, Weather};

use super::{Region, labelled, quadrant};
use crate::{
    Cell, Mark, Table, Value, Words,
    run::{Run, of_period},
    undefined::why,
};

/// Months of one kind.
struct Group<'r> {
    name: Words,
    months: Vec<&'r MonthRow>,
    /// How many of them are not final.
    open: usize,
}

impl<'r> Group<'r> {
    fn new(run: &'r Run<'_>, labels: &[Label], name: Words, holds: impl Fn(Option<&Label>) -> bool) -> Self {
        let rows = run.months.iter().map(|row| (row, labelled(labels, row.month)));
        let held: Vec<_> = rows.filter(|(_, label)| holds(*label)).collect();
        let open =
            held.iter().filter(|(_, label)| label.is_some_and(|label| label.status != Status::Final)).count();
        Self { name, months: held.into_iter().map(|(row, _)| row).collect(), open }
    }
}

/// What the portfolio returned in each weather.
pub(super) fn table(region: &Region<'_, '_>, labels: &[Label]) -> Table {
    let run = region.run;
    let mut table = Table::new(
        region.id("weather"),
        Words::new("Portfolio by weather, net of costs", "天候別の成績（コスト控除後）"),
        [
            ("weather", Words::new("weather", "天候")),
            ("months", Words::new("months", "月数")),
            ("share", Words::new("share", "割合")),
            ("annual_return", Words::new("mean a year", "平均（年率）")),
            ("deviation", Words::new("deviation", "標準偏差（年率）")),
            ("sharpe", Words::new("Sharpe", "シャープ")),
            ("gains", Words::new("gains", "上昇月")),
            ("worst", Words::new("worst", "最低月")),
            ("best", Words::new("best", "最高月")),
            ("not_final", Words::new("not final", "未確定")),
        ],
    );
    let quadrants = Weather::ALL.map(|weather| {
        Group::new(run, labels, quadrant(weather), move |label| label.is_some_and(|l| l.weather == weather))
    });
    let ends = [Condition::Inflation, Condition::Deflation, Condition::Boom, Condition::Recession];
    let conditions = ends.map(|end| {
        let all = match end {
            Condition::Inflation => Words::new("inflation, all", "インフレ（全て）"),
            Condition::Deflation => Words::new("deflation, all", "デフレ（全て）"),
            Condition::Boom => Words::new("boom, all", "好景気（全て）"),
            Condition::Recession => Words::new("recession, all", "不景気（全て）"),
        };
        Group::new(run, labels, all, move |label| label.is_some_and(|l| l.weather.is(end)))
    });
    let rest = [
        Group::new(run, labels, Words::new("without a label", "判定なし"), |label| label.is_none()),
        Group::new(run, labels, Words::new("all months", "全ての月"), |_| true),
    ];
    for group in quadrants.into_iter().chain(conditions).chain(rest) {
        table.row(row(run, &group));
    }
    table.with_note(Words::new(
        "Each month is in one of the first four rows and in two of the next four. Mean and standard deviation are those of returns, a year; \
         gains is the share of months above 0, worst and best are months. The mean is arithmetic, monthly × 12: months of one \
         weather are scattered, so they do not compound, and for the same reason there is no drawdown by weather. Sharpe ratios are over the \
         prescribed rate of each month's year. Portfolio returns are after hedge, overlay and costs; the run's first month is its \
         first purchase.",
        "各月は最初の4行のいずれか1つ、次の4行のうち2つに含まれます。平均と標準偏差はリターンの年率で、上昇月は0を上回った月の割合、未確定は月数です。平均は算術平均（月次×12）です。同じ天候の月は連続していないため複利にはならず、同じ理由で天候別のドローダウンは示しません。シャープレシオは各月の属する年の規定RFRを基準とします。リターンはヘッジ・オーバーレイ・コスト控除後で、最初の月は初回購入です。",
    ))
}

fn row(run: &Run<'_>, group: &Group<'_>) -> [Cell; 10] {
    let values: Vec<f64> = group.months.iter().map(|row| row.period_return).collect();
    let none = || Words::new("no such month", "該当する月なし");
    let mark = (group.open > 0).then_some(Mark::Provisional);
    let measure = |measure: &dyn Fn(&Returns<'_>) -> Result<f64, Undefined>, unit: fn(f64) -> Value| {
        if values.is_empty() {
            return Value::Missing(none());
        }
        let Ok(returns) = Returns::new(Periodicity::Monthly, &values) else {
            return Value::Missing(Words::new("a return is out of range", "範囲外のリターンがあります"));
        };
        measure(&returns).map_or_else(|reason| Value::Missing(why(&reason)), unit)
    };
    let edge = |of: fn(f64, f64) -> f64| {
        let found = values.iter().copied().reduce(of);
        found.map_or_else(|| Value::Missing(none()), Value::Percent)
    };
    let gains = values.iter().filter(|value| **value > 0.0).count();
    let share = |part: usize, whole: usize| {
        if whole == 0 { Value::Missing(none()) } else { Value::Percent(part as f64 / whole as f64) }
    };
    [
        Value::Words(group.name.clone()).into(),
        Value::Count(values.len()).into(),
        share(values.len(), run.months.len()).into(),
        Cell::new(measure(&|returns| annual_return_arithmetic(returns), Value::Percent)).marked(mark),
        measure(&|returns| volatility(returns), Value::Percent).into(),
        ratio(run, group, &values).into(),
        share(gains, values.len()).into(),
        edge(f64::min).into(),
        edge(f64::max).into(),
        Cell::new(Value::Count(group.open)).marked(mark),
    ]
}

/// The Sharpe ratio over the prescribed rate of each month's year.
fn ratio(run: &Run<'_>, group: &Group<'_>, values: &[f64]) -> Value {
    let rate = |row: &&MonthRow| {
        let rate = run.record.rates().get(&row.month.year())?;
        Some(of_period(Rate::from_percent(rate.prescribed.rate).to_f64(), Periodicity::Monthly))
    };
    let Some(rates) = group.months.iter().map(rate).collect::<Option<Vec<f64>>>() else {
        return Value::Missing(Words::new("a year has no prescribed rate", "規定RFRのない年があります"));
    };
    let excess = Returns::new(Periodicity::Monthly, &rates)
        .and_then(|rates| Returns::new(Periodicity::Monthly, values)?.over(Hurdle::Series(rates)));
    match excess.map(|excess| sharpe(&excess)) {
        Ok(Ok(ratio)) => Value::Number(ratio, 2),
        Ok(Err(reason)) => Value::Missing(why(&reason)),
        Err(reason) => Value::Missing(Words::same(reason.to_string())),
    }
}
