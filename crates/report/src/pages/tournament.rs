//! Rules held against each other, net of costs, and whether any of them is better by more than luck.

use allweather_study::{LevelStandings, Span, Standing, Standings, Verdict};

use crate::{
    Block, Colour, Figure, Page, Points, Shape, Table, Unit, Value, Words, format::percent, undefined::why,
    words::words,
};

mod frequency;
mod premium;

/// The page; only for a report that was given a tournament.
pub(crate) fn page(standings: &Standings) -> Page {
    let mut page = Page::new(
        "tournament",
        Words::new("Rules compared", "ルールの比較"),
        Words::new(
            "Which rebalancing rule is better after costs, and is it by more than luck? Tests are of the months of history; drawn paths \
             show the spread, and prove nothing, for they all come from that one history.",
            "コスト控除後に優れたリバランスのルールはどれか、その差は偶然を超えるかを示します。検定は実績の各月に対して行います。抽出したパスは全て同じ実績から作られるため、ばらつきを示すだけで、優劣の証拠にはなりません。",
        ),
    );
    page.section(
        "tournament-setting",
        Words::new("What was compared", "比較の条件"),
        vec![setting(standings)],
    );
    for (place, level) in standings.levels.iter().enumerate() {
        let name = &level.name;
        // The level of gross figures is named by us, the others by whoever laid the tournament out.
        let title = match place {
            0 => Words::new("Without costs", "コストなし"),
            _ => words!("Net of costs: {name}", "コスト控除後：{name}"),
        };
        let mut blocks = vec![verdict(standings, level)];
        blocks.extend(lost(standings, level));
        blocks.push(ranks(standings, level, place).into());
        blocks.push(spread(level, place).into());
        if place > 0 {
            blocks.extend(frequency::blocks(standings, level, place));
            blocks.extend(premium::blocks(level, place));
        }
        page.section(format!("tournament-{place}"), title, blocks);
    }
    page
}

fn setting(standings: &Standings) -> Block {
    let Standings { span: Span { first, last }, paths, months, seed, block_length, .. } = standings;
    let mut facts = vec![
        (Words::new("held against", "比較の基準"), Value::Name(standings.benchmark.clone())),
        (
            Words::new("months tested", "検定に用いた月"),
            Value::Words(words!("{first} to {last}", "{first}～{last}")),
        ),
        (
            Words::new(
                "trials: rules times costs, and rules tried elsewhere",
                "試行数（ルール×コスト、および別途試行したルール）",
            ),
            Value::Count(standings.trials),
        ),
        (Words::new("level of significance", "有意水準"), Value::Percent(standings.significance)),
        (
            Words::new("draws of the tests", "検定のリサンプリング回数"),
            Value::Count(standings.draws as usize),
        ),
        (
            Words::new("paths", "パス"),
            Value::Words(words!(
                "{paths} of {months} months, blocks of {block_length:.0} months in the mean, seed {seed}",
                "{months}か月のパスを{paths}本、平均ブロック長{block_length:.0}か月、シード{seed}"
            )),
        ),
        (
            Words::new("estimated share of the returns", "リターンのうち推計値の割合"),
            Value::Percent(standings.estimated_share),
        ),
    ];
    if !standings.left_out.is_empty() {
        let left_out = Value::Name(standings.left_out.join(", "));
        facts.push((Words::new("left out, for holes in the span", "欠損のため除外した系列"), left_out));
    }
    Block::Facts(facts)
}

