//! `boxoffice token --role operator`: an access token from the keys of this installation.

use std::path::Path;

use clap::{Args, ValueEnum};
use domain::adapters::system;
use domain::shared::UserId;
use service_kit::auth::{AccessTokens, Role, SigningKey};

use crate::installation::Installation;

#[derive(Args, Debug)]
pub struct Arguments {
    /// What the bearer may do.
    #[arg(long, value_enum)]
    role: TokenRole,
    /// How long it lasts.
    #[arg(long, default_value_t = 86_400)]
    ttl_seconds: u32,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum TokenRole {
    Operator,
}

impl From<TokenRole> for Role {
    fn from(role: TokenRole) -> Self {
        match role {
            TokenRole::Operator => Self::Operator,
        }
    }
}

/// Prints the token alone, so that `$(boxoffice token --role operator)` is one.
pub fn run(data_dir: &Path, arguments: &Arguments) -> anyhow::Result<()> {
    let installation = Installation::open(data_dir)?;
    println!("{}", issue(&installation, arguments.role.into(), arguments.ttl_seconds)?);
    Ok(())
}

/// A token for somebody who is no fan.
pub fn issue(installation: &Installation, role: Role, ttl_seconds: u32) -> anyhow::Result<String> {
    let (clock, ids) = system::system();
    let user = UserId(ids.next());
    let tokens = AccessTokens::new(SigningKey::from_pem(installation.access_key_pem())?, ids);
    Ok(tokens.issue(user, "operator", &[role], clock.now(), ttl_seconds)?.token)
}
