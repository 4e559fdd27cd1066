use allweather_study::{Distribution, Measure, Tally};

use super::{count, outcome};
use crate::{
    Block, Colour, Figure, Language, Points, Shape, Table, Unit, Value, Words,
    bars::{BARS, width},
    format::decimals,
    words::words,
};

/// The finest bars of such a distribution, as a power of ten.
const FINEST: i32 = -4;

/// The share of paths on either side that the first and the last bar stand for, however far they are.
const TAIL: f64 = 0.005;

/// How far each figure spreads: what is left at the end drawn, and all of it as a table.
pub(super) fn blocks(tallies: &[(&str, &Tally)]) -> Vec<Block> {
    let measure = outcome(tallies);
    let found = tallies.iter().map(|(variant, tally)| (Words::same(*variant), tally.measure(measure)));
    let title = match measure {
        Measure::RealWealth => Words::new("Real value at the end of the paths", "パス終了時の実質価値の分布"),
        _ => Words::new("Value at the end of the paths", "パス終了時の価値の分布"),
    };
    let unit = Words::new("1 is the capital.", "1が元本です。");
    let drawn = histogram("study_outcome", title, &unit, found.collect());
    drawn.map(Block::from).into_iter().chain([table(tallies).into()]).collect()
}

pub(super) fn name(measure: Measure) -> Words {
    match measure {
        Measure::Wealth => Words::new("value at the end over capital", "最終価値（元本比）"),
        Measure::RealWealth => Words::new("real value at the end over capital", "最終実質価値（元本比）"),
        Measure::AnnualReturn => Words::new("return a year", "年率リターン"),
        Measure::OverPrescribedRate => {
            Words::new("return over the prescribed rate", "規定RFRに対する超過リターン")
        }
        Measure::Deviation => Words::new("standard deviation a year", "標準偏差（年率）"),
        Measure::DownsideDeviation => Words::new("downside deviation a year", "下方偏差（年率）"),
        Measure::Drawdown => Words::new("largest drawdown", "最大ドローダウン"),
        Measure::ExpectedShortfall => {
            Words::new("expected shortfall of a month, 5 %", "期待ショートフォール（月次、5%）")
        }
        Measure::HaltedYears => Words::new("years of halted withdrawals", "出金停止の年数"),
        Measure::Unfunded => {
            Words::new("share of expenses that nothing funded", "賄えなかった生活費&事業活動費の割合")
        }
        Measure::Turnover => Words::new("turnover a year", "年間売買回転率"),
        Measure::Costs => Words::new("costs over capital, a year", "年間コスト（元本比）"),
        Measure::Rebalances => Words::new("rebalances a year", "年間リバランス回数"),
        Measure::Sharpe => Words::new("Sharpe ratio", "シャープレシオ"),
        other => Words::same(other.to_string()),
    }
}

/// A figure in its unit: shares in percent, what is over capital as a multiple of it.
pub(super) fn value(measure: Measure, figure: f64) -> Value {
    match measure {
        Measure::Wealth
        | Measure::RealWealth
        | Measure::HaltedYears
        | Measure::Rebalances
        | Measure::Sharpe => Value::Number(figure, 2),
        _ => Value::Percent(figure),
    }
}