/// The answer in a sentence: nobody is crowned for having been lucky.
fn verdict(standings: &Standings, level: &LevelStandings) -> Block {
    let benchmark = &standings.benchmark;
    if let Some(rule) = level.winner() {
        let (name, trials) = (&rule.name, standings.trials);
        let lower = rule.over.as_ref().and_then(|over| over.sharpe).is_some_and(|of| of.difference < 0.0);
        let (risk, risk_ja) = if lower {
            (
                ", with a lower Sharpe ratio: it took more risk",
                "ただしシャープレシオは基準より低く、より大きなリスクを取った結果です。",
            )
        } else {
            ("", "")
        };
        return Block::Paragraph(words!(
            "{name} beats {benchmark} by more than luck explains{risk}. Its p-value takes the rules of its level together, its deflated \
             ratio all {trials} trials.",
            "{name}は{benchmark}を偶然では説明できない差で上回ります。{risk_ja}p値は同じコスト水準の全ルールを、試行数補正後シャープは全{trials}回の試行を考慮しています。"
        ));
    }
    Block::Warning(match (&level.luck, &level.untested) {
        (Some(luck), _) => {
            let (hansen, white) = (percent(luck.ability.consistent), percent(luck.reality.p_value));
            let (more, more_ja) = if luck.ability.consistent.min(luck.reality.p_value)
                < standings.significance
            {
                let (level, sure) = (percent(standings.significance), percent(1.0 - standings.significance));
                (
                    format!(
                        " A probability below {level} hints that some rule is better, but none has both a p-value of its own below {level} \
                         and a deflated ratio above {sure}."
                    ),
                    format!(
                        "{level}未満の確率は、より良いルールがあることを示唆しますが、ルール自身のp値が{level}未満で、かつ試行数補正後シャープが{sure}を超えるルールはありません。"
                    ),
                )
            } else {
                (String::new(), String::new())
            };
            words!(
                "No rule is distinguishable from luck. If none beat {benchmark}, the best of so many would look as good with a probability \
                 of {hansen} (Hansen; White: {white}).{more} The ranks are an order, not a recommendation.",
                "偶然と区別できるルールはありません。どのルールも{benchmark}を上回らないとしても、最良のルールがこの程度良く見える確率は{hansen}です（ハンセン検定、ホワイト検定では{white}）。{more_ja}順位は並び順であり、推奨ではありません。"
            )
        }
        (None, Some(reason)) => {
            let reason = why(reason);
            Words::of(
                format!("The rules cannot be tested: {}.", reason.text(crate::Language::English)),
                format!("検定できません：{}。", reason.text(crate::Language::Japanese)),
            )
        }
        (None, None) => Words::new("The rules cannot be tested.", "検定できません。"),
    })
}

/// Which rules lost everything on paths; nothing where none did.
fn lost(standings: &Standings, level: &LevelStandings) -> Option<Block> {
    let paths = standings.paths;
    let rules: Vec<&Standing> = level.rows.iter().filter(|row| row.paths.lost > 0).collect();
    let each = |between: &str| {
        rules.iter().map(|row| format!("{}: {}", row.name, row.paths.lost)).collect::<Vec<_>>().join(between)
    };
    let (en, ja) = (each(", "), each("、"));
    (!rules.is_empty()).then(|| {
        Block::Warning(words!(
            "Everything was lost on some of the {paths} paths ({en}). A return that does not exist is in no figure of the spread; in the share \
             of paths ahead such a path counts as worth nothing.",
            "{paths}本のパスの一部で全額を失いました（{ja}）。存在しないリターンはばらつきの数値に含まれませんが、「上回ったパス」では価値0として数えています。"
        ))
    })
}

fn told(verdict: Verdict) -> Words {
    match verdict {
        Verdict::Benchmark => Words::new("benchmark", "比較の基準"),
        Verdict::Same => Words::new("the same as the benchmark", "基準と同一"),
        Verdict::Luck => Words::new("could be luck", "偶然と区別不能"),
        Verdict::Skill => Words::new("beyond luck", "偶然を超える"),
        _ => Words::new("not tested", "検定なし"),
    }
}

fn missing(value: Option<f64>, unit: impl Fn(f64) -> Value) -> Value {
    Value::or_missing(value, unit)
}

