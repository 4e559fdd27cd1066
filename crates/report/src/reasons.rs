//! Why a rule decided, in words of both languages.

use allweather_core::{AssetId, Number};
use allweather_metrics::Undefined;
use allweather_rebalance::{DriftMeasure, Period, Reason, Threshold, paths::TOLERANCE_PERCENT};

use crate::{Language, Words, undefined::why};

/// A reason in words: in English those of the rule itself, in Japanese the same figures in the same order. `universe` gives the names of
/// what the rule decides about. The words of a user's own rule are in the language that its author wrote them in.
pub(crate) fn words(reason: &Reason, universe: &[AssetId]) -> Words {
    Words::of(reason.explain(universe), japanese(reason, universe))
}

/// What an account's record says of a step: how many fills it had.
fn fills(text: &str) -> Option<String> {
    if text == "no fill" {
        return Some("約定なし".to_owned());
    }
    let count: usize = text.strip_suffix(" fill").or_else(|| text.strip_suffix(" fills"))?.parse().ok()?;
    Some(format!("約定{count}件"))
}

/// What a reason speaks of, for counting.
pub(crate) fn kind(reason: &Reason) -> Words {
    match reason {
        Reason::Start => Words::new("first purchase", "初回購入"),
        Reason::NothingHeld => Words::new("nothing held", "保有なし"),
        Reason::Never => Words::new("buy and hold", "バイ・アンド・ホールド"),
        Reason::WithinBand { .. } | Reason::Drift { .. } => Words::new("drift band", "許容乖離幅"),
        Reason::WithinRegion { .. } | Reason::OutsideRegion { .. } => {
            Words::new("no-trade region", "無取引領域")
        }
        Reason::Due(_) | Reason::NotDue(_) | Reason::DueFor { .. } | Reason::NotDueUntil { .. } => {
            Words::new("calendar", "カレンダー")
        }
        // What the rule within says is what decided.
        Reason::Member { reason, .. }
        | Reason::Volatility { reason, .. }
        | Reason::Correlation { reason, .. }
        | Reason::Unmeasured { reason, .. } => kind(reason),
        Reason::All(_) => Words::new("several rules", "複数のルール"),
        Reason::TooShort { .. } | Reason::NoMeasure(_) => Words::new("not measurable", "測定不能"),
        Reason::RiskBudget { .. } => Words::new("risk budget", "リスク予算"),
        Reason::NotWorthTrading { .. } | Reason::WorthTrading { .. } => {
            Words::new("cost against tracking error", "コストとトラッキングエラー")
        }
        _ => Words::new("a rule of one's own", "独自のルール"),
    }
}

