use allweather_portfolio::costs::fills::{
    Compared, ComparedAsset, ComparedConversion, Comparison, Evidence, LeftOutReason,
};

use crate::{Block, Mark, Table, Value, Words, table::Cell, words::words};

/// What was estimated beside what was paid; nothing without fills.
pub(super) fn blocks(comparison: &Comparison) -> Vec<Block> {
    let mut blocks = vec![Block::Paragraph(Words::new(
        "Commissions and slippage of real orders, beside what the estimate would have charged them. A mark stands where more was paid than \
         estimated, over all orders together.",
        "実際の注文の取引手数料・スリッページと、同じ注文に対する推定値との比較です。印は、全注文の合計で実績が推定値を上回ったことを示します。",
    ))];
    if comparison.orders().is_empty() {
        blocks.push(Block::Paragraph(Words::new(
            "Not one order could be compared.",
            "比較できた注文はありません。",
        )));
    } else {
        blocks.push(beside(comparison).into());
    }
    if !comparison.assets().is_empty() {
        blocks.push(suggested(comparison.assets()).into());
    }
    if !comparison.left_out().is_empty() {
        blocks.push(left_out(comparison).into());
    }
    blocks
}

fn beside(comparison: &Comparison) -> Table {
    let mut table = Table::new(
        "estimate_against_actual",
        Words::new("Estimate against actual", "推定値と実績"),
        [
            ("asset", Words::new("asset", "資産")),
            ("kind", Words::new("kind", "種類")),
            ("currency", Words::new("currency", "通貨")),
            ("orders", Words::new("orders", "注文数")),
            ("value", Words::new("traded value", "売買額")),
            ("estimated", Words::new("estimated", "推定値")),
            ("actual", Words::new("actual", "実績")),
            ("above", Words::new("orders above the estimate", "推定超過の注文数")),
            ("worst", Words::new("at most by, basis points", "最大超過（bp）")),
            ("mean", Words::new("on average by, basis points", "平均超過（bp）")),
        ],
    );
    for ComparedAsset { asset, currency, commission, slippage, .. } in comparison.assets() {
        for (kind, compared) in [
            (Words::new("commission", "取引手数料"), commission),
            (Words::new("slippage", "スリッページ"), slippage),
        ] {
            table.row(row(asset.as_str(), kind, &currency.to_string(), compared));
        }
    }
    for ComparedConversion { symbol, currency, fx, .. } in comparison.conversions() {
        table.row(row(symbol, Words::new("exchange fees", "為替手数料"), &currency.to_string(), fx));
    }
    table.with_note(Words::new(
        "Amounts are in the currency of the row. Slippage is measured against the price when the order was sent, over the orders of which it is \
         known; below zero is a gain. The excess is of traded value, the average over the orders that were above. Exchange fees are those of \
         currencies that were converted: commission and, where known, slippage together. Taxes and fees of trades are not in it.",
        "金額は各行の通貨建てです。スリッページは発注時点の価格が分かる注文のみを対象とし、負の値は有利な約定を示します。超過は売買額に対する比率で、平均は超過した注文の平均です。為替手数料は外貨転換の手数料と（分かる場合は）スリッページの合計です。売買にかかる税金等は含みません。",
    ))
}

fn row(asset: &str, kind: Words, currency: &str, compared: &Compared) -> Vec<Cell> {
    let none = compared.orders == 0;
    let cell = |value: Value| {
        let unknown = Words::new("no price when the order was sent", "発注時点の価格なし");
        Cell::new(if none { Value::Missing(unknown) } else { value })
    };
    let over = |rate: Option<allweather_core::Rate>| {
        let never = Words::new("never above", "超過なし");
        cell(rate.map_or(Value::Missing(never), |rate| Value::Number(rate.to_f64() * 1e4, 2)))
    };
    let amount =
        |amount| cell(Value::or_missing(f64::try_from(amount).ok(), |amount| Value::Number(amount, 2)));
    let more = (compared.actual > compared.estimated).then_some(Mark::NotMet);
    vec![
        Value::Name(asset.to_owned()).into(),
        Value::Words(kind).into(),
        Value::Name(currency.to_owned()).into(),
        Value::Count(compared.orders).into(),
        amount(compared.value),
        amount(compared.estimated),
        amount(compared.actual).marked(more),
        cell(Value::Count(compared.above)),
        over(compared.worst),
        over(compared.mean),
    ]
}

