use super::outcome;
use crate::{Block, Table, Value, Words, reasons, run::Run};

/// The decision of every step, and of every vault.
pub(super) fn blocks(run: &Run<'_>) -> Vec<Block> {
    let mut blocks = vec![decisions(run).into()];
    if run.steps.iter().any(|step| !step.vaults.is_empty()) {
        blocks.push(vaults(run).into());
    }
    blocks
}

fn decisions(run: &Run<'_>) -> Table {
    let actual = run.record.is_actual();
    let (title, decided, reason, unasked) = if actual {
        (
            Words::new("What was traded at each step", "各ステップの売買"),
            Words::new("traded or held", "売買の有無"),
            Words::new("fills", "約定"),
            Words::new("the first step, or no trade", "最初のステップ、または売買なし"),
        )
    } else {
        (
            Words::new("What was decided at each step, and why", "各ステップの判断と理由"),
            Words::new("decided", "判断"),
            Words::new("reason", "理由"),
            Words::new("no rule traded", "ルールによる売買なし"),
        )
    };
    let mut table = Table::new(
        "decisions",
        title,
        [
            ("date", Words::new("date", "日付")),
            ("decision", decided),
            ("reason", reason),
            ("turnover", Words::new("turnover", "売買回転率")),
            ("traded_value", Words::new("traded value", "売買額")),
            ("costs", Words::new("costs", "コスト")),
            ("withdrawn", Words::new("withdrawn", "出金")),
            ("value", Words::new("value", "時価")),
        ],
    );
    for (i, (step, (value, turnover))) in
        run.steps.iter().zip(run.trades.value.iter().zip(&run.trades.turnover)).enumerate()
    {
        table.row([
            Value::Date(step.date),
            Value::Words(outcome(i == 0 && !actual, step)),
            Value::Words(reasons::words(step.decision.reason(), step.parts)),
            turnover.map_or_else(|| Value::Missing(unasked.clone()), Value::Percent),
            Value::money(*value),
            Value::money(step.costs.total()),
            Value::money(step.withdrawn()),
            Value::money(step.value_after),
        ]);
    }
    table.searchable = true;
    if actual {
        return table.with_note(Words::new(
            "Costs are those that were charged. Withdrawn is what the owner took out. The value is that after trades and flows. Several search \
             words must all be in the row.",
            "コストは実際に課されたものです。出金は所有者が引き出した額です。時価は売買と資金の出入りの後の値です。検索語が複数の場合、全てを含む行を表示します。",
        ));
    }
    table.with_note(Words::new(
        "Turnover stands where a rule traded; the traded value also holds what was sold to pay a \
         withdrawal. Costs also hold the dealing in forwards. The value is that after trade and flows, without the pool. Several search words \
         must all be in the row.",
        "売買回転率はルールが売買したステップのみ、売買額は出金のための売却も含みます。コストは為替予約の費用も含みます。時価は売買と資金の出入りの後で、プール額を含みません。検索語が複数の場合、全てを含む行を表示します。",
    ))
}

fn vaults(run: &Run<'_>) -> Table {
    let mut table = Table::new(
        "vault_decisions",
        Words::new("What was decided in each vault, and why", "各ヴォールトの判断と理由"),
        [
            ("date", Words::new("date", "日付")),
            ("vault", Words::new("vault", "ヴォールト")),
            ("decision", Words::new("decided", "判断")),
            ("reason", Words::new("reason", "理由")),
            ("flow", Words::new("flow", "設定・解約")),
            ("costs", Words::new("costs", "コスト")),
            ("value", Words::new("value", "時価")),
            ("nav", Words::new("net asset value", "基準価額")),
        ],
    );
    for step in &run.steps {
        for vault in step.vaults {
            let decided = if vault.decision.trades() {
                Words::new("traded", "売買")
            } else {
                Words::new("held", "据え置き")
            };
            table.row([
                Value::Date(step.date),
                Value::Name(vault.name.to_string()),
                Value::Words(decided),
                Value::Words(reasons::words(vault.decision.reason(), &vault.parts)),
                Value::money(vault.flow),
                Value::money(vault.costs),
                Value::money(vault.value_after),
                Value::Number(vault.nav, 4),
            ]);
        }
    }
    table.searchable = true;
    table.with_note(Words::new(
        "A vault is a portfolio of its own within the portfolio. The flow is what its holder put in, negative what was taken out. Costs are \
         at full rates, those of the vaults in it included: what is saved when orders of several vaults meet is the portfolio's.",
        "ヴォールトはポートフォリオの中の独立したポートフォリオです。設定・解約は保有者による資金の出入り（マイナスは引き出し）です。コストは内側のヴォールトを含む正規の料率で、複数のヴォールトの注文が相殺された分はポートフォリオ全体の利益です。",
    ))
}
