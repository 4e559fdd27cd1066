use crate::{
    Block, Colour, Figure, Points, Shape, Unit, Value, Words,
    bars::{BARS, width},
    format::decimals,
    run::Run,
    words::words,
};

pub(super) fn blocks(run: &Run<'_>) -> Vec<Block> {
    let returns: Vec<f64> = run.months.iter().map(|row| row.period_return).collect();
    vec![facts(&returns), histogram(&returns).into()]
}

fn facts(returns: &[f64]) -> Block {
    let months = returns.len();
    let count = |holds: fn(&f64) -> bool| returns.iter().filter(|r| holds(r)).count();
    let (gains, losses) = (count(|r| *r > 0.0), count(|r| *r < 0.0));
    let share = |n: usize| Value::Percent(n as f64 / months as f64);
    Block::Facts(vec![
        (Words::new("months", "月数"), Value::Count(months)),
        (
            Words::new("median month", "月次リターンの中央値"),
            Value::or_missing(median(returns), Value::Percent),
        ),
        (Words::new("months with a gain", "上昇した月"), Value::Count(gains)),
        (Words::new("share of months with a gain", "上昇した月の割合"), share(gains)),
        (Words::new("months with a loss", "下落した月"), Value::Count(losses)),
        (Words::new("share of months with a loss", "下落した月の割合"), share(losses)),
    ])
}

/// The middle one, or the mean of the two in the middle; `None` of nothing.
pub(super) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    sorted.get(sorted.len() / 2 - 1).map(|lower| lower.midpoint(upper))
}

fn histogram(returns: &[f64]) -> Figure {
    let (low, high) = returns.iter().fold((0.0_f64, 0.0_f64), |(low, high), r| (low.min(*r), high.max(*r)));
    let (width, power) = width(low, high, -3);
    let places: Vec<f64> = returns.iter().map(|r| (r / width).floor()).collect();
    let first = places.iter().copied().fold(f64::INFINITY, f64::min);
    let last = places.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let bins: Vec<f64> = (0..BARS).map(|k| first + f64::from(k)).take_while(|bin| *bin <= last).collect();
    let digits = usize::from(power < -2);
    let edge = |bin: f64| decimals(bin * width * 100.0, digits);
    let names = bins.iter().map(|bin| Words::same(format!("{} %", edge(*bin))));
    let step = decimals(width * 100.0, digits);
    let share = |bin: f64| {
        let inside = places.iter().filter(|place| **place >= bin && **place < bin + 1.0).count();
        inside as f64 / returns.len() as f64
    };
    let bars = |of: fn(f64) -> bool| bins.iter().map(move |bin| of(*bin).then_some(*bin)).collect::<Vec<_>>();
    let shares = |of: fn(f64) -> bool| bars(of).into_iter().map(|bin| bin.map(share)).collect::<Vec<_>>();
    Figure::new(
        "month_histogram",
        Words::new("How often a month returned how much", "月次リターンの度数分布"),
        words!(
            "The height of a bar is the share of the run's months whose return was in a range of {step} %, from the figure under the bar up.",
            "棒の高さは、リターンが棒の下の数値から{step} %幅の範囲に入った月の割合です。"
        ),
        Points::Names(names.collect()),
        Unit::Percent,
    )
    .with_holes(Words::new("losses", "損失"), Shape::Bars, Colour::Loss, shares(|bin| bin < 0.0))
    .with_holes(Words::new("gains", "利益"), Shape::Bars, Colour::Gain, shares(|bin| bin >= 0.0))
}
