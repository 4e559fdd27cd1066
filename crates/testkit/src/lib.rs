//! Markets to test on, and laws to hold: property tests for strategies of your own.
