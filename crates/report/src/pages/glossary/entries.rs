use crate::{Words, terms};

/// A term, and what it means. A test holds the pairs against docs/glossary.md.
pub(super) static ENTRIES: &[(Words, Words)] = &[
    (
        terms::PRESCRIBED_RATE,
        Words::new(
            "the second highest of five yearly figures: what money must earn to keep its worth",
            "5つの年次指標のうち2番目に高いもの。資産価値を保つために必要な利回り",
        ),
    ),
    (
        Words::new("the five indicators", "5指標"),
        Words::new(
            "10-year yield, consumer prices, corporate goods prices, GDP deflator, fall of the real effective exchange rate",
            "10年国債金利、消費者物価、企業物価、GDPデフレータ、実質実効為替レートの下落率",
        ),
    ),
    (
        Words::new("real effective exchange rate", "日本実質実効為替レート"),
        Words::new(
            "the yen against all trading partners' currencies, prices allowed for",
            "物価を調整した、全貿易相手国通貨に対する円の価値",
        ),
    ),
    (
        Words::new("revision", "改定"),
        Words::new("a later release that changes a published figure", "公表済みの数値を改める後の公表"),
    ),
    (
        Words::new("day of publication", "公表日"),
        Words::new("the day from which a figure is known", "数値が知られるようになる日"),
    ),
    (
        terms::EXPENSES,
        Words::new(
            "what the family is to be paid, raised each year by the prescribed rate",
            "毎年規定RFRで増額される、支払われるべき費用",
        ),
    ),
    (
        Words::new("initial capital", "初期投資額"),
        Words::new("what was invested on the first day", "初日に投資した金額"),
    ),
    (
        terms::INVESTED_CAPITAL,
        Words::new(
            "initial capital and all that was reinvested: the principal that a gain is measured against",
            "初期投資額と再投資金額の合計。損益の基準となる元本",
        ),
    ),
    (
        terms::POOL,
        Words::new(
            "money set aside from gains, out of which expenses are paid; it is not invested",
            "利益から取り分け、生活費&事業活動費を支払う資金。投資はされない",
        ),
    ),
    (
        terms::POOL_CAP,
        Words::new("the pool's upper limit, some years of expenses", "プール額の上限（数年分の費用）"),
    ),
    (
        terms::WITHDRAWAL,
        Words::new(
            "taken out of the portfolio, at quarters' ends",
            "四半期末にポートフォリオから引き出した金額",
        ),
    ),
    (
        terms::REINVESTED,
        Words::new("put back because the pool was full", "プールが上限に達したため投資に戻した金額"),
    ),
    (
        Words::new("principal under water", "元本割れ"),
        Words::new(
            "value below invested capital: nothing is withdrawn",
            "時価が投下資本を下回る状態。出金は行われない",
        ),
    ),
    (
        Words::new("withdrawals are halted", "出金が停止"),
        Words::new("a quarter at which nothing leaves the portfolio", "ポートフォリオから資金が出ない四半期"),
    ),
    (
        terms::REBALANCING,
        Words::new("trading back to the weights that are wanted", "目標の比率に戻すための売買"),
    ),
    (
        Words::new("weight", "組入比率"),
        Words::new("a part's value over that of the whole", "全体の時価に占める割合"),
    ),
    (
        Words::new("drift", "乖離"),
        Words::new("how far a weight has moved from its target", "比率が目標から離れた度合い"),
    ),
    (
        Words::new("band, threshold", "許容乖離幅"),
        Words::new("how far a weight may drift before it is traded", "売買せずに許される乖離"),
    ),
    (
        Words::new("no-trade region", "無取引領域"),
        Words::new("where trading costs more than it gains", "売買の費用が効果を上回る範囲"),
    ),
    (
        Words::new("risk contribution", "リスク寄与度"),
        Words::new(
            "the share of the portfolio's risk that an asset carries",
            "ポートフォリオのリスクのうち資産が負う割合",
        ),
    ),
    (
        Words::new("tracking error", "トラッキングエラー"),
        Words::new(
            "how far the portfolio's returns stray from those of its targets",
            "目標比率のリターンからのずれの大きさ",
        ),
    ),
    (
        Words::new("turnover", "売買回転率"),
        Words::new(
            "bought and sold together, over the portfolio's value",
            "購入と売却の合計額の時価に対する割合",
        ),
    ),
    (
        Words::new("composed vaults", "複合ヴォールト"),
        Words::new(
            "portfolios within the portfolio, each with a rule of its own",
            "ポートフォリオの中にある、独自のルールを持つポートフォリオ",
        ),
    ),
    (
        Words::new("net asset value of a share", "基準価額"),
        Words::new("what one share of a vault is worth", "ヴォールト1口の価値"),
    ),
    (
        Words::new("estimated slippage", "スリッページ想定額"),
        Words::new("what is lost because a trade moves the price", "売買で値が動くことによる損失の想定"),
    ),
    (
        Words::new("estimated commission", "取引手数料想定額"),
        Words::new("what the broker takes", "証券会社に払う費用の想定"),
    ),
    (
        Words::new("funding cost", "レバレッジ調達コスト"),
        Words::new("interest on money borrowed for leverage", "レバレッジのための借入の利息"),
    ),
    (
        Words::new("multiple", "レバレッジ倍率"),
        Words::new("how many times its own money a portfolio holds", "自己資金に対する保有額の倍率"),
    ),
    (
        Words::new("optimal f", "オプティマルf"),
        Words::new(
            "the bet per unit of the largest loss that would have grown most; hindsight",
            "最大損失を基準に、過去に最も資産を増やしたはずの賭け率。事後的な値",
        ),
    ),
    (
        terms::OVERLAY,
        Words::new(
            "forwards that lean on value, momentum and interest, to earn back the hedge's cost",
            "割安度、モメンタム、金利差に基づく為替予約。ヘッジコストの回収を目指す",
        ),
    ),
    (
        Words::new("currency hedge", "外貨ヘッジ"),
        Words::new("forwards that sell the foreign money held", "保有外貨を売る為替予約"),
    ),
    (
        terms::HEDGE_COST,
        Words::new(
            "what the difference of interest rates takes from a hedge",
            "金利差によりヘッジで失う金額",
        ),
    ),
    (
        Words::new("purchasing power parity", "購買力平価"),
        Words::new("the exchange rate at which prices would be alike", "物価が等しくなる為替レート"),
    ),
    (
        terms::WEATHER,
        Words::new(
            "inflation or deflation, and boom or recession, of a month",
            "各月のインフレ・デフレと好景気・不景気",
        ),
    ),
    (
        terms::STANDARD_DEVIATION,
        Words::new("how widely returns spread around their mean", "リターンの平均からのばらつき"),
    ),
    (
        terms::DOWNSIDE_DEVIATION,
        Words::new("how far returns fall below what is asked", "リターンが基準を下回る度合い"),
    ),
    (
        terms::MAXIMUM_DRAWDOWN,
        Words::new("the deepest fall from a highest value", "過去最高値からの最大の下落率"),
    ),
    (
        Words::new("tail risk", "テールリスク"),
        Words::new("losses that are rare and large", "まれに起きる大きな損失"),
    ),
    (
        Words::new("value at risk", "バリュー・アット・リスク"),
        Words::new(
            "the loss that is exceeded in so many percent of periods",
            "一定割合の期間でそれを超える損失",
        ),
    ),
    (
        Words::new("expected shortfall", "期待ショートフォール"),
        Words::new("the mean loss in those periods", "その期間における平均損失"),
    ),
    (
        Words::new("Sharpe ratio", "シャープレシオ"),
        Words::new("excess return per unit of standard deviation", "標準偏差1単位あたりの超過リターン"),
    ),
    (
        Words::new("Sortino ratio", "ソルティノレシオ"),
        Words::new("excess return per unit of downside deviation", "下方偏差1単位あたりの超過リターン"),
    ),
    (
        Words::new("time-weighted return", "時間加重収益率"),
        Words::new("the return that flows do not change", "資金の出入りに左右されないリターン"),
    ),
    (
        Words::new("bootstrap", "ブートストラップ"),
        Words::new(
            "drawing from the past again and again, to see what luck can do",
            "過去から繰り返し抽出し、偶然の幅を見る方法",
        ),
    ),
    (
        Words::new("target", "目標パフォーマンス"),
        Words::new("what the method asks of itself", "手法が自らに課す水準"),
    ),
    (
        Words::new("fill", "約定"),
        Words::new(
            "an order, or a part of one, as it was carried out",
            "注文（またはその一部）が成立したもの",
        ),
    ),
    (
        Words::new("statement", "取引報告書"),
        Words::new("what a broker reports of an account", "証券会社による口座の報告"),
    ),
    (
        Words::new("estimate and actual", "推定値と実値"),
        Words::new(
            "the costs that were assumed beside those that were paid",
            "想定したコストと実際に支払ったコスト",
        ),
    ),
    (
        Words::new("iteration", "イテレーション"),
        Words::new(
            "a version of the model, recorded before it was in force",
            "モデルの版。使われ始める前に記録される",
        ),
    ),
    (
        Words::new("live track", "実運用（繋いだ成績）"),
        Words::new(
            "what was in force at each time, as one path",
            "各時点で採用されていた版を1本に繋いだ成績",
        ),
    ),
    (
        Words::new("history", "ヒストリカル"),
        Words::new(
            "what a version would have earned before it was recorded; its weights were chosen knowing it",
            "記録前の期間の成績。組入比率はそれを知った上で選ばれている",
        ),
    ),
    (
        Words::new("replaced iterations", "組み替えられる前のポートフォリオのフォワード"),
        Words::new(
            "versions after another took their place, tracked on (superseded)",
            "別の版に置き換えられた後も追跡する版",
        ),
    ),
    (
        Words::new("review", "見直し"),
        Words::new(
            "looking at the model anew, once a year or more, on record",
            "年1回以上、記録に残してモデルを見直すこと",
        ),
    ),
    (
        Words::new("actual operation", "実運用"),
        Words::new("lots, smallest orders and real fills", "取引単位・最低取引サイズ・実際の約定を伴う運用"),
    ),
    (
        Words::new("performance of an account", "実運用ポートフォリオの成績"),
        Words::new(
            "what an account earned by its fills, cash and flows",
            "約定・現金・入出金の記録による口座の成績",
        ),
    ),
    (
        Words::new("why actual differs from simulated", "例外的差異"),
        Words::new(
            "the difference of an account from its simulation, by cause",
            "実口座とシミュレーションの差とその原因",
        ),
    ),
    (
        Words::new("reconciliation", "照合"),
        Words::new(
            "opening and movements against what the broker states",
            "期首残高と記録を証券会社の報告と突き合わせること",
        ),
    ),
    (
        Words::new("withheld tax", "源泉徴収"),
        Words::new("tax that a broker keeps back before it pays", "証券会社が支払い前に差し引く税金"),
    ),
    (
        Words::new("added back", "これらを加算して"),
        Words::new(
            "withheld tax counted as return, to compare with figures before tax",
            "税引前の数値と比べるため、源泉税をリターンに戻すこと",
        ),
    ),
    (
        Words::new("unrealised loss", "含み損"),
        Words::new(
            "what a holding is worth less than it cost, not yet sold",
            "売却前の保有資産の時価が取得価額を下回る額",
        ),
    ),
    (
        Words::new("cost of a lot", "取得価額"),
        Words::new("what a holding was bought for", "保有資産を購入したときの額"),
    ),
    (
        Words::new("programme that realises losses", "損失確定・再投資プログラム"),
        Words::new(
            "what is under water is sold and bought back, so that a tax is put off",
            "含み損のある資産を売却して買い戻し、税金を繰り延べる仕組み",
        ),
    ),
    (
        Words::new("many runs on drawn months", "モンテカルロ・シミュレーション"),
        Words::new(
            "the same spec on many paths put together from months that were",
            "実際の月を抽出して作った多数のパスで同じ仕様を実行すること",
        ),
    ),
    (
        Words::new("probability of ruin", "破綻確率"),
        Words::new(
            "on how many of such paths little or nothing is left",
            "そのようなパスのうち、資産がほとんど残らないものの割合",
        ),
    ),
    (
        Words::new("p-value, all rules considered", "多重検定補正後のp値"),
        Words::new(
            "how likely so good a mean is by luck, when so many rules are tried",
            "多数のルールを試したとき、偶然だけでその平均が生じる確率",
        ),
    ),
    (
        Words::new("deflated Sharpe ratio", "試行数補正後シャープ"),
        Words::new(
            "how sure it is that a Sharpe ratio is above the best of all trials without skill",
            "シャープレシオが、実力のない全試行の最良値を上回る確からしさ",
        ),
    ),
    (
        Words::new("buy and hold", "バイ・アンド・ホールド"),
        Words::new(
            "weights are bought once and left to run",
            "最初に購入した後、比率を戻さずに保有し続けること",
        ),
    ),
    (
        Words::new("rebalancing premium", "リバランス・プレミアム"),
        Words::new(
            "growth over buy and hold, a logarithm a year",
            "バイ・アンド・ホールドに対する成長率の差（対数、年率）",
        ),
    ),
    (
        Words::new("excess growth", "超過成長"),
        Words::new(
            "by how much a mixture grows more than its parts in the mean",
            "組み合わせの成長率が構成要素の平均を上回る分",
        ),
    ),
    (
        Words::new("drift of the premium", "ドリフト"),
        Words::new(
            "what weights that were brought back earned otherwise than weights that ran",
            "元に戻した比率と放置した比率の収益の差",
        ),
    ),
];
