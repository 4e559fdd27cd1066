use allweather_market::{Dating, Vintage};

use crate::{Block, Table, Value, Words, run::Run};

/// How many releases have a stated day, and how many an assumed one.
pub(super) fn total(run: &Run<'_>) -> (usize, usize) {
    let statistics = run.sources.statistics;
    let each = statistics.series().map(|series| split(statistics.releases(series.as_str())));
    each.fold((0, 0), |sum, (stated, assumed)| (sum.0 + stated, sum.1 + assumed))
}

fn split(releases: &[Vintage]) -> (usize, usize) {
    let stated = releases.iter().filter(|release| release.dating() == Dating::Stated).count();
    (stated, releases.len() - stated)
}

/// The statistics, and how the days of their publication are known.
pub(super) fn blocks(run: &Run<'_>) -> Vec<Block> {
    let statistics = run.sources.statistics;
    let mut table = Table::new(
        "releases",
        Words::new("Statistics and the days of their releases", "統計とその公表日"),
        [
            ("series", Words::new("series", "系列")),
            ("stated", Words::new("releases, day stated", "公表日が明示")),
            ("assumed", Words::new("releases, day assumed", "公表日を仮定")),
            ("lag", Words::new("assumed lag, days", "仮定した公表までの日数")),
            ("first", Words::new("figures from", "数値の始まり")),
            ("last", Words::new("to", "数値の終わり")),
            ("newest", Words::new("newest release", "最新の公表日")),
        ],
    );
    for series in statistics.series() {
        let releases = statistics.releases(series.as_str());
        let (stated, assumed) = split(releases);
        let first = releases.iter().map(|release| release.span().0).min();
        let last = releases.iter().map(|release| release.span().1).max();
        let newest = releases.last().map(Vintage::released);
        // What a lag adds to the end of a period is the lag.
        let lag = statistics.lag(series.as_str()).zip(last).and_then(|(lag, period)| {
            usize::try_from((lag.from(period) - period.last_day()).num_days()).ok()
        });
        let none = || Words::new("no lag is assumed", "仮定なし");
        table.row([
            Value::Name(series.to_string()),
            Value::Count(stated),
            Value::Count(assumed),
            lag.map_or_else(|| Value::Missing(none()), Value::Count),
            Value::or_missing(first, |period| Value::Name(period.to_string())),
            Value::or_missing(last, |period| Value::Name(period.to_string())),
            Value::or_missing(newest, Value::Date),
        ]);
    }
    if table.rows.is_empty() {
        return vec![Block::Paragraph(Words::new(
            "No published statistics were given to this report: neither prescribed rates nor weather can be told from them.",
            "この報告書には公表統計が与えられていません。統計から規定RFRや天候を定めることはできません。",
        ))];
    }
    let (_, assumed) = total(run);
    let lagged = statistics.series().any(|series| statistics.lag(series.as_str()).is_some());
    let words = if assumed > 0 || lagged {
        Words::new(
            "What was known on a day is told from the days of publication. Where a day is not stated it is assumed: so many days after the end \
             of the period that the figure is of. A figure that in truth came out later was then used too early, and it is the newest \
             revision at hand that stands for the first one. Nothing else in the run looks ahead.",
            "各日に何が知られていたかは公表日から定めます。公表日が明示されていない場合は、対象期間の末日から一定日数後と仮定します。実際の公表がそれより遅ければ、その数値は早く使われたことになり、また初回公表値の代わりに手元の最新の改定値を使っています。それ以外に将来の情報は使っていません。",
        )
    } else {
        Words::new(
            "What was known on a day is told from the days of publication; all of them are stated, none is assumed.",
            "各日に何が知られていたかは公表日から定めます。公表日は全て明示されており、仮定はありません。",
        )
    };
    let table = table.with_note(Words::new(
        "A day is stated by the publisher, or by whoever fetched the document. A lag counts from the last day of the period that a figure is of.",
        "公表日の明示は、公表者または文書の取得者によるものです。日数は、数値の対象期間の末日から数えます。",
    ));
    vec![Block::Paragraph(words), table.into()]
}
