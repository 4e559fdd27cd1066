use allweather_core::Rate;
use allweather_metrics::{
    Hurdle, MetricsError, Periodicity, Returns, annual_return_geometric, max_drawdown, sharpe, volatility,
};

use super::distribution::median;
use crate::{
    Block, Colour, Figure, ReportError, Shape, Table, Unit, Value, Words,
    run::{Run, of_period},
    terms,
    words::words,
};

/// The windows, in months.
const WINDOWS: [usize; 3] = [12, 36, 60];

/// What is measured on a window.
#[derive(Clone, Copy, PartialEq)]
enum Measure {
    Return,
    Deviation,
    Sharpe,
    Drawdown,
}

/// A measure over windows of one length: for each month, that of the window which ends with it.
struct Rolled {
    measure: Measure,
    window: usize,
    values: Vec<Option<f64>>,
}

pub(super) fn blocks(run: &Run<'_>) -> Result<Vec<Block>, ReportError> {
    let months = run.months.len();
    let (fit, too_long): (Vec<usize>, Vec<usize>) = WINDOWS.into_iter().partition(|window| *window <= months);
    let mut blocks = vec![Block::Paragraph(Words::new(
        "Each point looks back over the months that end with it: what somebody would have seen who judged the portfolio on that day by its \
         last one, three or five years.",
        "各点はその月までの過去の期間（1年、3年、5年）を見たものです。その時点で直近の成績から判断した場合に見えた数値を示します。",
    ))];
    if !too_long.is_empty() {
        let list: Vec<String> = too_long.iter().map(ToString::to_string).collect();
        let (en, ja) = (list.join(", "), list.join("、"));
        blocks.push(Block::Paragraph(words!(
            "Not shown, because the run has only {months} months: windows of {en} months.",
            "実行期間が{months}か月のため、{ja}か月の窓は示していません。"
        )));
    }
    if fit.is_empty() {
        return Ok(blocks);
    }
    let mut all = Vec::new();
    for measure in Measure::ALL {
        for window in &fit {
            all.push(Rolled { measure, window: *window, values: roll(run, measure, *window)? });
        }
    }
    for measure in Measure::ALL {
        let of: Vec<&Rolled> = all.iter().filter(|rolled| rolled.measure == measure).collect();
        if of.iter().any(|rolled| rolled.values.iter().any(Option::is_some)) {
            blocks.push(figure(run, measure, &of).into());
        }
    }
    blocks.push(table(run, &all).into());
    Ok(blocks)
}

/// A measure on every window of so many months that follow on each other; `None` where it has no value.
fn roll(run: &Run<'_>, measure: Measure, window: usize) -> Result<Vec<Option<f64>>, MetricsError> {
    let returns: Vec<f64> = run.months.iter().map(|row| row.period_return).collect();
    let rate = |month: allweather_core::Month| {
        let rate = run.record.rates().get(&month.year())?;
        Some(of_period(Rate::from_percent(rate.prescribed.rate).to_f64(), Periodicity::Monthly))
    };
    let rates: Vec<Option<f64>> = run.months.iter().map(|row| rate(row.month)).collect();
    // Before the first whole window there is none.
    let mut values = vec![None; window - 1];
    for (rows, (returns, rates)) in
        run.months.windows(window).zip(returns.windows(window).zip(rates.windows(window)))
    {
        let span = rows.first().zip(rows.last()).map(|(first, last)| last.month.months_since(first.month));
        let unbroken = span.and_then(|span| usize::try_from(span).ok()) == Some(window - 1);
        let returns = Returns::new(Periodicity::Monthly, returns)?;
        let rates: Option<Vec<f64>> = rates.iter().copied().collect();
        values.push(if unbroken { measure.of(&returns, rates.as_deref())? } else { None });
    }
    Ok(values)
}

fn figure(run: &Run<'_>, measure: Measure, rolled: &[&Rolled]) -> Figure {
    let (id, title, caption) = measure.texts();
    let mut figure = Figure::new(id, title, caption, run.month_points(), measure.unit());
    for (n, of) in rolled.iter().enumerate() {
        let values = of.values.iter().copied();
        figure = figure.with_holes(window_name(of.window), Shape::Line, Colour::Nth(n), values);
    }
    let targets = run.record.targets();
    let limit = match measure {
        Measure::Deviation => targets.deviation.aim,
        Measure::Drawdown => targets.drawdown.aim.map(|depth| -depth),
        Measure::Return | Measure::Sharpe => None,
    };
    if let Some(limit) = limit {
        let limits = std::iter::repeat_n(limit, run.months.len());
        figure = figure.with(Words::new("limit", "上限"), Shape::Dashed, Colour::Aim, limits);
    }
    figure
}

fn window_name(months: usize) -> Words {
    words!("{months} months", "{months}か月")
}

