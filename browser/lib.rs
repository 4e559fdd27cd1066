//! The report's site, driven in a real browser: see `site.rs`.