fn table(tallies: &[(&str, &Tally)]) -> Table {
    let mut table = Table::new(
        "study_figures",
        Words::new("Quantiles of every figure", "各数値の分位点"),
        [
            ("figure", Words::new("figure", "指標")),
            ("variant", Words::new("variant", "ケース")),
            ("q05", Words::new("5 %", "5%点")),
            ("q25", Words::new("25 %", "25%点")),
            ("median", Words::new("median", "中央値")),
            ("q75", Words::new("75 %", "75%点")),
            ("q95", Words::new("95 %", "95%点")),
            ("mean", Words::new("mean", "平均")),
            ("deviation", Words::new("deviation over paths", "パス間の標準偏差")),
            ("paths", Words::new("paths with it", "値のあるパス数")),
        ],
    );
    for measure in Measure::ALL {
        for (variant, tally) in tallies {
            let found = tally.measure(measure);
            if found.defined() == 0 {
                continue;
            }
            let cell = |figure: Option<f64>| Value::or_missing(figure, |figure| value(measure, figure));
            let [q05, q25, median, q75, q95] = [0.05, 0.25, 0.5, 0.75, 0.95].map(|p| cell(found.quantile(p)));
            let (mean, deviation) = (cell(found.mean()), cell(found.deviation()));
            let (figure, variant) = (Value::Words(name(measure)), Value::Name((*variant).to_owned()));
            table.row([figure, variant, q05, q25, median, q75, q95, mean, deviation, count(found.defined())]);
        }
    }
    table.with_note(Words::new(
        "On so many paths of a hundred the figure is at most this. Value and pool at the end are over the capital; 1.00 is all of it, and a \
         real value of 1.00 keeps up with prices, by the path's own prescribed rates. Drawdowns and expected shortfalls are positive. A lost \
         portfolio is worth 0 and has no return.",
        "「5%点」は、100本のうち5本のパスでその値以下になることを示します。最終価値はプールを含み、元本を1.00とします。実質価値は各パスの規定RFRで調整し、1.00で物価に見合う価値を保ったことになります。ドローダウンと期待ショートフォールは正の値です。全額を失ったパスの価値は0で、リターンはありません。",
    ))
}

/// How many of the paths come to how much, in a unit that is told. `None` where no path has the figure.
pub(super) fn histogram(
    id: &'static str,
    title: Words,
    unit: &Words,
    variants: Vec<(Words, &Distribution)>,
) -> Option<Figure> {
    let variants: Vec<_> = variants.into_iter().filter(|(_, found)| found.defined() > 0).collect();
    let ends = |p: f64| variants.iter().filter_map(move |(_, found)| found.quantile(p));
    let low = ends(TAIL).reduce(f64::min)?;
    let high = ends(1.0 - TAIL).reduce(f64::max)?;
    let (width, power) = width(low, high, FINEST);
    let places = usize::try_from(-power).unwrap_or(0);
    let (first, last) = ((low / width).floor(), (high / width).floor());
    // The edges between the bars: what is beyond the first and the last one is in the bars at the ends.
    let edges = (1..BARS).map(|bar| first + f64::from(bar)).take_while(|edge| *edge <= last);
    let edges: Vec<f64> = edges.map(|edge| edge * width).collect();
    let names = std::iter::once(first * width).chain(edges.iter().copied());
    let names = names.map(|edge| Words::same(decimals(edge, places))).collect();
    let step = decimals(width, places);
    let (en, ja) = (unit.text(Language::English), unit.text(Language::Japanese));
    let mut figure = Figure::new(
        id,
        title,
        words!(
            "The share of paths in each range of {step}, from the figure under it up; in the first and the last range is also all that is \
             beyond. {en}",
            "下の数値から{step}幅の範囲に入ったパスの割合です。両端の範囲には、その外側のパスも含みます。{ja}"
        ),
        Points::Names(names),
        Unit::Percent,
    );
    // Bars of several variants would hide each other.
    let shape = if variants.len() == 1 { Shape::Bars } else { Shape::Line };
    for (place, (name, found)) in variants.into_iter().enumerate() {
        let below = edges.iter().map(|edge| below(found, *edge)).chain([1.0]);
        let shares = below.scan(0.0, |before, to| Some(to - std::mem::replace(before, to)));
        figure = figure.with(name, shape, Colour::Nth(place), shares.collect::<Vec<_>>());
    }
    Some(figure)
}

/// The share of paths whose figure is below an edge, as finely as the quantiles are known.
fn below(found: &Distribution, edge: f64) -> f64 {
    let n = found.defined();
    // The figure of a rank, counted from 1: in the middle of its step, where no rounding leads to the next one.
    let is_below =
        |rank: u64| found.quantile((rank as f64 - 0.5) / n as f64).is_some_and(|figure| figure < edge);
    let (mut least, mut most) = (0, n);
    while least < most {
        let middle = least + (most - least).div_ceil(2);
        if is_below(middle) {
            least = middle;
        } else {
            most = middle - 1;
        }
    }
    least as f64 / n as f64
}
