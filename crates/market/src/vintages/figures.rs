use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::{ReferencePeriod, Vintage};

type Values<'a> = BTreeMap<ReferencePeriod, (Decimal, &'a Vintage)>;

/// Values by period with the release of each. Of several for one period, that which is taken first stays.
#[derive(Default)]
pub(super) struct Figures<'a>(Values<'a>);

impl<'a> Figures<'a> {
    /// Takes values of a release for the periods that have none. They are in the order of their periods.
    pub(super) fn take(&mut self, release: &'a Vintage, values: &[(ReferencePeriod, Decimal)]) {
        let (Some(&(first, _)), Some(&(last, _))) = (values.first(), values.last()) else { return };
        // Most releases repeat what a newer one has: to see that must not take a walk along their values.
        if self.has_all(first, last) {
            return;
        }
        let mut held = self.0.range(first..=last).map(|(period, _)| *period).peekable();
        let missing = values.iter().filter(|(period, _)| {
            while held.next_if(|held| held < period).is_some() {}
            held.next_if_eq(period).is_none()
        });
        let missing: Vec<_> = missing.map(|(period, value)| (*period, (*value, release))).collect();
        if self.0.is_empty() {
            self.0 = missing.into_iter().collect();
        } else {
            self.0.extend(missing);
        }
    }

    /// Whether there is no gap at all and both periods are within.
    fn has_all(&self, first: ReferencePeriod, last: ReferencePeriod) -> bool {
        let ends = self.0.first_key_value().zip(self.0.last_key_value());
        ends.is_some_and(|((from, _), (to, _))| {
            (from..=to).contains(&&first)
                && (from..=to).contains(&&last)
                && usize::try_from(from.count_to(*to)) == Ok(self.0.len())
        })
    }
}

impl<'a> std::ops::Deref for Figures<'a> {
    type Target = Values<'a>;
    fn deref(&self) -> &Values<'a> {
        &self.0
    }
}
