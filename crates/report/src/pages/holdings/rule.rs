use allweather_rebalance::{
    Calendar, Convention, Destination, DriftBand, DriftMeasure, Edge, Period, Rule, Scope, Threshold,
};

use crate::{Language, Table, Value, Words, run::Run, words::words};

/// The rule of the portfolio and of each vault, with where it comes from.
pub(super) fn table(run: &Run<'_>) -> Table {
    let spec = run.record.spec();
    let mut table = Table::new(
        "rules",
        Words::new("When and to what it is rebalanced", "リバランスのルール"),
        [
            ("of", Words::new("of", "対象")),
            ("rule", Words::new("rule", "ルール")),
            ("source", Words::new("source", "出典")),
        ],
    );
    let row = |of: Value, rule: &Rule| [of, Value::Words(told(rule)), Value::Words(source(rule))];
    table.row(row(Value::Words(Words::new("the portfolio", "ポートフォリオ全体")), &spec.rule));
    for vault in spec.holdings.vaults() {
        table.row(row(Value::Name(vault.name.to_string()), &vault.rule));
    }
    if run.record.is_actual() {
        return table.with_note(Words::new(
            "The rules of the spec that the account is held against. None of them decided its trades: those are its owner's.",
            "実口座と比べる仕様のルールです。実際の売買は所有者によるもので、これらのルールが決めたものではありません。",
        ));
    }
    table.with_note(Words::new(
        "The rules of the spec; all their settings are in it, on the page of what is estimated.",
        "仕様に書かれたルールです。全ての設定は「推計値と欠損」ページの仕様にあります。",
    ))
}

/// A rule in a sentence.
fn told(rule: &Rule) -> Words {
    match rule {
        Rule::Calendar(rule) => calendar(rule),
        Rule::DriftBand(rule) => band(rule),
        Rule::NoTradeRegion(_) => Words::new(
            "an asset trades when it has left the region in which trading costs more than it gains, and back to its edge",
            "売買の費用が利益を上回る無取引領域から出た資産を、領域の端まで売買",
        ),
        Rule::FirstOf(rules) => listed(
            "the first of these that wants to trade",
            "次のうち最初に売買を求めるもの",
            rules.as_slice(),
        ),
        Rule::AllOf(rules) => {
            listed("when all of these want to trade", "次の全てが売買を求めるとき", rules.as_slice())
        }
        Rule::RiskContribution(rule) => {
            let threshold = rule.threshold();
            words!(
                "when an asset's share of the risk is more than {threshold} away from its budget",
                "資産のリスク寄与度がリスク予算から{threshold}を超えて離れたとき"
            )
        }
        Rule::CostAware(_) => Words::new(
            "at every review, as far as coming closer to the targets is worth its cost",
            "毎回、目標に近づく効果がコストに見合う分だけ売買",
        ),
        Rule::WhenVolatile(rule) => {
            let (turbulent, calm) = (told(rule.turbulent()), told(rule.calm()));
            both(
                "in turbulent markets: {}; in calm ones: {}",
                "高変動のとき：{}；平穏のとき：{}",
                &turbulent,
                &calm,
            )
        }
        Rule::CorrelationLimit(rule) => {
            let limit = rule.limit().normalize();
            let cap = rule.cap();
            let limits = words!(
                "with at most {cap} in assets that correlate above {limit}",
                "相関が{limit}を超える資産群は合計{cap}まで"
            );
            both("{}, {}", "{}、{}", &told(rule.rule()), &limits)
        }
        Rule::Never => Words::new("never: bought and held", "行わない（バイ・アンド・ホールド）"),
        _ => Words::new("as the spec says", "仕様のとおり"),
    }
}

/// Two texts put into two places of another.
fn both(en: &str, ja: &str, one: &Words, other: &Words) -> Words {
    let put = |text: &str, language| {
        let text = text.replacen("{}", one.text(language), 1);
        // Behind the first text, so that nothing in it is taken for a place.
        text.rfind("{}")
            .map_or(text.clone(), |at| format!("{}{}{}", &text[..at], other.text(language), &text[at + 2..]))
    };
    Words::of(put(en, Language::English), put(ja, Language::Japanese))
}

fn listed(en: &str, ja: &str, rules: &[Rule]) -> Words {
    let told: Vec<Words> = rules.iter().map(told).collect();
    let list = |language: Language, between: &str| {
        let each = told.iter().enumerate().map(|(i, words)| format!("({}) {}", i + 1, words.text(language)));
        each.collect::<Vec<_>>().join(between)
    };
    Words::of(
        format!("{en}: {}", list(Language::English, "; ")),
        format!("{ja}：{}", list(Language::Japanese, "；")),
    )
}