fn ranks(standings: &Standings, level: &LevelStandings, place: usize) -> Table {
    let benchmark = &standings.benchmark;
    let mut table = Table::new(
        format!("tournament_ranks_{place}"),
        Words::new("Ranks", "順位"),
        [
            ("rule", Words::new("rule", "ルール")),
            ("verdict", Words::new("what to make of it", "判定")),
            ("net", Words::new("return a year", "年率リターン")),
            ("excess", Words::new("over the benchmark", "基準に対する超過")),
            ("tracking_error", Words::new("deviation of that", "超過の標準偏差")),
            ("p_value", Words::new("p, all rules considered", "p値（全ルール）")),
            ("deflated", Words::new("deflated Sharpe", "試行数補正後シャープ")),
            ("sharpe", Words::new("Sharpe", "シャープ")),
            ("sharpe_over", Words::new("Sharpe over the benchmark", "シャープの差")),
            ("sharpe_p", Words::new("p of that alone", "同p値（単独）")),
            ("deviation", Words::new("deviation", "標準偏差")),
            ("drawdown", Words::new("drawdown", "ドローダウン")),
        ],
    );
    for Standing { name, verdict, past, over, .. } in &level.rows {
        let over = over.as_ref();
        let sharpe = over.and_then(|over| over.sharpe);
        table.row([
            Value::Name(name.clone()),
            Value::Words(told(*verdict)),
            Value::Percent(past.annual_return),
            missing(over.map(|over| over.excess), Value::Percent),
            missing(over.map(|over| over.tracking_error), Value::Percent),
            missing(over.map(|over| over.p_value), number),
            missing(over.and_then(|over| over.deflated), number),
            missing(past.sharpe, number),
            missing(sharpe.map(|sharpe| sharpe.difference), number),
            missing(sharpe.map(|sharpe| sharpe.p_value), number),
            missing(past.deviation, Value::Percent),
            Value::Percent(past.drawdown),
        ]);
    }
    table.with_note(words!(
        "On history, the best first: by the mean of the monthly net return over {benchmark}, studentised. p is how likely such a mean is by \
         luck, all rules of the table considered; the deflated Sharpe ratio is how sure the excess is above the best of all trials without \
         skill. A higher return with more deviation is not a better rule: see the difference of the Sharpe ratios.",
        "実績に基づき、{benchmark}に対する月次超過リターン（コスト控除後）のスチューデント化平均が高い順です。p値は表の全ルールを考慮したうえで偶然によりその平均が生じる確率、試行数補正後シャープは実力のない全試行の最良値を上回る確からしさです。標準偏差の増加を伴う高いリターンは優れたルールを意味しません。シャープレシオの差をご覧ください。"
    ))
}

fn number(value: f64) -> Value {
    Value::Number(value, 3)
}

/// How far each rule spreads over the paths.
fn spread(level: &LevelStandings, place: usize) -> Figure {
    let rows: Vec<&Standing> = level.rows.iter().collect();
    let values = |pick: fn(&allweather_study::Spread) -> f64| {
        let one = move |row: &&Standing| row.paths.annual_return.as_ref().map(pick);
        rows.iter().map(one).collect::<Vec<_>>()
    };
    Figure::new(
        format!("tournament_spread_{place}"),
        Words::new("Return a year over the paths, by rank", "パス上の年率リターン（順位順）"),
        Words::new(
            "The median and what nine paths of ten lie between. Where rules differ by little and paths by much, the months that come decide, \
             not the rule.",
            "中央値と、10本中9本のパスが収まる範囲です。ルール間の差が小さくパス間の差が大きいときは、ルールではなく今後の市場が結果を決めます。",
        ),
        names(&rows),
        Unit::Percent,
    )
    .with_holes(Words::new("median", "中央値"), Shape::Line, Colour::Portfolio, values(|spread| spread.median))
    .with_holes(Words::new("5 %", "5%点"), Shape::Dashed, Colour::Loss, values(|spread| spread.low))
    .with_holes(Words::new("95 %", "95%点"), Shape::Dashed, Colour::Gain, values(|spread| spread.high))
}

fn names(rows: &[&Standing]) -> Points {
    Points::Names(rows.iter().map(|row| Words::same(row.name.clone())).collect())
}