/// The Japanese text; the English one for what has none.
fn japanese(reason: &Reason, universe: &[AssetId]) -> String {
    let name = |position: &usize| universe.get(*position).map_or("?", AssetId::as_str);
    let state = |position: &usize, weight: &f64, target: &f64| {
        format!("{} {:.1} %（目標 {:.1} %）", name(position), weight * 100.0, target * 100.0)
    };
    let english = || reason.explain(universe);
    match reason {
        Reason::Other(text) => fills(text).unwrap_or_else(english),
        Reason::Start => "初回購入".to_owned(),
        Reason::NothingHeld => "保有なし".to_owned(),
        Reason::Never => "バイ・アンド・ホールド".to_owned(),
        Reason::WithinBand { largest, measure, threshold } => {
            let left = limit(*threshold) - largest;
            let of = of(*measure);
            format!("最大乖離 {largest:.1} {of}、許容乖離幅 {threshold}：売買まであと {left:.1}")
        }
        Reason::Drift { position, weight, target, drift, measure, threshold, to, breached } => format!(
            "{}：乖離 {drift:+.1} {}、許容乖離幅 {threshold}、{}；超過 {breached}資産",
            state(position, weight, target),
            of(*measure),
            traded(*weight, *to),
        ),
        Reason::WithinRegion { position, weight, target, half_width } => format!(
            "{}：領域の端まで {:.2} ポイント（無取引領域の半幅 {:.2} ポイント）",
            state(position, weight, target),
            (half_width - (weight - target).abs()) * 100.0,
            half_width * 100.0,
        ),
        Reason::OutsideRegion { position, weight, target, half_width, to, outside } => format!(
            "{}：{:+.2} ポイント、無取引領域の半幅 {:.2}、{}；領域外 {outside}資産",
            state(position, weight, target),
            (weight - target) * 100.0,
            half_width * 100.0,
            traded(*weight, *to),
        ),
        Reason::Due(_) | Reason::NotDue(_) | Reason::DueFor { .. } | Reason::NotDueUntil { .. } => {
            by_calendar(reason).unwrap_or_else(english)
        }
        Reason::Member { member, reason } => numbered(*member, reason, universe),
        Reason::All(reasons) => {
            let each = reasons.iter().enumerate().map(|(member, reason)| numbered(member, reason, universe));
            each.collect::<Vec<_>>().join("；")
        }
        Reason::TooShort { position, found, needed } => {
            let asset = position.as_ref().map(|position| format!("{}の", name(position))).unwrap_or_default();
            format!("{asset}リターンが {found}件しかなく、{needed}件必要")
        }
        Reason::Unmeasured { why, reason } => {
            format!("{}：{}", japanese(why, universe), japanese(reason, universe))
        }
        Reason::NoMeasure(Undefined::NoVariationOf { asset, .. }) => {
            format!("{}の値が変動していない", name(asset))
        }
        Reason::NoMeasure(Undefined::NotSettled { sweeps, .. }) => {
            format!("{sweeps}回の反復でも比率が定まらない：資産が互いに打ち消し合っている")
        }
        Reason::NoMeasure(reason) => why(reason).text(Language::Japanese).to_owned(),
        Reason::Volatility { recent, long_run, ratio, turbulent, reason } => format!(
            "{}、期間ボラティリティ {:.2} %、長期 {:.2} %（長期の {ratio}倍超で高変動）：{}",
            if *turbulent { "高変動" } else { "平穏" },
            recent * 100.0,
            long_run * 100.0,
            japanese(reason, universe),
        ),
        Reason::RiskBudget { position, share, budget, threshold, breached } => {
            let [share, budget, threshold] = [share, budget, threshold].map(|fraction| fraction * 100.0);
            format!(
                "{} リスク寄与度 {share:.1} %、リスク予算 {budget:.1} %、{threshold:.0} %からの乖離で売買；超過 {breached}資産",
                name(position),
            )
        }
        Reason::Correlation { pair: [one, other], correlation, mean, limit, cut, reason } => format!(
            "{}と{}の相関が最大 {correlation:.2}（上限 {limit:.2}、全体の平均 {mean:.2}）、目標を {:.1} %削減：{}",
            name(one),
            name(other),
            cut * 100.0,
            japanese(reason, universe),
        ),
        Reason::NotWorthTrading { tracking_error } => {
            format!("トラッキングエラー 年率 {:.2} %、コストに見合う売買なし", tracking_error * 100.0)
        }
        Reason::WorthTrading { tracking_error, left, cost, position, traded } => {
            let [error, left, cost] = [tracking_error, left, cost].map(|fraction| fraction * 100.0);
            format!(
                "トラッキングエラー 年率 {error:.2} %を {left:.2} %へ縮小、コスト {cost:.4} %；{traded}資産を売買、最大は{}",
                name(position),
            )
        }
        // Words of a user's rule, and reasons that come later.
        _ => english(),
    }
}

fn numbered(member: usize, reason: &Reason, universe: &[AssetId]) -> String {
    format!("ルール{}：{}", member + 1, japanese(reason, universe))
}

fn by_calendar(reason: &Reason) -> Option<String> {
    Some(match reason {
        Reason::Due(period) => format!("{}リバランスの期日", every(*period)?),
        Reason::NotDue(period) | Reason::NotDueUntil { every: period, scheduled: None } => {
            format!("{}リバランスの期日ではない", every(*period)?)
        }
        Reason::DueFor { every: period, scheduled } => {
            format!("{}リバランスの期日（予定日 {scheduled}）", every(*period)?)
        }
        Reason::NotDueUntil { every: period, scheduled: Some(day) } => {
            format!("{}リバランスの期日は {day} の回まで来ない", every(*period)?)
        }
        _ => return None,
    })
}

/// How often, in front of the word for rebalancing; `None` for a period that came later.
fn every(period: Period) -> Option<&'static str> {
    Some(match period {
        Period::Review => "毎回の",
        Period::Week => "週次",
        Period::Month => "月次",
        Period::Quarter => "四半期",
        Period::HalfYear => "半年ごとの",
        Period::Year => "年次",
        _ => return None,
    })
}

fn of(measure: DriftMeasure) -> &'static str {
    match measure {
        DriftMeasure::Position => "%（ポジション比）",
        DriftMeasure::Portfolio => "ポイント（ポートフォリオ比）",
    }
}

/// From which drift a band trades, as [`Reason::explain`] has it.
fn limit(threshold: Threshold) -> f64 {
    let edge = threshold.edge().normalize().to_double();
    match threshold {
        Threshold::Rounded(_) => edge - TOLERANCE_PERCENT,
        Threshold::Unrounded(_) => edge + TOLERANCE_PERCENT,
    }
}

fn traded(weight: f64, to: f64) -> String {
    let verb = if to < weight { "売却" } else { "購入" };
    format!("{:.1} %まで{verb}", to * 100.0)
}
