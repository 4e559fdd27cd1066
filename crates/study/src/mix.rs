use allweather_core::{Month, Number};
use allweather_portfolio::{
    CashYield, CostSpec, Operation, Outcome, Part, Spec,
    rebalance::paths::{ConstantMix, Moment, Timetable, Walker},
};

use crate::{
    source::Source,
    split::{Split, Splitting},
};

/// A spec that is nothing but fixed weights: it is walked by the kernel of many paths, which comes to what the engine comes to.
#[derive(Debug)]
pub(crate) struct Mix {
    kernel: ConstantMix,
    /// What is done at each drawn month.
    moments: Vec<Moment>,
    capital: f64,
    /// Where its growth is split.
    split: Option<Split>,
}

impl Mix {
    /// `None` where the engine is needed: for forwards, expenses, vaults, lots, realised losses, interest on cash, costs that are not one
    /// rate, rules that read more than dates and drifts or trade otherwise than all to targets, and months so wild that a level might not
    /// fit a double. `split` is whether the growth of its walks is to be split.
    pub(crate) fn of(spec: &Spec, source: &Source, split: bool) -> Option<Self> {
        // By name, all of them: whoever adds a field to a spec has to say here what the kernel makes of it.
        let Spec {
            name: _,
            capital,
            start,
            end,
            holdings,
            // Whatever is held is whole in the span that months are drawn from.
            late_assets: _,
            rule,
            operation,
            costs,
            expenses,
            // Told beside the walk.
            prescribed_rate: _,
            fx,
            cash,
            loss_realisation,
        } = spec;
        let simple = fx.is_none()
            && expenses.is_none()
            && loss_realisation.is_none()
            && *operation == Operation::Simulation
            && *cash == CashYield::Nothing;
        let CostSpec::Proportional(costs) = costs else { return None };
        let (start, end, holdings) = ((*start)?, (*end)?, holdings.as_slice());
        if !simple || holdings.iter().any(|holding| matches!(holding.part, Part::Vault(_))) {
            return None;
        }
        let dates: Vec<_> = start.through(end).map(Month::last_day).collect();
        let timetable = Timetable::of(rule, &dates, None).ok()??;
        let assets: Vec<_> = holdings.iter().map(|holding| holding.part.name()).collect();
        let growth = source.growth(&assets, dates.len())?;
        let sum: f64 = holdings.iter().map(|holding| holding.weight).sum();
        let weights: Vec<f64> = holdings.iter().map(|holding| holding.weight / sum).collect();
        let rates = vec![costs.rate().to_f64(); weights.len()];
        let kernel =
            ConstantMix::new(&growth, &weights, &rates, Some(&timetable.half_widths(&weights))).ok()?;
        let capital = capital.amount().to_double();
        let split = split.then(|| Split::new(&growth, &weights));
        Some(Self { kernel, moments: timetable.moments().to_vec(), capital, split })
    }

