use allweather_study::{LevelStandings, Premium, Standing};

use super::{missing, names};
use crate::{Block, Colour, Figure, Shape, Table, Unit, Value, Words};

/// The premium over buy and hold and what it consists of; nothing where it cannot be split.
pub(super) fn blocks(level: &LevelStandings, place: usize) -> Vec<Block> {
    let rows: Vec<&Standing> = level.rows.iter().filter(|row| row.premium.is_some()).collect();
    if rows.is_empty() {
        return Vec::new();
    }
    vec![table(level, place).into(), figure(&rows, place).into()]
}

type Part = (&'static str, Words, Colour, fn(&Premium) -> f64);

fn parts() -> [Part; 4] {
    [
        ("excess_growth", Words::new("excess growth", "超過成長"), Colour::Gain, |premium| {
            premium.excess_growth
        }),
        ("drift", Words::new("drift", "ドリフト"), Colour::Quiet, |premium| premium.drift),
        ("overlay", Words::new("overlay", "オーバーレイ"), Colour::Nth(1), |premium| premium.overlay),
        ("costs", Words::new("costs", "コスト"), Colour::Loss, |premium| -premium.cost),
    ]
}

fn table(level: &LevelStandings, place: usize) -> Table {
    let [excess, drift, overlay, costs] = parts().map(|(id, words, ..)| (id, words));
    let mut table = Table::new(
        format!("tournament_premium_{place}"),
        Words::new("The premium over buy and hold", "バイ・アンド・ホールドに対するプレミアム"),
        [
            ("rule", Words::new("rule", "ルール")),
            ("premium", Words::new("premium", "プレミアム")),
            excess,
            drift,
            overlay,
            costs,
        ],
    );
    for row in &level.rows {
        let part = |pick: fn(&Premium) -> f64| missing(row.premium.as_ref().map(pick), Value::Percent);
        let [excess, drift, overlay, costs] = parts().map(|(_, _, _, pick)| part(pick));
        let (name, total) = (Value::Name(row.name.clone()), part(|premium| premium.total));
        table.row([name, total, excess, drift, overlay, costs]);
    }
    table.with_note(Words::new(
        "Growth over buying the same weights and holding them, logarithm a year, on history. The four parts add up to it. Excess growth is what \
         keeping the mixture gained and is never below 0; drift is what weights that were brought back earned less than weights that ran. \
         Neither is a premium by itself.",
        "同じ比率で購入し保有し続けた場合に対する成長率の差（対数、年率、実績）で、4つの要素の合計です。超過成長は配分を保つことで得た成長で0を下回りません。ドリフトは、元に戻した比率の収益と放置した比率の収益の差です。いずれも単独ではプレミアムではありません。",
    ))
}

fn figure(rows: &[&Standing], place: usize) -> Figure {
    let mut figure = Figure::new(
        format!("tournament_parts_{place}"),
        Words::new("What the premium consists of", "プレミアムの内訳"),
        Words::new(
            "Bars above nought add, those below take away; the line is what is left.",
            "0より上の棒は加算、下の棒は減算で、線はその合計です。",
        ),
        names(rows),
        Unit::Percent,
    )
    .with_holes(
        Words::new("premium", "プレミアム"),
        Shape::Line,
        Colour::Portfolio,
        rows.iter().map(|row| row.premium.map(|premium| premium.total)),
    );
    for (_, name, colour, pick) in parts() {
        let values = rows.iter().map(|row| row.premium.as_ref().map(pick));
        figure = figure.with_holes(name, Shape::Bars, colour, values);
    }
    figure
}
