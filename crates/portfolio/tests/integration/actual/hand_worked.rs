//! Two assets over three months, against a program of its own in decimals: engine, account and every cause written a second time
//! from the formulas. There, what is unexplained was computed from the weights, and the causes added up to 10⁻⁴⁰.
#![expect(clippy::unreadable_literal, reason = "digits as the program printed them")]

use allweather_costs::fills::{CashKind, Taxed};
use allweather_market::{Market, PricePanel, SpotPanel};
use allweather_portfolio::{
    Spec,
    actual::{Account, ActualRun, Cause, Movement},
    core::Money,
    rfr::RateHistory,
};
use rust_decimal::dec;

use super::{JPY, USD, asset, cash, day, opened, trade};
use crate::close;

const TOTAL_RETURNS: &str =
    "month,eq_usd,bd_jpy\n2024-01,1000,5000\n2024-02,1045.5,5010\n2024-03,1016,4990\n2024-04,1076.5,5050\n";
const TRADED: &str =
    "month,eq_usd,bd_jpy\n2024-01,100,5000\n2024-02,104,5010\n2024-03,101,4990\n2024-04,107,5050\n";
const SPOTS: &str = "month,usd\n2024-01,150\n2024-02,152\n2024-03,148\n2024-04,151\n";

fn account() -> Account {
    let mut conversion = trade("c1", "USD.JPY", JPY, "2024-01-31", dec!(40000), dec!(150.5));
    conversion.instrument.kind = allweather_costs::fills::InstrumentKind::Forex;
    conversion.commission = Money::new(dec!(300), JPY);
    let mut first = trade("f1", "eq", USD, "2024-01-31", dec!(398), dec!(100.2));
    first.arrival = Some(Money::new(dec!(100.1), USD));
    first.commission = Money::new(dec!(4), USD);
    let mut late = trade("f2", "bd", JPY, "2024-02-02", dec!(790), dec!(5003));
    late.commission = Money::new(dec!(1000), JPY);
    let early = trade("f3", "bd", JPY, "2024-03-12", dec!(60), dec!(4995));
    let mut sale = trade("f4", "eq", USD, "2024-04-02", dec!(-20), dec!(102));
    sale.commission = Money::new(dec!(1), USD);
    sale.charges = vec![allweather_costs::fills::Charged::new("tax", Money::new(dec!(0.05), USD))];
    let fills = [("eq", first), ("bd", late), ("bd", early), ("eq", sale)];
    let fills = fills.into_iter().map(|(name, fill)| Movement::fill(asset(name), fill));
    let others = [
        Movement::conversion(USD, conversion),
        cash("2024-02-20", CashKind::Dividend, dec!(50), USD),
        cash("2024-02-20", CashKind::WithheldTax(Taxed::Dividend), dec!(-5), USD),
        Movement::added_back(day("2024-02-20"), Money::new(dec!(5), USD)),
        cash("2024-03-10", CashKind::DepositOrWithdrawal, dec!(500000), JPY),
        cash("2024-04-15", CashKind::BrokerInterest, dec!(12), USD),
        cash("2024-04-20", CashKind::Fee, dec!(-2), USD),
        cash("2024-04-25", CashKind::DepositOrWithdrawal, dec!(-200000), JPY),
    ];
    fills
        .chain(others)
        .fold(opened("2024-01-30", dec!(10000000)), |account, movement| account.with(movement).unwrap())
}