fn calendar(rule: &Calendar) -> Words {
    let (en, ja) = match rule.every {
        Period::Review => return Words::new("at every review", "毎回"),
        Period::Week => ("week", "週"),
        Period::Month => ("month", "月"),
        Period::Quarter => ("quarter", "四半期"),
        Period::HalfYear => ("half-year", "半期"),
        Period::Year => ("year", "暦年"),
        _ => return Words::new("on dates, as the spec says", "仕様に定める期日"),
    };
    match rule.on {
        Edge::Start => words!("on the first review of every {en}", "毎{ja}の最初の日"),
        Edge::End => words!("on the last review of every {en}", "毎{ja}の最後の日"),
        Edge::Scheduled(day) => {
            let (number, convention) = (day.day(), convention(day.convention()));
            let month = day.month().map(|month| words!(" of month {month}", "第{month}月の"));
            let [of, in_month] = Language::ALL.map(|language| {
                month.as_ref().map(|words| words.text(language).to_owned()).unwrap_or_default()
            });
            let (moved, moved_ja) = (convention.text(Language::English), convention.text(Language::Japanese));
            words!(
                "on day {number}{of} of every {en}; where there is none, {moved}",
                "毎{ja}の{in_month}{number}日目。当日がなければ{moved_ja}"
            )
        }
    }
}

fn convention(convention: Convention) -> Words {
    match convention {
        Convention::Following => Words::new("on the next day there is", "翌営業日"),
        Convention::ModifiedFollowing => {
            Words::new("on the next day there is in that month, else the one before", "修正翌営業日")
        }
        Convention::Preceding => Words::new("on the day before", "前営業日"),
        _ => Words::new("as the spec says", "仕様のとおり"),
    }
}

fn band(rule: &DriftBand) -> Words {
    let threshold = rule.threshold();
    let (of, of_ja) = match rule.measure() {
        DriftMeasure::Position => ("% of its position", "%（ポジション比）"),
        DriftMeasure::Portfolio => ("points of the portfolio", "ポイント（ポートフォリオ比）"),
    };
    let reached = match threshold {
        Threshold::Rounded(_) => {
            words!("{threshold} {of} or more, rounded", "{threshold} {of_ja}以上（四捨五入）")
        }
        Threshold::Unrounded(_) => words!("more than {threshold} {of}", "{threshold} {of_ja}超"),
    };
    let (reached, reached_ja) = (reached.text(Language::English), reached.text(Language::Japanese));
    let (what, what_ja) = match rule.scope() {
        Scope::All => ("everything trades", "全資産を売買"),
        Scope::Breached => ("what has drifted trades", "超過した資産を売買"),
    };
    let (to, to_ja) = match rule.destination() {
        Destination::Target => ("to its target".to_owned(), "目標まで".to_owned()),
        Destination::Half => ("half of the way back".to_owned(), "目標との中間まで".to_owned()),
        Destination::Edge => ("to the edge of the band".to_owned(), "許容乖離幅の端まで".to_owned()),
        Destination::Within(left) => {
            let left = left.points().normalize();
            (format!("to within {left} of its target"), format!("目標から{left}以内まで"))
        }
        _ => ("as the spec says".to_owned(), "仕様のとおりに".to_owned()),
    };
    words!(
        "when an asset has drifted by {reached}: {what}, {to}",
        "資産の乖離が{reached_ja}のとき：{what_ja}、{to_ja}"
    )
}

/// The source as the rule names it, what is ours in both languages.
fn source(rule: &Rule) -> Words {
    let en = rule.source();
    let ja = match en {
        "buy and hold" => "バイ・アンド・ホールド",
        "Published method, §3" => "公開された手法 §3",
        "a drift band; this combination is ours" => "許容乖離幅（この組合せは当方独自）",
        "ours: rules combined" => "当方独自：ルールの組合せ",
        "ours: recent against long-run volatility chooses the rule" => {
            "当方独自：直近と長期のボラティリティでルールを選択"
        }
        "ours: what moves together is capped" => "当方独自：連動する資産群に上限",
        "Maillard, Roncalli and Teïletche 2010; the trigger is ours" => {
            "Maillard, Roncalli and Teïletche 2010（発動条件は当方独自）"
        }
        "Grinold and Kahn 1999, tracking error against costs; defaults are ours" => {
            "Grinold and Kahn 1999、コストとトラッキングエラー（既定値は当方独自）"
        }
        "Janeček and Shreve 2004, no-trade region" => "Janeček and Shreve 2004、無取引領域",
        "2006 ISDA Definitions, section 4.12" => "「2006 ISDA Definitions」第4.12節",
        "Daryanani 2008, Opportunistic Rebalancing" => "Daryanani 2008「Opportunistic Rebalancing」",
        "Vanguard 2024, The Rebalancing Edge" => "Vanguard 2024「The Rebalancing Edge」",
        other => other,
    };
    Words::new(en, ja)
}
