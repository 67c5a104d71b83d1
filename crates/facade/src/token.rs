//! What a client shows: a token of v1, or document 001's, which is a place in line and its owner in one.

use crate::v1::{Refusal, V1};

/// Allowed in a token (RFC 9110, section 11.2) and in neither part.
const SEPARATOR: char = '~';

/// One token, in the parts that v1 knows. It is never printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    place: &'a str,
    owner: Option<&'a str>,
}

impl<'a> Token<'a> {
    pub fn read(text: &'a str) -> Self {
        match text.split_once(SEPARATOR) {
            Some((place, owner)) => Self { place, owner: Some(owner) },
            None => Self { place: text, owner: None },
        }
    }

    /// The token of the place that the bearer of `access_token` has.
    pub fn write(queue_token: &str, access_token: &str) -> String {
        format!("{queue_token}{SEPARATOR}{access_token}")
    }

    /// The queue token in it; a token of v1 stands for itself.
    pub fn place(&self) -> &'a str {
        self.place
    }

    /// The access token in it.
    pub fn owner(&self) -> Option<&'a str> {
        self.owner
    }

    /// What opens the sale.
    pub async fn pass(&self, v1: &V1) -> Result<String, Refusal> {
        v1.pass(self.place).await
    }

    /// What proves the user. A queue token by itself does so through the pass behind it, while there is one.
    pub async fn identity(&self, v1: &V1) -> Result<String, Refusal> {
        match self.owner {
            Some(access_token) => Ok(access_token.to_owned()),
            None => v1.identity(self.place).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_as_its_two_parts() {
        let text = Token::write("q1.place", "header.claims.signature");
        let token = Token::read(&text);
        assert_eq!((token.place(), token.owner()), ("q1.place", Some("header.claims.signature")));
    }

    #[test]
    fn a_token_of_v1_stands_for_itself() {
        let token = Token::read("header.claims.signature");
        assert_eq!((token.place(), token.owner()), ("header.claims.signature", None));
    }
}
