use allweather_core::Currency;
use allweather_market::{Basis, Market, PricePanel, SpotPanel};

const PRICES: &str = "month,a_usd,b_usd\n1987-09,100,1\n1987-10,78.4,1\n";
const SPOTS: &str = "month,usd\n1987-09,143.3\n1987-10,143.3\n";

fn prices(basis: Basis) -> PricePanel {
    PricePanel::from_csv("p", PRICES).unwrap().with_basis(basis)
}

fn spots(basis: Basis) -> SpotPanel {
    SpotPanel::from_csv("fx", SPOTS, Currency::JPY).unwrap().with_basis(basis)
}

#[test]
fn levels_count_as_those_of_period_ends_until_stated_otherwise() {
    assert_eq!(PricePanel::from_csv("p", PRICES).unwrap().basis(), Basis::End);
    assert_eq!(SpotPanel::from_csv("fx", SPOTS, Currency::JPY).unwrap().basis(), Basis::End);
    assert_eq!(prices(Basis::Average).basis(), Basis::Average);
    assert_eq!(spots(Basis::Average).basis(), Basis::Average);
    assert_ne!(prices(Basis::Average), prices(Basis::End));
}

/// A trap of other libraries: averages mixed with month ends understate volatility and split shocks over two months; and a month's
/// average rate is known at no moment of that month.
#[test]
fn averages_and_ends_do_not_go_together() {
    let together = |a, b| Market::new(Currency::JPY, prices(a)).with_spots(spots(b));
    assert!(together(Basis::End, Basis::End).is_ok() && together(Basis::Average, Basis::Average).is_ok());
    let refusal = together(Basis::End, Basis::Average).unwrap_err().to_string();
    assert_eq!(refusal, "a is of period ends and spot USD of averages over periods: they do not go together");
    let refusal = together(Basis::Average, Basis::End).unwrap_err().to_string();
    assert_eq!(refusal, "a is of averages over periods and spot USD of period ends: they do not go together");
}
