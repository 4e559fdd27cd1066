use allweather_study::{Event, Measure, Tally};

use super::{
    count,
    figures::{name, value},
    outcome,
};
use crate::{
    Block, Colour, Figure, Language, Points, Table, Unit, Value, Words, format::percent, words::words,
};

/// How often what happens: in words, drawn, and as a table.
pub(super) fn blocks(tallies: &[(&str, &Tally)]) -> Vec<Block> {
    let mut all: Vec<Block> =
        tallies.iter().map(|(name, tally)| Block::Paragraph(answer(name, tally))).collect();
    all.push(Block::Warning(Words::new(
        "An interval tells what drawing so few paths leaves open, with 95 %. It does not tell whether the future is like the past.",
        "区間は、抽出したパスの本数に限りがあることによる不確かさ（95%）を示すもので、将来が過去と同様かどうかを示すものではありません。",
    )));
    let events: Vec<Event> = Event::ALL.into_iter().filter(|event| told(*event, tallies)).collect();
    if !events.is_empty() {
        all.push(figure(&events, tallies).into());
        all.push(table(&events, tallies).into());
    }
    all
}

/// Whether any variant can say how often it happened.
fn told(event: Event, tallies: &[(&str, &Tally)]) -> bool {
    // That all targets are met is never known without the return's: only that they are not.
    let of = if event == Event::TargetsMet { Event::ReturnMet } else { event };
    tallies.iter().any(|(_, tally)| tally.event(of).of() > 0)
}

fn happens(event: Event) -> Words {
    match event {
        Event::Ruin => Words::new("ruin", "破綻"),
        Event::Shortfall => Words::new("expenses unfunded", "生活費&事業活動費の不足"),
        Event::Halt => Words::new("withdrawals halted", "出金停止"),
        Event::RealLoss => Words::new("real value lost", "実質価値の目減り"),
        Event::ReturnMet => Words::new("return target met", "リターン目標の達成"),
        Event::DeviationMet => Words::new("deviation target met", "標準偏差目標の達成"),
        Event::DrawdownMet => Words::new("drawdown target met", "最大ドローダウン目標の達成"),
        Event::TargetsMet => Words::new("all targets met", "全目標の達成"),
        other => Words::same(other.to_string()),
    }
}

/// What a family asks first, in a sentence or two for each variant.
fn answer(variant: &str, tally: &Tally) -> Words {
    let said = |event: Event, not: bool| {
        let found = tally.event(event);
        let (low, high) = found.interval()?;
        let share = |p: f64| percent(if not { 1.0 - p } else { p });
        let (low, high) = if not { (share(high), share(low)) } else { (share(low), share(high)) };
        Some((share(found.probability()?), low, high))
    };
    let (mut en, mut ja) = (Vec::new(), Vec::new());
    if let Some((p, low, high)) = said(Event::RealLoss, true) {
        en.push(format!("the real value is kept on {p} of paths ({low} to {high})"));
        ja.push(format!("実質価値を保ったパスは{p}（{low}～{high}）"));
    }
    if let Some((p, low, high)) = said(Event::Shortfall, true) {
        en.push(format!("expenses are funded in full on {p} ({low} to {high})"));
        ja.push(format!("生活費&事業活動費を全て賄えたパスは{p}（{low}～{high}）"));
    }
    if let Some((p, low, high)) = said(Event::Ruin, false) {
        en.push(format!("there is ruin on {p} ({low} to {high})"));
        ja.push(format!("破綻したパスは{p}（{low}～{high}）"));
    }
    let measure = outcome(&[(variant, tally)]);
    if let Some(median) = tally.measure(measure).quantile(0.5) {
        let (what, median) = (name(measure), value(measure, median).text(Language::English));
        en.push(format!("the median of “{}” is {median}", what.text(Language::English)));
        ja.push(format!("「{}」の中央値は{median}", what.text(Language::Japanese)));
    }
    let (en, ja) = (en.join("; "), ja.join("、"));
    words!("{variant}: {en}.", "{variant}：{ja}です。")
}

fn figure(events: &[Event], tallies: &[(&str, &Tally)]) -> Figure {
    let mut figure = Figure::new(
        "study_event_shares",
        Words::new("How often it happened", "起こった割合"),
        Words::new(
            "The height of a bar is the share of paths on which it happened; the line on it is the interval.",
            "棒の高さは起こったパスの割合、棒の上の線は区間です。",
        ),
        Points::Names(events.iter().map(|event| happens(*event)).collect()),
        Unit::Percent,
    );
    for (place, (variant, tally)) in tallies.iter().enumerate() {
        let of = |event: &Event| {
            let found = tally.event(*event);
            found.probability().zip(found.interval())
        };
        figure = figure.with_intervals(Words::same(*variant), Colour::Nth(place), events.iter().map(of));
    }
    figure
}

fn table(events: &[Event], tallies: &[(&str, &Tally)]) -> Table {
    let mut table = Table::new(
        "study_events",
        Words::new("How often what happened", "起こった回数と確率"),
        [
            ("event", Words::new("what happens", "事象")),
            ("variant", Words::new("variant", "ケース")),
            ("probability", Words::new("share of paths", "割合")),
            ("low", Words::new("interval from", "区間下限")),
            ("high", Words::new("to", "区間上限")),
            ("happened", Words::new("paths", "該当パス数")),
            ("of", Words::new("of", "判定できたパス数")),
        ],
    );
    for event in events {
        for (variant, tally) in tallies {
            let found = tally.event(*event);
            let interval = found.interval();
            table.row([
                Value::Words(happens(*event)),
                Value::Name((*variant).to_owned()),
                Value::or_missing(found.probability(), Value::Percent),
                Value::or_missing(interval.map(|interval| interval.0), Value::Percent),
                Value::or_missing(interval.map(|interval| interval.1), Value::Percent),
                count(found.happened()),
                count(found.of()),
            ]);
        }
    }
    // What is aimed at is the method's; the page of a run has its own targets.
    let real = told(Event::RealLoss, tallies).then_some(Measure::RealWealth);
    let (en, ja) = real.map_or(("", ""), |_| {
        (
            " Real value is over the path's own prescribed rates.",
            "実質価値は各パスの規定RFRで調整した値です。",
        )
    });
    table.with_note(words!(
        "Intervals are Wilson's, 95 %. Targets: 4 % a year over the prescribed rate, a deviation of 4 % at the most, a drawdown of 6 % at the \
         most.{en}",
        "区間はウィルソンの95%区間です。目標は、リターンが規定RFR＋年4 %以上、標準偏差が年4 %以下、最大ドローダウンが6 %以下です。{ja}"
    ))
}
