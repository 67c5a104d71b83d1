use std::fmt::Display;

/// What is wrong with a field of a request that is JSON of the right shape.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Invalid {
    /// As it stands in the body, such as `sections[2].price`.
    pub field: String,
    pub message: String,
}

impl Invalid {
    pub fn new(field: impl Into<String>, message: impl Display) -> Self {
        Self { field: field.into(), message: message.to_string() }
    }
}

impl From<Invalid> for (String, String) {
    fn from(invalid: Invalid) -> Self {
        (invalid.field, invalid.message)
    }
}
