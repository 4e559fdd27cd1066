use allweather_metrics::Undefined;

use crate::{Words, words::words};

/// Why a measure has no value.
pub(crate) fn why(reason: &Undefined) -> Words {
    let en = reason.to_string();
    match reason {
        Undefined::TooFew { needed, found, .. } => {
            Words::of(en, format!("{needed}件以上のリターンが必要ですが、{found}件しかありません"))
        }
        Undefined::TooLarge => words!("{en}", "数値が大きすぎて表せません"),
        Undefined::NoVariation => words!("{en}", "リターンが変動していません"),
        Undefined::NoDownside => words!("{en}", "基準を下回る期間がありません"),
        Undefined::NoDrawdown => words!("{en}", "下落したことがありません"),
        Undefined::NoLowerTail => words!("{en}", "下側分位点が0です"),
        Undefined::NoVariance => words!("{en}", "推定された分散が0以下です"),
        Undefined::NoCapital => words!("{en}", "平均資本が0以下です"),
        _ => Words::same(en),
    }
}
