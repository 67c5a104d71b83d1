//! Tokens that were verified before: a fan shows one token with every request, and a signature takes 24 µs to check
//! where a digest takes less than one.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, SHA256_OUTPUT_LEN, digest};
use quick_cache::sync::Cache;

use super::verification_keys::VerificationKey;

/// More than are inside at a time; the rest is verified as if it came for the first time. 50,000 passes take 10 MB.
const REMEMBERED: usize = 50_000;

/// Stands for a whole token, signature included: whoever alters one character shows another token.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct TokenDigest([u8; SHA256_OUTPUT_LEN]);

impl TokenDigest {
    pub fn of(token: &str) -> Self {
        let mut bytes = [0; SHA256_OUTPUT_LEN];
        bytes.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
        Self(bytes)
    }
}

/// What a token said and the key that vouched for it.
#[derive(Clone)]
pub(super) struct Verified<C> {
    pub kid: Arc<str>,
    pub key: Arc<VerificationKey>,
    pub claims: C,
}

/// The tokens of one issuer that were verified lately. Only genuine ones get in, so nobody can push them out by making
/// some up; and nothing that changes with time is remembered of them.
pub(super) struct VerifiedTokens<C>(Cache<TokenDigest, Verified<C>>);

impl<C: Clone> VerifiedTokens<C> {
    pub fn get(&self, token: &TokenDigest) -> Option<Verified<C>> {
        self.0.get(token)
    }

    pub fn remember(&self, token: TokenDigest, verified: Verified<C>) {
        self.0.insert(token, verified);
    }

    pub fn forget(&self, token: &TokenDigest) {
        self.0.remove(token);
    }
}

impl<C: Clone> Default for VerifiedTokens<C> {
    fn default() -> Self {
        Self(Cache::new(REMEMBERED))
    }
}
