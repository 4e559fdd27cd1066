use allweather_portfolio::Step;

use crate::{Block, Page, ReportError, Value, Words, run::Run, trades::by_a_rule, words::words};

mod counts;
mod log;

pub(crate) fn page(run: &Run<'_>) -> Result<Page, ReportError> {
    let mut page = Page::new(
        "decisions",
        Words::new("Decisions", "判断記録"),
        if run.record.is_actual() {
            Words::new(
                "Every step of the account: whether it traded, and in how many fills. Why it did is not in its fills.",
                "全ステップについて、売買の有無と約定の件数を示します。売買の理由は約定の記録からは分かりません。",
            )
        } else {
            Words::new(
                "Every step of the run: whether it traded or held, and why, in the rule's own figures.",
                "全ステップについて、売買したか据え置いたか、その理由をルール自身の数値で示します。",
            )
        },
    );
    page.section("counts", Words::new("How often", "回数"), counts(run));
    page.section("log", Words::new("Step by step", "ステップごとの記録"), log::blocks(run));
    Ok(page)
}

fn counts(run: &Run<'_>) -> Vec<Block> {
    let outcome = run.record.outcome();
    let facts = vec![
        (Words::new("steps", "ステップ数"), Value::Count(run.steps.len())),
        (
            if run.record.is_actual() {
                Words::new("steps with trades", "売買のあったステップ数")
            } else {
                Words::new("times rebalanced", "リバランス回数")
            },
            Value::Count(outcome.rebalances),
        ),
        (Words::new("turnover over the whole run", "全期間の売買回転率"), Value::Percent(outcome.turnover)),
        (
            Words::new("turnover a year", "売買回転率（年率）"),
            Value::Percent(outcome.turnover / run.years_long()),
        ),
    ];
    vec![
        Block::Facts(facts),
        Block::Paragraph(if run.record.is_actual() {
            Words::new(
                "What was traded at the first step is not counted. Turnover is what was bought and what was sold together, over the value of the \
                 account, summed over the steps: selling everything and buying something else is 200 %.",
                "最初のステップの売買は数えません。売買回転率は、購入額と売却額の合計を口座の時価で割り、全ステップについて合計したものです。全てを売って別の資産に買い替えると200 %になります。",
            )
        } else {
            Words::new(
                "The first purchase counts as no rebalancing. Turnover is what was bought and what was sold together, over the portfolio's value \
             before the trade, summed over the steps at which a rule traded: selling everything and buying something else is 200 %.",
                "初回購入はリバランスに数えません。売買回転率は、ルールが売買したステップの購入額と売却額の合計を売買前の時価で割り、合計したものです。全てを売って別の資産に買い替えると200 %になります。",
            )
        }),
        counts::by_kind(run).into(),
        counts::by_year(run).into(),
    ]
}

/// What a step came to, in a word.
fn outcome(first: bool, step: &Step<'_>) -> Words {
    if first {
        Words::new("first purchase", "初回購入")
    } else if step.decision.trades() {
        Words::new("traded", "売買")
    } else if by_a_rule(step) {
        let vaults = step.vaults.iter().filter(|vault| vault.decision.trades()).count();
        let noun = if vaults == 1 { "vault" } else { "vaults" };
        words!("held; {vaults} {noun} traded", "据え置き（{vaults}ヴォールトが売買）")
    } else {
        Words::new("held", "据え置き")
    }
}
