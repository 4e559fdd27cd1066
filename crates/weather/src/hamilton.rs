//! Hamilton's regime filter: how probable it is that growth is in its lower of two states.
//!
//! An alternative to comparing growth with a threshold. The state is never seen; the filter infers it from the series so far.
//!
//! ```
//! use allweather_weather::hamilton::MarkovSwitching;
//! // The parameters of US output, 1951 to 1984, in percent a quarter.
//! let model = MarkovSwitching::new([-0.3577, 1.1643], [0.7550, 0.9049], &[0.014, -0.058, -0.247, -0.213], 0.769)?;
//! let growth = [0.9, 1.2, 0.7, 1.4, 1.1, -0.8, -1.1, -0.9];
//! let filtered = model.filter(&growth)?;
//! assert_eq!(filtered.down.len(), 4); // the four lags have none
//! assert!(filtered.down[0] < 0.1 && filtered.down[3] > 0.9);
//! # Ok::<(), allweather_weather::WeatherError>(())
//! ```

mod estimate;
mod model;
mod nowcast;
mod pass;

pub use estimate::Fitted;
pub use model::{Filtered, FullSample, MarkovSwitching};
pub use nowcast::{Nowcast, nowcasts};
