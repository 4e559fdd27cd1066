use allweather_study::{LevelStandings, Standing, Standings};

use super::{missing, names, number};
use crate::{
    Block, Colour, Figure, Language, Shape, Table, Unit, Value, Words,
    format::{decimals, percent},
    words::words,
};

/// What trading more often costs; nothing where no rule goes by the calendar.
pub(super) fn blocks(standings: &Standings, level: &LevelStandings, place: usize) -> Vec<Block> {
    let rows = level.by_frequency();
    if rows.is_empty() {
        return Vec::new();
    }
    let mut blocks = answers(standings, &rows);
    blocks.push(table(standings, &rows, place).into());
    blocks.push(figure(&rows, place).into());
    blocks
}

/// How each stands against the benchmark after costs, and whether the sign hangs on how many paths were drawn.
fn answers(standings: &Standings, rows: &[&Standing]) -> Vec<Block> {
    let benchmark = &standings.benchmark;
    let answer = |row: &&Standing| {
        let versus = row.versus?;
        let (name, spread) = (&row.name, versus.annual_return);
        // Small beside the returns, and told apart all the same: with a digit more.
        let mean = format!("{} %", decimals(spread.mean * 100.0, 3));
        let ahead = percent(versus.ahead);
        let sure = spread.mean_within.is_some_and(|within| spread.mean.abs() > within);
        let (sign, sign_ja) = if sure {
            ("Drawing more paths would not change the sign.", "パスを増やしても符号は変わりません。")
        } else {
            ("Drawing more paths could change the sign.", "パスを増やすと符号が変わる可能性があります。")
        };
        Some(words!(
            "{name} less {benchmark}, on paths drawn from this history: {mean} a year in the mean, ahead on {ahead} of them. {sign}",
            "この実績から抽出したパスで、{name}と{benchmark}の差は平均で年{mean}、上回ったパスは{ahead}です。{sign_ja}"
        ))
    };
    let told: Vec<Words> = rows.iter().filter_map(answer).collect();
    if told.is_empty() {
        return Vec::new();
    }
    let all = |language| told.iter().map(|words| words.text(language)).collect::<Vec<_>>();
    vec![Block::Paragraph(Words::of(all(Language::English).join(" "), all(Language::Japanese).concat()))]
}

fn table(standings: &Standings, rows: &[&Standing], place: usize) -> Table {
    let benchmark = &standings.benchmark;
    let mut table = Table::new(
        format!("tournament_frequency_{place}"),
        Words::new("What frequency costs", "リバランス頻度とコスト"),
        [
            ("rule", Words::new("rule", "ルール")),
            ("times", Words::new("times a year", "年間回数")),
            ("turnover", Words::new("turnover a year", "年間売買回転率")),
            ("gross", Words::new("gross return", "控除前リターン")),
            ("net", Words::new("net return", "控除後リターン")),
            ("costs", Words::new("costs a year", "年間コスト")),
            ("path_cost", Words::new("costs, paths", "コスト（パス）")),
            ("path_over", Words::new("over the benchmark, paths", "基準との差（パス）")),
            ("path_within", Words::new("± of its mean", "平均の±")),
            ("path_low", Words::new("5 %", "5%点")),
            ("path_high", Words::new("95 %", "95%点")),
            ("ahead", Words::new("paths ahead", "上回ったパス")),
            ("sharpe_over", Words::new("Sharpe over, history", "シャープの差（実績）")),
            ("sharpe_p", Words::new("p", "p値")),
        ],
    );
    for Standing { name, past, paths, versus, over, .. } in rows {
        let spread = versus.map(|versus| versus.annual_return);
        let sharpe = over.as_ref().and_then(|over| over.sharpe);
        table.row([
            Value::Name(name.clone()),
            Value::Number(past.rebalances, 2),
            Value::Percent(past.turnover),
            Value::Percent(past.gross_return),
            Value::Percent(past.annual_return),
            Value::Percent(past.costs),
            missing(paths.cost, Value::Percent),
            missing(spread.map(|spread| spread.mean), Value::Percent),
            missing(spread.and_then(|spread| spread.mean_within), Value::Percent),
            missing(spread.map(|spread| spread.low), Value::Percent),
            missing(spread.map(|spread| spread.high), Value::Percent),
            missing(versus.map(|versus| versus.ahead), Value::Percent),
            missing(sharpe.map(|sharpe| sharpe.difference), number),
            missing(sharpe.map(|sharpe| sharpe.p_value), number),
        ]);
    }
    table.with_note(words!(
        "Gross is the same rule without costs. Paths: its return less that of {benchmark} on the same path; ± holds the mean with 95 %, for \
         what drawing so few paths leaves open. The p-value is that of Ledoit and Wolf, for this rule alone.",
        "控除前は同じルールをコストなしで運用した場合です。パスの欄は同じパス上での{benchmark}との差で、±は抽出本数による平均の95%信頼区間です。p値はLedoit・Wolf検定によるもので、当該ルール単独の値です。"
    ))
}

fn figure(rows: &[&Standing], place: usize) -> Figure {
    Figure::new(
        format!("tournament_costs_{place}"),
        Words::new("What is left of the gross return", "コスト控除前リターンの内訳"),
        Words::new(
            "On history: net return, and what costs took of the return without them.",
            "実績での控除後リターンと、コストにより失われた分です。",
        ),
        names(rows),
        Unit::Percent,
    )
    .with(
        Words::new("net", "控除後"),
        Shape::Bars,
        Colour::Portfolio,
        rows.iter().map(|row| row.past.annual_return),
    )
    .with(
        Words::new("taken by costs", "コスト"),
        Shape::Bars,
        Colour::Loss,
        rows.iter().map(|row| row.past.gross_return - row.past.annual_return),
    )
}
