//! Once a year or more.

use allweather_iterations::Ledger;

use crate::{ahead, day, model, three};

#[test]
fn a_review_is_due_a_year_after_the_last_record() {
    assert_eq!(Ledger::new().review_due(), None);
    assert!(!Ledger::new().overdue(day("2999-01-01")));
    let ledger = three();
    assert_eq!(ledger.review_due(), Some(day("2023-12-10")));
    assert!(!ledger.overdue(day("2023-12-10")));
    assert!(ledger.overdue(day("2023-12-11")));
    assert_eq!(ledger.late_reviews(day("2023-12-10")), []);
    let open: Vec<_> =
        ledger.late_reviews(day("2023-12-11")).iter().map(|late| (late.due, late.done)).collect();
    assert_eq!(open, [(day("2023-12-10"), None)]);
}

#[test]
fn a_late_review_stays_on_record() {
    let mut ledger = three();
    ledger.keep(day("2024-01-15"), "late").unwrap();
    ledger.adopt(model(day("2024-01-31"), &[1.0], ""), day("2024-02-29"), ahead(1)).unwrap();
    assert_eq!(ledger.review_due(), Some(day("2025-02-28")), "a leap day's year ends a day earlier");
    let late: Vec<_> =
        ledger.late_reviews(day("2025-03-01")).iter().map(|late| (late.due, late.done)).collect();
    assert_eq!(late, [(day("2023-12-10"), Some(day("2024-01-15"))), (day("2025-02-28"), None)]);
}
