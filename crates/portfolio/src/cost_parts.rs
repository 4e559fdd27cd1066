/// Cost of a trade by kind, in base currency.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize)]
#[non_exhaustive]
pub struct CostParts {
    /// Broker's commission.
    pub commission: f64,
    /// Slippage.
    pub slippage: f64,
    /// Exchange fees: conversion of foreign trades and dealing in forwards.
    pub fx: f64,
}

impl CostParts {
    /// All kinds together.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.commission + self.slippage + self.fx
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.commission += other.commission;
        self.slippage += other.slippage;
        self.fx += other.fx;
    }
}
