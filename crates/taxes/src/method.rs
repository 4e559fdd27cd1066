use serde::{Deserialize, Serialize};

/// Which lots are sold first.
///
/// # Source
///
/// Ordinary bookkeeping. The moving average: 所得税法施行令 第118条 (Japan, average of shares acquired in several purchases).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LotMethod {
    /// The oldest first.
    #[default]
    Fifo,
    /// The newest first.
    Lifo,
    /// The lot with the highest cost per unit first; of equal ones the oldest.
    HighestCost,
    /// All units of an asset have one cost, their average after each purchase (移動平均法, and what Japan's 特定口座 keeps as
    /// 総平均法に準ずる方法).
    MovingAverage,
}

/// What of an asset a loss is looked for in, and is sold for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LossScope {
    /// The whole position, when it as a whole is worth less than it cost: the published wording (損が出ているポジション).
    #[default]
    Position,
    /// As many lots, in the order in which the method sells them, as make the loss largest: with
    /// [`LotMethod::HighestCost`] all that are under water, with [`LotMethod::Fifo`] the oldest up to the best point.
    Lots,
}
