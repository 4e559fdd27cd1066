use super::assets;
use crate::{Cell, Table, Value, Words, run::Run};

/// What prices and exchange rates brought, asset by asset: what a holding was worth before each step's trade, less what it was worth
/// after the trade of the step before.
pub(super) fn table(run: &Run<'_>) -> Table {
    let mut table = Table::new(
        "asset_profit",
        Words::new("What prices and exchange rates brought, asset by asset", "価格と為替による資産別損益"),
        [
            ("asset", Words::new("asset", "資産")),
            ("profit", Words::new("profit", "損益")),
            ("share", Words::new("share of the total", "全体に占める割合")),
            ("mean_value", Words::new("mean value held", "平均保有額")),
        ],
    );
    let assets = assets(run);
    let periods = run.steps.len().saturating_sub(1);
    let rows: Vec<(String, f64, f64)> = assets
        .iter()
        .enumerate()
        .map(|(place, asset)| {
            let held = run.steps.iter().zip(run.steps.iter().skip(1));
            let pairs =
                held.filter_map(|(last, step)| Some((*last.after.get(place)?, *step.before.get(place)?)));
            let (profit, value) = pairs.fold((0.0, 0.0), |(profit, value), (after, before)| {
                (profit + (before - after), value + after)
            });
            (asset.path.to_string(), profit, value)
        })
        .collect();
    let total: f64 = rows.iter().map(|row| row.1).sum();
    let mean = |value: f64| (periods > 0).then(|| value / periods as f64);
    let none = || Words::new("no period yet", "期間なし");
    let mut row = |name: Value, profit: f64, value: f64| {
        let share = (total != 0.0).then_some(profit / total);
        let mean = mean(value);
        table.row([
            Cell::new(name),
            Cell::new(Value::money(profit)),
            Cell::new(share.map_or_else(|| Value::Missing(none()), Value::Percent)),
            Cell::new(mean.map_or_else(|| Value::Missing(none()), Value::money)),
        ]);
    };
    for (name, profit, value) in &rows {
        row(Value::Name(name.clone()), *profit, *value);
    }
    row(Value::Words(Words::new("total", "合計")), total, rows.iter().map(|row| row.2).sum());
    if run.record.is_actual() {
        return table.with_note(Words::new(
            "What was held from one step to the next, at the prices of the steps. What a fill paid otherwise than the price of its step is not \
             in it, nor are income, costs, interest on cash and flows: the total here is not the account's profit. A foreign asset's row holds \
             what its exchange rate did. The mean value is that after each step's trades, the last step left out.",
            "ステップ間に保有していた資産を、各ステップの価格で評価したものです。約定価格とステップの価格の差、配当等の収入、コスト、現金利息、資金の出入りは含まないため、ここの合計は口座の損益ではありません。外貨資産の行は為替変動を含みます。平均保有額は各ステップの売買後の値の平均です（最終ステップを除く）。",
        ));
    }
    table.with_note(Words::new(
        "Before costs, hedge, overlay, interest on cash and flows: these stand on their own pages, and the total here is not the \
         portfolio's profit. A foreign asset's row holds what its exchange rate did. The mean value is that after each step's trade, the \
         last step left out.",
        "コスト、ヘッジ、オーバーレイ、現金利息、資金の出入りを含みません。これらは各ページにあり、ここの合計はポートフォリオの損益ではありません。外貨資産の行は為替変動を含みます。平均保有額は各ステップの売買後の値の平均です（最終ステップを除く）。",
    ))
}
