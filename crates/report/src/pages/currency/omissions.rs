use allweather_core::{Currency, Month};
use allweather_portfolio::fx_overlay::{Missing, Reason};

use crate::{Block, Table, Value, Words, run::Run};

/// Months in a row in which a currency had no position.
struct Spell {
    currency: Currency,
    from: Month,
    to: Month,
    months: usize,
    /// The most recent one: a currency may be without a position for one reason and then for another.
    reason: Reason,
}

pub(super) fn blocks(run: &Run<'_>) -> Vec<Block> {
    let spells = spells(run);
    if spells.is_empty() {
        return vec![Block::Paragraph(Words::new(
            "Every currency of the overlay had what it takes for a position whenever one was opened.",
            "オーバーレイの全通貨について、ポジションの判断に必要なデータが常に揃っていました。",
        ))];
    }
    let mut table = Table::new(
        "overlay_omissions",
        Words::new(
            "Months in which a currency had no overlay position",
            "オーバーレイのポジションがなかった期間",
        ),
        [
            ("currency", Words::new("currency", "通貨")),
            ("from", Words::new("from", "開始")),
            ("to", Words::new("to", "終了")),
            ("months", Words::new("months", "月数")),
            ("reason", Words::new("most recent reason", "直近の理由")),
        ],
    );
    for spell in spells {
        table.row([
            Value::Name(spell.currency.to_string()),
            Value::Month(spell.from),
            Value::Month(spell.to),
            Value::Count(spell.months),
            Value::Words(reason(&spell.reason)),
        ]);
    }
    vec![
        table
            .with_note(Words::new(
                "A currency takes a position only when every signal and its volatility can be computed from what was published by that \
                 day. The reason may change within a spell; the most recent one is shown.",
                "全てのシグナルとボラティリティをその日までの公表値から計算できる場合に限りポジションを取ります。理由は期間中に変わることがあり、直近のものを示しています。",
            ))
            .into(),
    ]
}

fn spells(run: &Run<'_>) -> Vec<Spell> {
    let mut spells: Vec<Spell> = Vec::new();
    for step in &run.steps {
        for omission in step.omitted {
            let last = spells.iter_mut().rev().find(|spell| spell.currency == omission.currency);
            match last.filter(|spell| step.month.months_since(spell.to) <= 1) {
                Some(spell) => {
                    spell.months += usize::from(spell.to != step.month);
                    (spell.to, spell.reason) = (step.month, omission.reason);
                }
                None => spells.push(Spell {
                    currency: omission.currency,
                    from: step.month,
                    to: step.month,
                    months: 1,
                    reason: omission.reason,
                }),
            }
        }
    }
    spells.sort_by_key(|spell| (spell.from, spell.currency));
    spells
}

/// A reason in every language; one that is new here stays in English.
fn reason(reason: &Reason) -> Words {
    let en = reason.to_string();
    let ja = match reason {
        Reason::Spot { date, .. } => format!("{date}のスポットレートがありません"),
        Reason::ShortRate { currency, month, .. } => format!("{month}の{currency}短期金利がありません"),
        Reason::Signal { name, missing, .. } => match lacking(missing) {
            Some(missing) => format!("{}：{missing}", signal(name)),
            None => return Words::same(en),
        },
        Reason::Returns { needed, found, .. } => {
            format!(
                "ボラティリティの計算に連続{needed}か月のリターンが必要ですが、{found}か月分しかありません"
            )
        }
        Reason::Motionless { months, .. } => {
            format!("直近{months}か月のボラティリティが0のため、規模を決められません")
        }
        _ => return Words::same(en),
    };
    Words::of(en, ja)
}

fn signal(name: &str) -> &str {
    match name {
        "carry" => "金利差",
        "value" => "購買力平価",
        "momentum" => "モメンタム性",
        other => other,
    }
}

fn lacking(missing: &Missing) -> Option<String> {
    Some(match missing {
        Missing::Spot { date } => format!("{date}のスポットレートがありません"),
        Missing::Spots { needed, found } => {
            format!("{needed}か月分のスポットレートが必要ですが、{found}か月分しかありません")
        }
        Missing::ShortRate { currency, month } => format!("{month}の{currency}短期金利がありません"),
        Missing::ConsumerPrices { currency, base, first, last, needed, found } => format!(
            "{first}から{last}の間に{currency}と{base}の消費者物価指数が共通で{needed}か月分必要ですが、{found}か月分しか公表されていません"
        ),
        Missing::PositiveIndex { currency, month, value } => {
            format!("物価指数は正である必要がありますが、{month}の{currency}は{value}です")
        }
        Missing::MonthEnds { date } => format!("{date}までの連続した月末のスポットレートが必要です"),
        _ => return None,
    })
}
