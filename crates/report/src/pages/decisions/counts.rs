use crate::{Language, Table, Value, Words, reasons, run::Run, trades::by_a_rule};

/// How often each kind of reason traded, and held.
pub(super) fn by_kind(run: &Run<'_>) -> Table {
    struct Kind {
        name: Words,
        traded: usize,
        held: usize,
        value: f64,
    }
    let mut kinds: Vec<Kind> = Vec::new();
    for (step, value) in run.steps.iter().zip(&run.trades.value) {
        let name = if run.record.is_actual() {
            Words::new("trades of the account", "実口座の売買")
        } else {
            reasons::kind(step.decision.reason())
        };
        let place = kinds.iter().position(|kind| kind.name == name).unwrap_or(kinds.len());
        if place == kinds.len() {
            kinds.push(Kind { name, traded: 0, held: 0, value: 0.0 });
        }
        let Some(kind) = kinds.get_mut(place) else { continue };
        let traded = step.decision.trades();
        kind.traded += usize::from(traded);
        kind.held += usize::from(!traded);
        kind.value += value;
    }
    let mut table = Table::new(
        "decisions_by_kind",
        Words::new("By kind of reason", "理由の種類別"),
        [
            ("reason", Words::new("reason", "理由")),
            ("traded", Words::new("traded", "売買")),
            ("held", Words::new("held", "据え置き")),
            ("traded_value", Words::new("traded value", "売買額")),
        ],
    );
    for kind in &kinds {
        table.row([
            Value::Words(kind.name.clone()),
            Value::Count(kind.traded),
            Value::Count(kind.held),
            Value::money(kind.value),
        ]);
    }
    table.row([
        Value::Words(Words::new("total", "合計")),
        Value::Count(kinds.iter().map(|kind| kind.traded).sum()),
        Value::Count(kinds.iter().map(|kind| kind.held).sum()),
        Value::money(kinds.iter().map(|kind| kind.value).sum()),
    ]);
    if run.record.is_actual() {
        return table.with_note(Words::new(
            "A step at which there was a fill counts as traded. The value is what was held after less before, asset by asset.",
            "約定のあったステップを売買と数えます。売買額は資産ごとの保有額の変化の合計です。",
        ));
    }
    table.with_note(Words::new(
        "The decisions of the portfolio's own rule. Where one rule chooses or limits another, the one that decided counts. The value also \
         holds what was sold to pay a withdrawal, or bought with what came back, while the rule held.",
        "ポートフォリオ自身のルールの判断です。ルールが別のルールを選択・制限する場合は、実際に判断したルールで数えます。売買額には、据え置きの間の出金のための売却や再投資による購入も含みます。",
    ))
}

/// How often it traded, and held, year by year.
pub(super) fn by_year(run: &Run<'_>) -> Table {
    let composed = run.steps.first().is_some_and(|step| !step.vaults.is_empty());
    let mut table = Table::new(
        "decisions_by_year",
        Words::new("By calendar year", "暦年別"),
        [
            ("year", Words::new("year", "年")),
            ("traded", Words::new("traded", "売買")),
            ("held", Words::new("held", "据え置き")),
            ("turnover", Words::new("turnover", "売買回転率")),
            ("traded_value", Words::new("traded value", "売買額")),
            ("costs", Words::new("costs", "コスト")),
        ],
    );
    for year in &run.years {
        let rows = || {
            let all = run.steps.iter().enumerate().zip(run.trades.value.iter().zip(&run.trades.turnover));
            all.filter(|((_, step), _)| step.month.year() == year.year)
        };
        let traded = rows().filter(|((i, step), _)| *i > 0 && by_a_rule(step)).count();
        let first = rows().filter(|((i, _), _)| *i == 0).count();
        table.row([
            Value::Year(year.year),
            Value::Count(traded),
            Value::Count(rows().count().saturating_sub(traded + first)),
            // A sum of nothing is 0, not its negative.
            Value::Percent(rows().filter_map(|(_, (_, turnover))| *turnover).fold(0.0, |sum, t| sum + t)),
            Value::money(rows().map(|(_, (value, _))| value).sum()),
            Value::money(year.costs),
        ]);
    }
    if run.record.is_actual() {
        return table.with_note(Words::new(
            "The first step is neither traded nor held and has no turnover; its value and its costs are in its year. Costs are of all kinds.",
            "最初のステップは売買・据え置きのどちらにも数えず、回転率にも含みませんが、金額とコストはその年に含みます。コストは全種類の合計です。",
        ));
    }
    let note = Words::new(
        "The first purchase is neither traded nor held and has no turnover; its value and its costs are in its year. Costs are of all kinds, \
         those of the forwards with them.",
        "初回購入は売買・据え置きのどちらにも数えず、回転率にも含みませんが、金額とコストはその年に含みます。コストは為替予約を含む全種類の合計です。",
    );
    if !composed {
        return table.with_note(note);
    }
    let vaults = Words::new(
        " A step at which any vault's rule traded counts as traded.",
        "いずれかのヴォールトが売買したステップも売買に数えます。",
    );
    let [en, ja] = Language::ALL.map(|language| format!("{}{}", note.text(language), vaults.text(language)));
    table.with_note(Words::of(en, ja))
}
