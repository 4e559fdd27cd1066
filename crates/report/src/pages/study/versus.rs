use allweather_study::{Measure, Versus};

use super::{
    count,
    figures::{histogram, name, value},
};
use crate::{Block, Language, Table, Value, Words, format::percent, words::words};

/// A variant, the one that it is held against, and the differences.
type Rival<'a> = (&'a str, &'a str, &'a Versus);

/// Variants against others on the same paths: in words, drawn, and as a table.
pub(super) fn blocks(rivals: &[Rival<'_>]) -> Vec<Block> {
    let real = rivals.iter().any(|(.., versus)| versus.difference(Measure::RealWealth).defined() > 0);
    let measure = if real { Measure::RealWealth } else { Measure::Wealth };
    let answers = rivals.iter().filter_map(|rival| answer(rival, measure));
    let mut all: Vec<Block> = answers.map(Block::Paragraph).collect();
    let pairs = rivals.iter().map(|(variant, against, versus)| {
        (words!("{variant} less {against}", "{variant}と{against}の差"), versus.difference(measure))
    });
    let title = match measure {
        Measure::RealWealth => Words::new("How much more real value at the end", "最終実質価値の差の分布"),
        _ => Words::new("How much more value at the end", "最終価値の差の分布"),
    };
    let unit = Words::new(
        "0 is no difference, 0.1 is a tenth of the capital.",
        "0は差がないこと、0.1は元本の1割に当たる差を示します。",
    );
    all.extend(histogram("study_difference", title, &unit, pairs.collect()).map(Block::from));
    all.push(table(rivals).into());
    all
}

/// Which one ends with more, and by how much; `None` where no path can say.
fn answer((variant, against, versus): &Rival<'_>, measure: Measure) -> Option<Words> {
    let (difference, above) = (versus.difference(measure), versus.above(measure));
    let mean = value(measure, difference.mean()?).text(Language::English);
    let (share, (low, high)) = (percent(above.probability()?), above.interval()?);
    let (low, high, what) = (percent(low), percent(high), name(measure));
    let (en, ja) = (what.text(Language::English), what.text(Language::Japanese));
    Some(words!(
        "{variant} less {against}, on the same paths: the {en} differs by {mean} in the mean, and is higher on {share} of them ({low} to \
         {high}).",
        "同じパスでの{variant}と{against}の差：{ja}の差は平均{mean}、{variant}が上回ったパスは{share}（{low}～{high}）です。"
    ))
}

fn table(rivals: &[Rival<'_>]) -> Table {
    let mut table = Table::new(
        "study_versus",
        Words::new("Differences on the same paths", "同じパスでの差"),
        [
            ("figure", Words::new("figure", "指標")),
            ("variant", Words::new("variant", "ケース")),
            ("against", Words::new("less", "比較の相手")),
            ("mean", Words::new("mean", "平均")),
            ("error", Words::new("standard error of it", "平均の標準誤差")),
            ("q05", Words::new("5 %", "5%点")),
            ("median", Words::new("median", "中央値")),
            ("q95", Words::new("95 %", "95%点")),
            ("above", Words::new("higher on", "上回った割合")),
            ("low", Words::new("interval from", "区間下限")),
            ("high", Words::new("to", "区間上限")),
            ("paths", Words::new("paths with both", "両方に値のあるパス数")),
        ],
    );
    for measure in Measure::ALL {
        for (variant, against, versus) in rivals {
            let (found, above) = (versus.difference(measure), versus.above(measure));
            if found.defined() == 0 {
                continue;
            }
            let cell = |figure: Option<f64>| Value::or_missing(figure, |figure| value(measure, figure));
            let [q05, median, q95] = [0.05, 0.5, 0.95].map(|p| cell(found.quantile(p)));
            let share = |share: Option<f64>| Value::or_missing(share, Value::Percent);
            let interval = above.interval();
            table.row([
                Value::Words(name(measure)),
                Value::Name((*variant).to_owned()),
                Value::Name((*against).to_owned()),
                cell(found.mean()),
                cell(found.standard_error()),
                q05,
                median,
                q95,
                share(above.probability()),
                share(interval.map(|interval| interval.0)),
                share(interval.map(|interval| interval.1)),
                count(found.defined()),
            ]);
        }
    }
    table.with_note(Words::new(
        "On each path the figure of the variant less that of the other one, which ran on the same months: such a difference is known far \
         better than that of two means. Higher is not always better: see drawdowns, costs and deviations. Intervals are Wilson's, 95 %.",
        "各パスでのケースと比較の相手の差です。同じ月で実行するため、平均どうしの差よりはるかに正確に分かります。ドローダウンやコスト、標準偏差のように、高いほど良いとは限らないものもあります。区間はウィルソンの95%区間です。",
    ))
}
