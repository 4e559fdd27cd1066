use allweather_core::{AssetId, Currency, Month, Rate};
use allweather_portfolio::{CostSpec, Part};

use super::walk;
use crate::{Cell, Column, Table, Value, Words, format::rate, run::Run, words::words};

/// What the spec wants held, vaults with what is in them, and what is known of each asset.
pub(super) fn table(run: &Run<'_>) -> Table {
    let spec = run.record.spec();
    let mut parts = Vec::new();
    walk(&spec.holdings, None, 1.0, &mut parts);
    let composed = parts.iter().any(|(_, part, ..)| matches!(part, Part::Vault(_)));
    let published = matches!(spec.costs, CostSpec::Published(_));
    let mut table = Table::new(
        "strategic_weights",
        Words::new("What is to be held", "保有すべき資産"),
        [(
            "part",
            if composed {
                Words::new("asset or vault", "資産・ヴォールト")
            } else {
                Words::new("asset", "資産")
            },
        )],
    );
    let mut column = |id: &str, en: &'static str, ja: &'static str| {
        table.columns.push(Column::new(id, Words::new(en, ja)));
    };
    if composed {
        column("kind", "kind", "種類");
        column("within", "weight in its holder", "保有者内の比率");
    }
    column("weight", "strategic weight", "目標組入比率");
    column("currency", "currency", "通貨");
    column("first", "prices from", "価格の始まり");
    column("last", "to", "価格の終わり");
    if published {
        column("commission", "commission", "手数料");
        column("slippage", "base slippage", "スリッページ基準値");
    }
    for (path, part, within, whole) in parts {
        let mut row = vec![Value::Name(path.to_string())];
        if composed {
            row.push(Value::Words(match part {
                Part::Asset(_) => Words::new("asset", "資産"),
                Part::Vault(_) => Words::new("vault", "ヴォールト"),
            }));
            row.push(Value::Percent(within));
        }
        row.push(Value::Percent(whole));
        match part {
            Part::Asset(asset) => {
                let (currency, first, last) = market(run, asset);
                row.push(Value::or_missing(currency, |currency| Value::Name(currency.to_string())));
                row.push(Value::or_missing(first, Value::Month));
                row.push(Value::or_missing(last, Value::Month));
                if published {
                    let rates = rates(&spec.costs, asset);
                    row.extend(
                        [rates.map(|r| r.0), rates.map(|r| r.1)].map(|rate| {
                            Value::or_missing(rate, |rate| Value::Number(rate.to_f64() * 1e4, 1))
                        }),
                    );
                }
            }
            Part::Vault(_) => {
                let inside = || Value::Missing(Words::new("that of its assets", "中の資産ごと"));
                row.extend(std::iter::repeat_with(inside).take(if published { 5 } else { 3 }));
            }
        }
        table.rows.push(row.into_iter().map(Cell::from).collect());
    }
    table.with_note(note(run, &spec.costs))
}

/// Currency and span of the prices of an asset.
fn market(run: &Run<'_>, asset: &AssetId) -> (Option<Currency>, Option<Month>, Option<Month>) {
    let panel = run.sources.market.prices();
    let Some(position) = panel.position(asset) else { return (None, None, None) };
    let mut priced = panel.months().iter().zip(panel.levels(position)).filter(|(_, level)| level.is_some());
    let first = priced.next().map(|(month, _)| *month);
    let last = priced.next_back().map(|(month, _)| *month).or(first);
    (panel.instruments().get(position).map(|instrument| instrument.currency), first, last)
}

fn rates(costs: &CostSpec, asset: &AssetId) -> Option<(Rate, Rate)> {
    let CostSpec::Published(costs) = costs else { return None };
    let row = costs.assets().iter().find(|row| row.asset == *asset)?;
    Some((row.max_rate, row.base_slippage))
}

fn note(run: &Run<'_>, costs: &CostSpec) -> Words {
    let base = Words::new(
        "Weights are fractions of the whole and fixed beforehand. Months are those of the price panel, also outside of the run.",
        "比率は全体に対する割合で、事前に固定されています。月は価格表の範囲で、実行期間の外も含みます。",
    );
    let rest = match costs {
        _ if run.record.is_actual() => Words::new(
            " They are those of the spec that the account is held against; it was charged what the page of costs says.",
            "いずれも実口座と比べる仕様のものです。実際のコストはコストのページにあります。",
        ),
        CostSpec::Published(costs) => {
            let rate = crate::format::decimals(costs.fx_rate().to_f64() * 1e4, 2);
            words!(
                " Commission and slippage are what one trade costs one way, in basis points of its value (100 are 1 %), before slippage is \
                 raised for volatility; exchanging currency costs {rate} more.",
                "手数料とスリッページは片道の取引1回の費用で、取引金額に対するベーシスポイント（100で1 %）です。スリッページはボラティリティによる補正前の値です。両替にはさらに{rate}かかります。"
            )
        }
        CostSpec::Proportional(cost) if cost.rate().to_f64() == 0.0 => {
            Words::new(" The spec lets trading cost nothing.", "仕様では取引コストは0です。")
        }
        CostSpec::Proportional(cost) => {
            let rate = rate(cost.rate());
            words!(
                " Every trade costs {rate} of its value, one way.",
                "取引コストは片道で取引金額の{rate}です。"
            )
        }
        _ => Words::new(" What trades cost is in the spec.", "取引コストは仕様にあります。"),
    };
    let [en, ja] =
        crate::Language::ALL.map(|language| format!("{}{}", base.text(language), rest.text(language)));
    Words::of(en, ja)
}
