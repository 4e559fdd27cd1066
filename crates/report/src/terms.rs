//! Words that stand on every page, and the method's own terms, as the glossary has them.

use crate::Words;

pub(crate) const SKIP: &Words = &Words::new("Skip to the content", "本文へ移動");
pub(crate) const PAGES: &Words = &Words::new("Pages", "ページ一覧");
pub(crate) const ON_THIS_PAGE: &Words = &Words::new("On this page", "このページの内容");
pub(crate) const DARK: &Words = &Words::new("Dark", "ダーク表示");
pub(crate) const SEARCH: &Words = &Words::new("Search", "検索");
/// `{shown}` and `{all}` are put in by the page's script.
pub(crate) const ROWS_OF: &Words = &Words::new("{shown} of {all} rows", "{all}行中{shown}行");
pub(crate) const NEEDS_SCRIPT: &Words = &Words::new(
    "This plot is drawn by a script; its figures are in the tables.",
    "この図の描画にはスクリプトが必要です。数値は表にあります。",
);
pub(crate) const NO_ADVICE: &Words = &Words::new(
    "Research results, not advice: what these rules would have done on these figures. Unless a page says otherwise this is no live account; \
     before taxes and fund fees; nothing here says anything about the future.",
    "研究結果であり、投資助言ではありません。この規則をこの数値に当てはめた場合の結果を示すものです。特に断りのない限り実口座の成績ではなく、税金・信託報酬を控除する前の値であり、将来を示すものでもありません。",
);
pub(crate) const NO_ADVICE_ACTUAL: &Words = &Words::new(
    "What an account did, from its fills, cash and flows as they were handed over; no advice. Nothing here says anything about the future.",
    "受け取った約定・現金・入出金の記録に基づく実口座の成績であり、投資助言ではありません。将来を示すものでもありません。",
);
pub(crate) const AMOUNTS_IN: &Words = &Words::new("Amounts in", "金額の単位：");
pub(crate) const LEGEND: &Words = &Words::new("Marks:", "凡例：");
pub(crate) const ESTIMATED: &Words = &Words::new("estimated", "推計値");
pub(crate) const PROVISIONAL: &Words = &Words::new("not final", "未確定");
pub(crate) const CHOSEN: &Words = &Words::new("the one that counts", "採用値");
pub(crate) const DOWNLOADS: &Words = &Words::new("Figures as files:", "数値ファイル：");
pub(crate) const SPEC_HASH: &Words = &Words::new("Spec SHA-256:", "仕様のSHA-256：");
pub(crate) const MET: &Words = &Words::new("met", "達成");
pub(crate) const NOT_MET: &Words = &Words::new("not met", "未達成");

// The method's terms. A test holds them against docs/glossary.md.
pub(crate) const PRESCRIBED_RATE: Words = Words::new("prescribed risk-free rate", "規定RFR");
pub(crate) const EXPENSES: Words = Words::new("living and business expenses", "生活費&事業活動費");
pub(crate) const POOL: Words = Words::new("pool", "生活費&事業活動費プール額");
pub(crate) const POOL_CAP: Words = Words::new("largest pool, cap", "最大生活費&事業活動費プール額");
pub(crate) const WITHDRAWAL: Words = Words::new("withdrawal", "出金");
pub(crate) const REINVESTED: Words = Words::new("reinvested amount", "再投資金額");
pub(crate) const INVESTED_CAPITAL: Words = Words::new("total invested capital", "合計投下資本");
pub(crate) const REBALANCING: Words = Words::new("rebalancing", "リバランス");
pub(crate) const STANDARD_DEVIATION: Words = Words::new("standard deviation", "標準偏差");
pub(crate) const MAXIMUM_DRAWDOWN: Words = Words::new("maximum drawdown", "最大ドローダウン");
pub(crate) const DOWNSIDE_DEVIATION: Words = Words::new("downside deviation", "下方偏差");
pub(crate) const HEDGE_COST: Words = Words::new("hedge cost", "ヘッジコスト");
pub(crate) const OVERLAY: Words = Words::new("dynamic currency overlay", "ダイナミック為替オーバーレイ");
pub(crate) const WEATHER: Words = Words::new("weather", "天候");
