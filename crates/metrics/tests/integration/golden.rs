use allweather_metrics::{annual_return_geometric, max_drawdown, volatility};

use crate::{monthly, near};

/// The 24 monthly portfolio returns of the examples in Bacon (2008).
const BACON: [f64; 24] = [
    0.003, 0.026, 0.011, -0.010, 0.015, 0.025, 0.016, 0.067, -0.014, 0.040, -0.005, 0.081, 0.040, -0.037,
    -0.061, 0.017, -0.049, -0.022, 0.070, 0.058, -0.065, 0.024, -0.005, -0.009,
];

#[test]
fn the_portfolio_of_bacon() {
    let returns = monthly(&BACON);
    near(annual_return_geometric(&returns).unwrap(), 0.103_678_289_730);
    near(volatility(&returns).unwrap(), 0.137_000_158_680);
    let drawdown = max_drawdown(&returns).unwrap();
    near(drawdown.depth, -0.144_672_955_739);
    // From the end of January 2001 to the end of June 2001.
    assert_eq!((drawdown.peak, drawdown.trough), (13, 18));
}