#[test]
fn two_assets_over_three_months() {
    let panel = |text| PricePanel::from_csv("prices.csv", text).unwrap();
    let market = Market::new(JPY, panel(TOTAL_RETURNS));
    let market = market.with_spots(SpotPanel::from_csv("fx.csv", SPOTS, JPY).unwrap()).unwrap();
    let spec = Spec::from_json(
        r#"{"name": "hand", "capital": 10000000,
        "holdings": [{"asset": "eq", "weight": 0.6}, {"asset": "bd", "weight": 0.4}],
        "rule": {"calendar": {"every": "month", "on": "end"}}, "costs": {"proportional": 0.001},
        "operation": {"actual": {"lot": {"minimum": 1, "increment": 1}, "small_weights": null}}}"#,
    )
    .unwrap();
    let (rates, traded, account) = (RateHistory::default(), panel(TRADED), account());
    let run = ActualRun::new(&spec, &market, &rates, &account).with_traded_prices(&traded);
    let actual = run.run().unwrap();

    let near = |ours: f64, theirs: f64| assert!(close(ours, theirs, 1.0, 1e-12), "{ours} {theirs}");
    let steps: Vec<_> = actual.record.steps().collect();
    let values = [9967160.0, 10300346.8, 10441321.2, 10760238.85];
    let returns = [-0.003284, 0.03350470946588597, -0.03374600001062185, 0.04985763402568148];
    let capital = [10000000.0, 9967160.0, 10639056.477419354, 10407987.866666667];
    let costs = [6870.0, 1000.0, 0.0, 460.55];
    let timing = [-25970.0, -2370.0, -300.0, 3020.0];
    for (t, step) in steps.iter().enumerate() {
        assert!(close(step.value_after, values[t], values[t], 1e-14));
        near(step.period_return(), returns[t]);
        assert!(close(step.capital, capital[t], capital[t], 1e-14));
        assert!(close(step.costs.total(), costs[t], 1.0, 1e-9));
        assert!(close(actual.steps[t].timing, timing[t], 1.0, 1e-8));
        assert!(close(actual.steps[t].profit(), step.after_costs - step.value_before, 1.0, 1e-8));
    }
    assert_eq!(actual.record.outcome().rebalances, 3);
    assert_eq!(steps[2].reinvested(), 500_000.0);
    // What the tax took and was added back has left, and was earned.
    assert_eq!(steps[1].withdrawn(), 5.0 * 152.0);
    let last = actual.steps.last().unwrap();
    assert_eq!(last.cash.get(&USD), Some(&dec!(2210.35)));
    assert_eq!(last.units, [dec!(378), dec!(850)]);

    let explanation = actual.explain(&spec.simulated(), &market, &rates).unwrap();
    let simulated = [-0.000999000999000999, 0.03643642328465693, -0.0338943583690603, 0.05339122422854539];
    let causes = [
        [0.0, 1.4500999000999e-05, 0.0002975, -0.002597, 0.0, 0.0, 0.0, 0.0],
        [
            0.0,
            -0.0008435090606033507,
            -8.678915156361696e-05,
            -0.00023778087238491205,
            0.00035402544138113384,
            2.3356703414011613e-05,
            -0.0025757387259761053,
            0.00043472184696187786,
        ],
        [
            0.0,
            6.236934492368662e-05,
            1.2058110449745743e-05,
            -2.8197989233042308e-05,
            0.0012076577090520228,
            -6.0682072829507046e-05,
            -0.0003627506568090037,
            -0.0006820960871154458,
        ],
        [
            0.0,
            -0.0010602907850896929,
            -3.1114041250283626e-05,
            0.0002901617525585381,
            -0.0017438126608048832,
            0.0006287670665872798,
            -7.826656327624741e-05,
            -0.0015390349715886224,
        ],
    ];
    for ((step, simulated), causes) in explanation.steps().iter().zip(simulated).zip(causes) {
        near(step.simulated, simulated);
        for (cause, expected) in Cause::ALL.into_iter().zip(causes) {
            near(step.causes.of(cause), expected);
        }
    }
    let total = [
        0.0,
        -0.0018341539569174338,
        0.00020708525094789804,
        -0.0027164536338157848,
        -7.027263348472868e-05,
        0.0005856585524803532,
        -0.003081823660377543,
        -0.0018301224131231305,
    ];
    for (cause, expected) in Cause::ALL.into_iter().zip(total) {
        near(explanation.causes.of(cause), expected);
    }
    near(explanation.simulated, 0.05371437195691743);
    near(explanation.actual, 0.04497428946262706);
    near(explanation.causes.sum(), explanation.actual - explanation.simulated);
}
