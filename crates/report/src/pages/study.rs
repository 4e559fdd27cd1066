//! Many runs on drawn months: how likely things are, and how far each figure spreads.

use allweather_metrics::Block as Blocks;
use allweather_study::{Measure, Resampling, Results, Span, Study, StudyError, Tally};

use crate::{Block, Page, ReportError, Table, Value, Words, words::words};

mod chances;
mod figures;
mod versus;

/// The page; only for a report that was given a study. Results of another study are refused.
pub(crate) fn page(study: &Study<'_>, results: &Results) -> Result<Page, ReportError> {
    let refused = |e: StudyError| ReportError::Study { reason: e.to_string() };
    Results::new(study).merge(results).map_err(refused)?;
    let mut page = Page::new(
        "study",
        Words::new("Many runs", "モンテカルロ・シミュレーション"),
        Words::new(
            "How likely is it, and how far may it go? Paths are put together from months that were, whole months at a time, and the specs run \
             on all of them. What never happened in a month of the span happens on no path.",
            "何がどの程度の確率で起こり、結果がどこまでばらつくかを示します。実際にあった月を丸ごと抽出してつないだ多数のパスで、仕様を実行したものです。抽出元の期間のどの月にも起きなかったことは、パスでも起きません。",
        ),
    );
    page.section("study-setting", Words::new("What was run", "実行条件"), setting(study, results));
    // A variant of which nothing has run has nothing to show.
    let tallies: Vec<(&str, &Tally)> = results.tallies().filter(|(_, tally)| tally.paths() > 0).collect();
    if tallies.is_empty() {
        return Ok(page);
    }
    page.section("study-chances", Words::new("How likely", "起こる確率"), chances::blocks(&tallies));
    page.section("study-figures", Words::new("How far", "結果のばらつき"), figures::blocks(&tallies));
    let rivals = study.spec().variants().iter().filter_map(|variant| {
        let (_, tally) = tallies.iter().find(|(name, _)| *name == variant.name)?;
        Some((variant.name.as_str(), variant.against.as_deref()?, tally.versus()?))
    });
    let rivals: Vec<_> = rivals.collect();
    if !rivals.is_empty() {
        let title = Words::new("One against another", "同じパスでの比較");
        page.section("study-versus", title, versus::blocks(&rivals));
    }
    Ok(page)
}

/// What was drawn and what ran on it.
fn setting(study: &Study<'_>, results: &Results) -> Vec<Block> {
    let (spec, Span { first, last }) = (study.spec(), study.span());
    let months = spec.months();
    let length = if months % 12 == 0 {
        let years = months / 12;
        words!("{years} years", "{years}年")
    } else {
        words!("{months} months", "{months}か月")
    };
    let blocks = match spec.resampling() {
        Resampling::Stationary(Blocks::Automatic) => Words::new(
            "random, as long in the mean as the data ask for",
            "不定長（平均はデータに応じて自動決定）",
        ),
        Resampling::Stationary(_) => Words::new("random", "不定長"),
        _ => Words::new("all alike", "一定"),
    };
    let mut facts = vec![
        (
            Words::new("months drawn from", "抽出元の期間"),
            Value::Words(words!("{first} to {last}", "{first}～{last}")),
        ),
        (Words::new("paths of each variant", "各ケースのパス数"), count(spec.paths())),
        (
            Words::new("each path, after the end of that span", "各パスの長さ（抽出元の期間の末日から）"),
            Value::Words(length),
        ),
        (
            Words::new("months in a block, mean", "ブロック長（か月、平均）"),
            Value::Number(study.block_length(), 1),
        ),
        (Words::new("lengths of blocks", "ブロック長の決め方"), Value::Words(blocks)),
        (Words::new("seed", "シード"), count(spec.seed())),
        (
            Words::new(
                "ruin: the share of the capital that is left, below",
                "破綻とみなす水準（元本に対する割合、未満）",
            ),
            Value::Percent(spec.ruin_level()),
        ),
        (
            Words::new("estimated share of the drawn returns", "抽出したリターンのうち推計値の割合"),
            Value::Percent(study.estimated_share()),
        ),
    ];
    let left_out = study.left_out().join(", ");
    if !left_out.is_empty() {
        facts.push((
            Words::new("left out, for holes in the span", "欠損のため除外した系列"),
            Value::Name(left_out),
        ));
    }
    let mut all = vec![Block::Facts(facts)];
    if !study.left_out().is_empty() {
        all.push(Block::Warning(Words::new(
            "Series were left out. Where an indicator of the prescribed rate is among them, that rate is lower, and every figure over it is \
             higher; a currency that is left out has no overlay.",
            "除外した系列があります。規定RFRの指標が含まれる場合、規定RFRは低くなり、それを基準とする数値は全て高くなります。除外した通貨ではオーバーレイを行いません。",
        )));
    }
    let (done, runs) = (results.paths_done(), spec.paths().saturating_mul(spec.variants().len() as u64));
    if done < runs {
        all.push(Block::Warning(words!(
            "{done} of {runs} runs are done. The figures are of those, and variants may be of different paths.",
            "全{runs}回のうち{done}回まで実行済みです。数値は実行済みのものに基づき、ケースによってパスが異なることがあります。"
        )));
    }
    all.push(variants(study, results).into());
    all
}

fn variants(study: &Study<'_>, results: &Results) -> Table {
    let mut table = Table::new(
        "study_variants",
        Words::new("Variants", "ケース"),
        [
            ("variant", Words::new("variant", "ケース")),
            ("spec", Words::new("spec", "仕様")),
            ("against", Words::new("held against", "比較の相手")),
            ("paths", Words::new("paths done", "実行済みパス数")),
            ("spec_sha256", Words::new("spec SHA-256", "仕様のSHA-256")),
        ],
    );
    for variant in study.spec().variants() {
        table.row([
            Value::Name(variant.name.clone()),
            Value::Name(variant.spec.name.clone()),
            Value::or_missing(variant.against.clone(), Value::Name),
            Value::or_missing(results.tally(&variant.name).map(Tally::paths), count),
            Value::Name(variant.spec.content_hash()),
        ]);
    }
    table.with_note(Words::new(
        "All variants run on the same paths: what differs between them is the variants'. They begin with the real prices at the end of the \
         span.",
        "全てのケースを同じパスで実行するため、結果の差はケースの違いによるものです。各パスは抽出元の期間末の実際の価格から始まります。",
    ))
}

fn count(of: u64) -> Value {
    Value::Count(usize::try_from(of).unwrap_or(usize::MAX))
}

/// What is left at the end, over prices where the paths have prescribed rates.
fn outcome(tallies: &[(&str, &Tally)]) -> Measure {
    let real = tallies.iter().any(|(_, tally)| tally.measure(Measure::RealWealth).defined() > 0);
    if real { Measure::RealWealth } else { Measure::Wealth }
}
