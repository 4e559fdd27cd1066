use allweather_portfolio::Step;

use super::assets;
use crate::{Block, Cell, Colour, Figure, Points, Shape, Table, Unit, Value, Words, run::Run, words::words};

/// Below this part of the portfolio, cash is the rounding of a sum.
const DUST: f64 = 1e-9;

/// Weights through time, and at the end against the targets.
pub(super) fn blocks(run: &Run<'_>) -> Vec<Block> {
    let shown = run.month_ends();
    let mut blocks = Vec::new();
    if shown.len() > 1 {
        blocks.push(figure(run, &shown).into());
    } else {
        blocks.push(Block::Paragraph(Words::new(
            "The run has one month: there is no course of time to draw.",
            "実行期間が1か月のため、推移の図はありません。",
        )));
    }
    blocks.push(table(run).into());
    blocks
}

fn weight(amount: f64, step: &Step<'_>) -> Option<f64> {
    (step.value_after > 0.0).then(|| amount / step.value_after)
}

fn figure(run: &Run<'_>, shown: &[&Step<'_>]) -> Figure {
    let names = run.record.universe();
    let sum = |place: usize| shown.iter().filter_map(|step| step.after.get(place)).sum::<f64>();
    // As many as there are colours; the last colour is then that of the others.
    let mut by_size: Vec<usize> = (0..names.len()).collect();
    by_size.sort_by(|a, b| sum(*b).total_cmp(&sum(*a)));
    let kept = if names.len() > Colour::PALETTE { Colour::PALETTE - 1 } else { names.len() };
    let (mut alone, others) = (by_size.clone(), by_size.split_off(kept));
    alone.truncate(kept);
    alone.sort_unstable();
    let days = shown.iter().map(|step| step.date).collect();
    let caption = if run.record.is_actual() {
        Words::new(
            "Shares of the account's value at each month's end, after that day's trades; cash is a part of its own.",
            "各月末の売買後の口座の時価に対する割合です。現金も1つの部分として示します。",
        )
    } else {
        Words::new(
            "Shares of the portfolio's value at each month's end, after that day's trade; cash is a part of its own, and what the pool holds \
             is not in it. A field that begins late is an asset whose prices begin late.",
            "各月末の売買後の時価に対する割合です。現金も1つの部分として示し、プール額は含みません。途中から現れる帯は、価格が途中から始まる資産です。",
        )
    };
    let title = Words::new("What the portfolio held", "保有資産の構成");
    let mut figure = Figure::new("weights_over_time", title, caption, Points::Days(days), Unit::Percent);
    for (nth, place) in alone.iter().enumerate() {
        let name = names.get(*place).map_or_else(String::new, ToString::to_string);
        let values = shown.iter().map(|step| weight(*step.after.get(*place)?, step));
        figure = figure.with_holes(Words::same(name), Shape::Stacked, Colour::Nth(nth), values);
    }
    if !others.is_empty() {
        let count = others.len();
        let name = words!("{count} others", "その他{count}資産");
        let values = shown
            .iter()
            .map(|step| weight(others.iter().filter_map(|place| step.after.get(*place)).sum(), step));
        figure = figure.with_holes(name, Shape::Stacked, Colour::Nth(kept), values);
    }
    let cash: Vec<Option<f64>> = shown.iter().map(|step| weight(step.cash, step)).collect();
    if cash.iter().flatten().any(|cash| *cash > DUST) {
        figure = figure.with_holes(Words::new("cash", "現金"), Shape::Stacked, Colour::Quiet, cash);
    }
    figure
}

fn table(run: &Run<'_>) -> Table {
    let mut table = Table::new(
        "weights",
        Words::new("Weights at the end against the strategic ones", "期末の組入比率と目標組入比率"),
        [
            ("asset", Words::new("asset", "資産")),
            ("value", Words::new("value", "時価")),
            ("weight", Words::new("at the end", "期末")),
            ("strategic", Words::new("strategic", "目標")),
            ("difference", Words::new("difference", "差")),
            ("lowest", Words::new("lowest", "最低")),
            ("mean", Words::new("mean", "平均")),
            ("highest", Words::new("highest", "最高")),
        ],
    );
    let Some(last) = run.steps.last() else { return table };
    let mut row = |name: Value, strategic: f64, amounts: &mut dyn Iterator<Item = (f64, &Step<'_>)>| {
        let mut end = None;
        let (mut count, mut sum, mut low, mut high) = (0_usize, 0.0, f64::INFINITY, f64::NEG_INFINITY);
        for (amount, step) in amounts {
            let of = weight(amount, step);
            end = Some((amount, of));
            if let Some(of) = of {
                (count, sum, low, high) = (count + 1, sum + of, low.min(of), high.max(of));
            }
        }
        let (amount, weight) = end.unwrap_or_default();
        let of_all = |value: f64| Value::or_missing((count > 0).then_some(value), Value::Percent);
        table.row([
            Cell::new(name),
            Cell::new(Value::money(amount)),
            Cell::new(Value::or_missing(weight, Value::Percent)),
            Cell::new(Value::Percent(strategic)),
            Cell::new(Value::or_missing(weight.map(|weight| weight - strategic), Value::Percent)),
            Cell::new(of_all(low)),
            Cell::new(of_all(sum / count.max(1) as f64)),
            Cell::new(of_all(high)),
        ]);
    };
    for (place, asset) in assets(run).into_iter().enumerate() {
        let amounts = &mut run.steps.iter().filter_map(|step| Some((*step.after.get(place)?, step)));
        row(Value::Name(asset.path.to_string()), asset.weight, amounts);
    }
    let cash = &mut run.steps.iter().map(|step| (step.cash, step));
    row(Value::Words(Words::new("cash", "現金")), 0.0, cash);
    let day = last.date;
    if run.record.is_actual() {
        return table.with_note(words!(
            "The end is {day}, after that day's trades. Lowest, mean and highest are over all steps, also those before an asset was bought. The \
             strategic weights are those of the spec that the account is held against; what it held is its owner's choice.",
            "期末は{day}（当日の売買後）です。最低・平均・最高は全ステップを対象とし、資産の購入前も含みます。目標は実口座と比べる仕様の比率で、実際に何を保有するかは所有者が決めたものです。"
        ));
    }
    table.with_note(words!(
        "The end is {day}, after that day's trade. Weights are of the value without the pool; lowest, mean and highest are over all steps, \
         also those before an asset came in. Weights differ from the strategic ones as far as the rule lets them drift, or aims at others.",
        "期末は{day}（当日の売買後）です。比率はプール額を除いた時価に対するものです。最低・平均・最高は全ステップを対象とし、資産が加わる前も含みます。目標との差は、ルールが許す乖離、またはルール自身が別の比率を目指すことによります。"
    ))
}
