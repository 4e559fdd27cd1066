use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::figures::Figures;
use crate::{MarketError, ReferencePeriod, Vintage};

type Levels = BTreeMap<ReferencePeriod, Decimal>;

/// The figures on the base of the newest: [`crate::Published::levels`]. `releases` are all that the bases can be linked by,
/// with the values that are known, in the order in which the figures were taken from them.
pub(super) fn on_newest_base<'a>(
    figures: &Figures<'a>,
    releases: impl Iterator<Item = (&'a Vintage, &'a [(ReferencePeriod, Decimal)])>,
) -> Result<Levels, MarketError> {
    let mut levels: Levels = figures.iter().map(|(period, (value, _))| (*period, *value)).collect();
    let Some((_, &(_, newest))) = figures.last_key_value() else { return Ok(levels) };
    if figures.values().all(|(_, release)| same_base(release, newest)) {
        return Ok(levels);
    }
    let mut open = bases(figures, releases);
    let mut joined = vec![(open.remove(0), Factor::ONE)];
    while let Some(alone) = open.iter().find(|base| base.last.is_some()) {
        let linked = open.iter().enumerate().find_map(|(place, base)| {
            joined.iter().find_map(|(newer, factor)| Some((place, *factor, base.link(newer)?)))
        });
        let Some((place, factor, (period, old, new))) = linked else {
            let (series, old, new) = (newest.series().clone(), alone.release.released(), newest.released());
            return Err(MarketError::NoOverlap { series, old, new });
        };
        let base = open.remove(place);
        let refuse = |period, level| MarketError::Rebase { series: newest.series().clone(), period, level };
        let factor = factor.after(old, new).ok_or_else(|| refuse(period, old.min(new)))?;
        for (&period, &(level, release)) in figures.iter() {
            if same_base(release, base.release) {
                levels.insert(period, factor.rebased(level).ok_or_else(|| refuse(period, level))?);
            }
        }
        joined.push((base, factor));
    }
    Ok(levels)
}

/// Releases of one stated unit are on one base; one without a unit is a base of its own.
fn same_base(one: &Vintage, other: &Vintage) -> bool {
    std::ptr::eq(one, other) || one.unit().is_some() && one.unit() == other.unit()
}

/// Releases whose ratios are changes.
struct Base<'a> {
    /// The first of them.
    release: &'a Vintage,
    /// Everything they have, be it shadowed by another base or not.
    values: Figures<'a>,
    /// The last period that has its figure from them. A base without figures can still link others.
    last: Option<ReferencePeriod>,
}

/// The base of the newest figure first, those without figures last, as their releases come.
fn bases<'a>(
    figures: &Figures<'a>,
    releases: impl Iterator<Item = (&'a Vintage, &'a [(ReferencePeriod, Decimal)])>,
) -> Vec<Base<'a>> {
    let mut bases: Vec<Base<'a>> = Vec::new();
    for (release, known) in releases {
        let place = bases.iter().position(|base| same_base(base.release, release)).unwrap_or_else(|| {
            bases.push(Base { release, values: Figures::default(), last: None });
            bases.len() - 1
        });
        bases[place].values.take(release, known);
    }
    for (period, (_, release)) in figures.iter() {
        if let Some(base) = bases.iter_mut().find(|base| same_base(base.release, release)) {
            base.last = Some(*period);
        }
    }
    bases.sort_by_key(|base| std::cmp::Reverse(base.last));
    bases
}

impl Base<'_> {
    /// The first period that this base and a newer one have both, with the value of each.
    fn link(&self, newer: &Self) -> Option<(ReferencePeriod, Decimal, Decimal)> {
        let (first, _) = newer.values.first_key_value()?;
        let mut from = self.values.range(first..);
        from.find_map(|(period, (old, _))| newer.values.get(period).map(|(new, _)| (*period, *old, *new)))
    }
}

/// From one base onto another: `level · onto / from`.
#[derive(Clone, Copy)]
struct Factor {
    onto: Decimal,
    from: Decimal,
}

impl Factor {
    const ONE: Self = Self { onto: Decimal::ONE, from: Decimal::ONE };

    /// The step from `old` to `new`, then this one; `None` when they are not above 0 or too long.
    fn after(self, old: Decimal, new: Decimal) -> Option<Self> {
        if old == new {
            return Some(self);
        }
        if old.min(new) <= Decimal::ZERO {
            return None;
        }
        Some(Self { onto: self.onto.checked_mul(new)?, from: self.from.checked_mul(old)? })
    }

    fn rebased(self, level: Decimal) -> Option<Decimal> {
        if self.from == self.onto {
            return Some(level);
        }
        // The product first: only the quotient rounds. A level that is not above 0, or rounds to nothing, is lost.
        level.checked_mul(self.onto)?.checked_div(self.from).filter(|level| *level > Decimal::ZERO)
    }
}
