use allweather_portfolio::{CostSpec, costs::PublishedCosts};

use crate::{
    Block, Table, Value, Words,
    format::{decimals, exact, rate},
    run::Run,
    words::words,
};

/// What the spec charges, in words.
pub(super) fn blocks(run: &Run<'_>) -> Vec<Block> {
    if run.record.is_actual() {
        return vec![Block::Paragraph(Words::new(
            "What the account was charged, as its fills and its broker's statements tell it: commissions, fees, and fees of conversions. \
             Slippage is counted where a fill tells the price when its order arrived. The costs that the spec assumes are in no figure.",
            "約定と証券会社の報告書に基づき、実口座に実際に課された手数料・諸費用・両替費用です。スリッページは発注時点の価格が分かる約定のみ計上しています。仕様が想定するコストはどの数値にも含まれません。",
        ))];
    }
    let spec = run.record.spec();
    let mut blocks = match &spec.costs {
        CostSpec::Proportional(model) if model.rate().to_f64() == 0.0 => vec![Block::Warning(Words::new(
            "The run charges nothing for trading. Returns are those of a market without costs.",
            "売買コストは課していません。リターンはコストのない市場でのものです。",
        ))],
        CostSpec::Proportional(model) => {
            let rate = rate(model.rate());
            vec![Block::Paragraph(words!(
                "Every trade costs {rate} of the traded value, whatever the asset; the page counts it as commission.",
                "資産を問わず、売買額の{rate}を課しています（取引手数料として集計）。"
            ))]
        }
        CostSpec::Published(costs) => published(costs),
        _ => vec![Block::Paragraph(Words::new(
            "The run uses a cost model that this page has no words for; its rates are in the spec.",
            "本ページに説明のないコストモデルを使用しています。率は仕様ファイルをご覧ください。",
        ))],
    };
    if let Some(fx) = &spec.fx {
        let fee = rate(fx.fee());
        blocks.push(Block::Paragraph(words!(
            "Dealing in forwards costs {fee} of the notional that is opened; it is among the exchange fees.",
            "為替予約の取引には建玉の想定元本の{fee}を課し、為替手数料に含めています。"
        )));
    }
    blocks
}

fn published(costs: &PublishedCosts) -> Vec<Block> {
    let (exponent, cap) =
        (decimals(costs.slippage().exponent(), 2), decimals(costs.slippage().ratio_cap(), 1));
    let fx = rate(costs.fx_rate());
    let mut table = Table::new(
        "cost_rates",
        Words::new("Rates by asset, of traded value, one way", "資産別の率（売買額に対する片道）"),
        [
            ("asset", Words::new("asset", "資産")),
            ("max_rate", Words::new("commission, basis points", "取引手数料（bp）")),
            ("base_slippage", Words::new("base slippage, basis points", "スリッページ推定基準値（bp）")),
            ("minimum", Words::new("least commission", "最低手数料")),
        ],
    );
    for row in costs.assets() {
        let minimum =
            row.minimum.map(|money| Value::Name(format!("{} {}", exact(money.amount()), money.currency())));
        table.row([
            Value::Name(row.asset.to_string()),
            Value::Number(row.max_rate.to_f64() * 1e4, 2),
            Value::Number(row.base_slippage.to_f64() * 1e4, 2),
            minimum.unwrap_or(Value::Missing(Words::new("none", "なし"))),
        ]);
    }
    let table = table.with_note(Words::new(
        "100 basis points are 1 %. The commission is the highest rate that the broker charges for the asset.",
        "100bpは1 %です。取引手数料は証券会社がその資産に課す最大手数料率です。",
    ));
    vec![
        Block::Paragraph(words!(
            "The published, conservative estimate: commission at the broker's highest rate; slippage at a base for each asset, raised \
             when the market is restless (base × (volatility now ÷ in the long run)^{exponent}, the ratio at most {cap}, never below the \
             base); {fx} of the value for converting a currency. It is an estimate, not what a broker filled.",
            "公開された保守的な推定に基づきます。取引手数料は最大手数料率、スリッページは資産ごとの基準値を市場の変動に応じて引き上げ（基準値×（足元のボラティリティ÷長期のボラティリティ）の{exponent}乗、比率の上限は{cap}、基準値を下限とする）、外貨転換には転換額の{fx}を課します。実際の約定結果ではなく推定値です。"
        )),
        table.into(),
    ]
}