fn table(run: &Run<'_>, all: &[Rolled]) -> Table {
    let mut table = Table::new(
        "rolling",
        Words::new(
            "Rolling measures: lowest, median, highest, newest",
            "ローリング指標：最低・中央・最高・最新",
        ),
        [
            ("measure", Words::new("measure", "指標")),
            ("window", Words::new("months", "月数")),
            ("lowest", Words::new("lowest", "最低")),
            ("lowest_month", Words::new("up to", "窓の末月")),
            ("median", Words::new("median", "中央値")),
            ("highest", Words::new("highest", "最高")),
            ("highest_month", Words::new("up to", "窓の末月")),
            ("newest", Words::new("newest", "最新")),
            ("newest_month", Words::new("up to", "窓の末月")),
            ("windows", Words::new("windows", "窓の数")),
        ],
    );
    for rolled in all {
        let places = run.months.iter().zip(&rolled.values);
        let found: Vec<_> = places.filter_map(|(row, value)| Some((row.month, (*value)?))).collect();
        let why = || Value::Missing(Words::new("no window has a value", "値のある窓がありません"));
        let pair = |place: Option<&(allweather_core::Month, f64)>| {
            place.map_or_else(
                || [why(), why()],
                |(month, value)| [rolled.measure.value(*value), Value::Month(*month)],
            )
        };
        let values: Vec<f64> = found.iter().map(|(_, value)| *value).collect();
        let [lowest, lowest_month] = pair(found.iter().min_by(|a, b| a.1.total_cmp(&b.1)));
        // The first of equal ones, as for the lowest.
        let [highest, highest_month] = pair(found.iter().rev().max_by(|a, b| a.1.total_cmp(&b.1)));
        let [newest, newest_month] = pair(found.last());
        table.row([
            Value::Words(rolled.measure.name()),
            Value::Count(rolled.window),
            lowest,
            lowest_month,
            median(&values).map_or_else(why, |value| rolled.measure.value(value)),
            highest,
            highest_month,
            newest,
            newest_month,
            Value::Count(found.len()),
        ]);
    }
    table.with_note(Words::new(
        "Measured on monthly returns, a year's worth where it says so; a month next to a figure is the last of its window. A drawdown is \
         negative: its lowest is the deepest. The Sharpe ratio is over the prescribed risk-free rate of each month's year, and a window \
         with a year that has none is left out.",
        "月次リターンで測定しています。数値の右の月は窓の末月です。下落率は負の値で、最低が最も深い下落です。シャープレシオは各月の年の規定RFRを基準とし、規定RFRのない年を含む窓は除いています。",
    ))
}

impl Measure {
    const ALL: [Self; 4] = [Self::Return, Self::Deviation, Self::Sharpe, Self::Drawdown];

    /// Its value on a window; `None` when it is undefined there.
    fn of(self, returns: &Returns<'_>, rates: Option<&[f64]>) -> Result<Option<f64>, MetricsError> {
        Ok(match self {
            Self::Return => annual_return_geometric(returns).ok(),
            Self::Deviation => volatility(returns).ok(),
            Self::Drawdown => max_drawdown(returns).ok().map(|fall| fall.depth),
            Self::Sharpe => match rates {
                Some(rates) => {
                    let hurdle = Hurdle::Series(Returns::new(Periodicity::Monthly, rates)?);
                    sharpe(&returns.over(hurdle)?).ok()
                }
                None => None,
            },
        })
    }

    fn unit(self) -> Unit {
        if self == Self::Sharpe { Unit::Number } else { Unit::Percent }
    }

    fn value(self, value: f64) -> Value {
        if self == Self::Sharpe { Value::Number(value, 2) } else { Value::Percent(value) }
    }

    fn name(self) -> Words {
        match self {
            Self::Return => Words::new("return a year", "年率リターン"),
            Self::Deviation => Words::new("standard deviation a year", "標準偏差（年率）"),
            Self::Sharpe => Words::new("Sharpe ratio", "シャープレシオ"),
            Self::Drawdown => terms::MAXIMUM_DRAWDOWN,
        }
    }

    fn texts(self) -> (&'static str, Words, Words) {
        match self {
            Self::Return => (
                "rolling_return",
                Words::new("Return a year over the last months", "直近の年率リターン"),
                Words::new("Geometric, net of costs.", "幾何平均、コスト控除後。"),
            ),
            Self::Deviation => (
                "rolling_deviation",
                Words::new("Standard deviation a year over the last months", "直近の標準偏差（年率）"),
                Words::new(
                    "Of monthly returns, annualised. The broken line is the 4 % that the method allows.",
                    "月次リターンの年率換算。破線は手法が許容する4 %です。",
                ),
            ),
            Self::Sharpe => (
                "rolling_sharpe",
                Words::new("Sharpe ratio over the last months", "直近のシャープレシオ"),
                Words::new(
                    "Return over the prescribed risk-free rate, per unit of its standard deviation, a year.",
                    "規定RFRに対する超過リターンを、その標準偏差で割った値（年率）。",
                ),
            ),
            Self::Drawdown => (
                "rolling_drawdown",
                Words::new("Maximum drawdown within the last months", "直近の期間内の最大ドローダウン"),
                Words::new(
                    "The deepest fall that began and went on within the window, its start included. The broken line is the 6 % that the \
                     method allows.",
                    "窓の中（開始時点を含む）で最も深い下落。破線は手法が許容する6 %です。",
                ),
            ),
        }
    }
}
