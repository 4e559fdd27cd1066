use super::FillsError;

/// Where a reader is: what messages begin with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) file: &'a str,
    pub(super) line: usize,
}

impl Place<'_> {
    pub(super) fn field(self, section: &str, field: &str, value: &str, rule: &'static str) -> FillsError {
        FillsError::Field {
            file: self.file.to_owned(),
            line: self.line,
            section: section.to_owned(),
            field: field.to_owned(),
            // A message is a line.
            value: value.chars().take(80).collect(),
            rule,
        }
    }

    pub(super) fn missing(self, section: &str, field: &str, rule: &'static str) -> FillsError {
        FillsError::MissingField {
            file: self.file.to_owned(),
            line: self.line,
            section: section.to_owned(),
            field: field.to_owned(),
            rule,
        }
    }

    pub(super) fn form(self, what: impl Into<String>) -> FillsError {
        FillsError::Form { file: self.file.to_owned(), line: self.line, what: what.into() }
    }
}