    pub(crate) fn walker(&self) -> Walker<'_> {
        self.kernel.walker()
    }

    /// What splits the growth of its walks, if that was asked for.
    pub(crate) fn splitting(&self) -> Option<Splitting<'_>> {
        self.split.as_ref().map(Split::walk)
    }

    /// Walks the path of these rows into `outcome`, and into `splitting` if there is one. Whether it stays within the range of doubles; the
    /// engine says what is wrong if not.
    pub(crate) fn walk(
        &self,
        walker: &mut Walker<'_>,
        splitting: Option<&mut Splitting<'_>>,
        rows: &[usize],
        outcome: &mut Outcome,
    ) -> bool {
        let path = rows.iter().copied().zip(self.moments.iter().copied());
        let values = &mut outcome.values;
        values.clear();
        let walked = match splitting {
            None => walker.walk(self.capital, path, |value| values.push(value)),
            Some(splitting) => {
                splitting.begin();
                // The first that is told is the purchase, before any row.
                let mut rows = std::iter::once(None).chain(rows.iter().copied().map(Some));
                walker.walk_with_trades(self.capital, path, |value, traded| {
                    values.push(value);
                    if let Some(row) = rows.next().flatten() {
                        splitting.step(row, traded);
                    }
                })
            }
        };
        let Ok(totals) = walked else { return false };
        let before = std::iter::once(&self.capital).chain(values.iter());
        outcome.returns.clear();
        outcome.returns.extend(values.iter().zip(before).map(|(after, before)| after / before - 1.0));
        (outcome.final_value, outcome.first_period) = (totals.value, 1);
        outcome.costs.commission = totals.costs;
        (outcome.rebalances, outcome.turnover) = (totals.rebalances, totals.turnover);
        true
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use allweather_portfolio::Spec;
    use serde_json::{Value, json};

    use super::Mix;
    use crate::source::Source;

    /// What runs on the kernel, and what does not: the base case with one field changed.
    #[test]
    #[expect(clippy::unwrap_used, reason = "a test may panic")]
    fn what_runs_on_the_kernel() {
        let data = allweather_data::embedded().unwrap();
        let base = json!({"name": "simple", "capital": 1_000_000, "start": "2024-09", "end": "2034-09",
            "holdings": [{"asset": "us_equity", "weight": 0.5}, {"asset": "jgb_10y", "weight": 0.3},
                {"asset": "gold", "weight": 0.2}],
            "rule": {"calendar": {"every": "year", "on": "end"}}});
        let default: Value = serde_json::to_value(allweather_data::all_weather().unwrap()).unwrap();
        let qualifies = |field: &str, value: &Value| {
            let mut spec = base.clone();
            spec[field] = value.clone();
            let spec = Spec::from_json(&spec.to_string()).unwrap();
            let source = Source::new([&spec].into_iter(), &data.market, &data.statistics, None, 120).unwrap();
            Mix::of(&spec, &source, false).is_some()
        };
        let band = |measure: &str, scope: &str| json!({"drift_band": {"measure": measure, "threshold": 2, "scope": scope}});
        let month = json!({"calendar": {"every": "month", "on": "start"}});
        let vault = json!({"vault": {"name": "bonds", "holdings": [{"asset": "jgb_10y", "weight": 1}],
            "rule": month}, "weight": 0.4});
        let half = json!({"drift_band": {"measure": "portfolio", "threshold": "2", "rounding": "none", "scope": "all",
            "to": "half"}});
        let cases: BTreeMap<&str, Vec<(Value, bool)>> = BTreeMap::from([
            ("capital", vec![(json!("0.01"), true), (json!("1000000000000"), true)]),
            ("prescribed_rate", vec![(json!({"rounding": "tenth_of_percent"}), true)]),
            ("late_assets", vec![(json!("leave_out"), true)]),
            ("costs", vec![(json!({"proportional": "0.01"}), true), (default["costs"].clone(), false)]),
            ("fx", vec![(default["fx"].clone(), false)]),
            ("expenses", vec![(default["expenses"].clone(), false)]),
            ("cash", vec![(json!("short_rate"), false)]),
            ("operation", vec![(json!({"actual": {"lot": {"minimum": "1", "increment": "1"}}}), false)]),
            ("loss_realisation", vec![(json!({"tax_rate": "0.2"}), false)]),
            (
                "holdings",
                vec![
                    (json!([{"asset": "gold", "weight": 1}]), true),
                    (json!([{"asset": "gold", "weight": 0}, {"asset": "us_equity", "weight": 1}]), true),
                    (json!([{"asset": "gold", "weight": 0.6}, vault]), false),
                ],
            ),
            (
                "rule",
                vec![
                    (month.clone(), true),
                    (json!("never"), true),
                    (band("portfolio", "all"), true),
                    (band("position", "all"), true),
                    (json!({"first_of": [month, band("portfolio", "all")]}), true),
                    (json!({"all_of": [month, band("portfolio", "all")]}), true),
                    (json!({"all_of": [band("position", "all"), band("portfolio", "all")]}), false),
                    (band("portfolio", "breached"), false),
                    (half, false),
                ],
            ),
        ]);
        for (field, cases) in cases {
            for (value, expected) in cases {
                assert_eq!(qualifies(field, &value), expected, "{field}: {value}");
            }
        }
        // Twenty thousand years may leave the range of doubles.
        let spec = Spec::from_json(&base.to_string()).unwrap();
        let source = Source::new([&spec].into_iter(), &data.market, &data.statistics, None, 120).unwrap();
        let assets: Vec<_> = spec.holdings.look_through().into_iter().map(|(asset, _)| asset).collect();
        assert!(source.growth(&assets, 1200).is_some() && source.growth(&assets, 240_000).is_none());
    }
}