fn suggested(assets: &[ComparedAsset]) -> Table {
    let mut table = Table::new(
        "suggested_base_slippage",
        Words::new("Base slippage that the fills speak for", "約定から見たスリッページ推定基準値"),
        [
            ("asset", Words::new("asset", "資産")),
            ("currency", Words::new("currency", "通貨")),
            ("base", Words::new("base, basis points", "現在の基準値（bp）")),
            ("suggested", Words::new("suggested, basis points", "提案値（bp）")),
            ("orders", Words::new("orders", "注文数")),
            ("evidence", Words::new("what it rests on", "根拠")),
        ],
    );
    let bps = |rate: allweather_core::Rate| Value::Number(rate.to_f64() * 1e4, 2);
    for ComparedAsset { asset, currency, base, suggested, .. } in assets {
        let none = Words::new("no price when any order was sent", "発注時点の価格なし");
        let (base_value, orders, evidence) = match suggested {
            Ok(it) => {
                let evidence = match it.evidence {
                    Evidence::Quantile => {
                        Words::new("quantile of enough orders", "十分な注文数に基づく分位点")
                    }
                    _ => Words::new("the largest of few orders", "少数の注文の最大値"),
                };
                (bps(it.base), it.orders, Value::Words(evidence))
            }
            Err(_) => (Value::Missing(none.clone()), 0, Value::Missing(none)),
        };
        table.row([
            Value::Name(asset.to_string()),
            Value::Name(currency.to_string()),
            bps(*base),
            base_value,
            Value::Count(orders),
            evidence,
        ]);
    }
    table.with_note(Words::new(
        "Slippage of the orders over traded value, divided by the day's ratio of volatilities. It is our reading, and no part of the published \
         method; nothing is changed by itself.",
        "各注文のスリッページ÷売買額を、当日のボラティリティ比で割り戻した値に基づきます。本ソフトウェア独自の解釈であり、公表された手法の一部ではありません。設定が自動で変わることはありません。",
    ))
}

fn left_out(comparison: &Comparison) -> Table {
    let mut table = Table::new(
        "fills_not_compared",
        Words::new("Fills that are not compared", "比較の対象外とした約定"),
        [
            ("account", Words::new("account", "口座")),
            ("fill", Words::new("fill", "約定")),
            ("symbol", Words::new("symbol", "銘柄コード")),
            ("reason", Words::new("reason", "理由")),
        ],
    );
    for it in comparison.left_out() {
        let reason = match &it.reason {
            LeftOutReason::Unmapped => {
                Words::new("no asset is given for its symbol", "銘柄コードに対応する資産がありません")
            }
            LeftOutReason::NotEstimated => {
                Words::new("the estimate has no rates for the asset", "推定値の率がない資産です")
            }
            LeftOutReason::Cancellation => {
                Words::new("it cancels a trade that is not in the statements", "報告書にない約定の取消です")
            }
            LeftOutReason::NoValue => Words::new("nothing was paid for it", "約定代金が0です"),
            LeftOutReason::NoExchangeRate { from, to } => {
                words!(
                    "there is no exchange rate from {from} to {to}",
                    "{from}から{to}への為替レートがありません"
                )
            }
            _ => Words::new("it could not be compared", "比較できません"),
        };
        table.row([
            Value::Name(it.account.clone()),
            Value::Name(it.fill.clone()),
            Value::Name(it.symbol.clone()),
            Value::Words(reason),
        ]);
    }
    table.with_note(Words::new(
        "Each is a line of a statement. Nothing of them is in the tables above.",
        "いずれも報告書の明細です。上の表には含まれていません。",
    ))
}
