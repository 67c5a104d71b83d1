//! The queue token: a place in one queue, opaque to everybody but the service that gave it out.
//!
//! A waiting fan polls with it thousands of times, so it is an HMAC (1.7 µs to verify) and not a signature (24 µs).

use anyhow::ensure;
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::shared::EntryId;
use uuid::Uuid;

/// Names the format; also part of what is authenticated, so that no later format reads this one's tags.
const PREFIX: &str = "q1.";
const ID_LENGTH: usize = 16;
/// 16 bytes of id and 32 of tag are 64 characters exactly: no padding, hence one spelling for each token.
const ENCODED_LENGTH: usize = 64;
/// As long as the hash: RFC 2104, section 3, discourages anything shorter.
const SHORTEST_SECRET: usize = 32;

/// Gives out and reads the tokens of one queue-service.
pub struct QueueTokens {
    key: hmac::Key,
    /// Of tokens that were given out before the secret changed.
    previous: Vec<hmac::Key>,
}

impl QueueTokens {
    /// Refuses a secret of less than 32 bytes.
    pub fn new(secret: &[u8]) -> anyhow::Result<Self> {
        Ok(Self { key: key(secret)?, previous: Vec::new() })
    }

    /// Reads tokens too that were given out under `secret`, and gives none out.
    pub fn and_reads(mut self, secret: &[u8]) -> anyhow::Result<Self> {
        self.previous.push(key(secret)?);
        Ok(self)
    }

    pub fn issue(&self, entry: EntryId) -> String {
        let mut content = entry.0.as_bytes().to_vec();
        content.extend_from_slice(hmac::sign(&self.key, &authenticated(entry.0.as_bytes())).as_ref());
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(content))
    }

    /// The place the token stands for; `None` where it was not given out here.
    pub fn read(&self, token: &str) -> Option<EntryId> {
        if !looks_like_queue_token(token) {
            return None;
        }
        let content = URL_SAFE_NO_PAD.decode(token.strip_prefix(PREFIX)?).ok()?;
        let (id, tag) = content.split_first_chunk::<ID_LENGTH>()?;
        let content = authenticated(id);
        let mut keys = std::iter::once(&self.key).chain(&self.previous);
        // Compares in constant time.
        let genuine = keys.any(|key| hmac::verify(key, &content, tag).is_ok());
        genuine.then(|| EntryId(Uuid::from_bytes(*id)))
    }
}

fn key(secret: &[u8]) -> anyhow::Result<hmac::Key> {
    ensure!(
        secret.len() >= SHORTEST_SECRET,
        "the secret of the queue tokens must have at least {SHORTEST_SECRET} bytes, has {}",
        secret.len()
    );
    Ok(hmac::Key::new(hmac::HMAC_SHA256, secret))
}

fn authenticated(id: &[u8; ID_LENGTH]) -> Vec<u8> {
    [PREFIX.as_bytes(), id].concat()
}

/// Whether the text has the form of a queue token, genuine or not.
pub fn looks_like_queue_token(text: &str) -> bool {
    text.strip_prefix(PREFIX).is_some_and(|encoded| {
        encoded.len() == ENCODED_LENGTH
            && encoded.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: EntryId = EntryId(Uuid::from_u128(0x0198_c0de_7000_8000_0000_0000_0000_0001));

    fn tokens() -> QueueTokens {
        QueueTokens::new(&[7; 32]).unwrap()
    }

    #[test]
    fn a_token_reads_back_as_the_place_it_was_given_for() {
        let token = tokens().issue(ENTRY);
        assert!(looks_like_queue_token(&token));
        assert_eq!(tokens().read(&token), Some(ENTRY));
    }

    #[test]
    fn a_token_with_any_byte_changed_to_any_other_value_is_refused() {
        let tokens = tokens();
        let token = tokens.issue(ENTRY);
        let content = URL_SAFE_NO_PAD.decode(token.strip_prefix(PREFIX).unwrap()).unwrap();
        for position in 0..content.len() {
            for flip in 1..=u8::MAX {
                let mut tampered = content.clone();
                tampered[position] ^= flip;
                let tampered = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(tampered));
                assert!(looks_like_queue_token(&tampered));
                assert_eq!(tokens.read(&tampered), None, "byte {position} xor {flip}");
            }
        }
    }

    #[test]
    fn a_token_with_any_character_replaced_is_refused() {
        let tokens = tokens();
        let token = tokens.issue(ENTRY).into_bytes();
        for position in 0..token.len() {
            for replacement in (0x20..0x7f).filter(|byte| *byte != token[position]) {
                let mut tampered = token.clone();
                tampered[position] = replacement;
                let tampered = String::from_utf8(tampered).unwrap();
                assert_eq!(tokens.read(&tampered), None, "{tampered}");
            }
        }
    }

    #[test]
    fn a_token_cut_short_or_drawn_out_is_refused() {
        let token = tokens().issue(ENTRY);
        for length in 0..token.len() {
            assert_eq!(tokens().read(&token[..length]), None);
        }
        for longer in
            [format!("{token}A"), format!("{token}="), format!(" {token}"), format!("{token}{token}")]
        {
            assert_eq!(tokens().read(&longer), None);
            assert!(!looks_like_queue_token(&longer));
        }
    }

    #[test]
    fn another_secret_reads_nothing() {
        assert_eq!(QueueTokens::new(&[8; 32]).unwrap().read(&tokens().issue(ENTRY)), None);
    }

    #[test]
    fn tokens_of_the_secret_before_are_read_and_no_more_given_out() {
        let (old, new) = (tokens(), QueueTokens::new(&[8; 32]).unwrap().and_reads(&[7; 32]).unwrap());
        assert_eq!(new.read(&old.issue(ENTRY)), Some(ENTRY));
        assert_eq!(new.read(&new.issue(ENTRY)), Some(ENTRY));
        assert_eq!(old.read(&new.issue(ENTRY)), None);
        assert_eq!(new.read(&QueueTokens::new(&[9; 32]).unwrap().issue(ENTRY)), None);
    }

    #[test]
    fn a_secret_that_can_be_guessed_is_refused() {
        assert!(tokens().and_reads(&[8; 31]).is_err());
        assert!(QueueTokens::new(&[7; 31]).is_err());
        assert!(QueueTokens::new(b"").is_err());
    }
}
