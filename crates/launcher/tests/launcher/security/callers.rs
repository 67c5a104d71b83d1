//! Everybody who might knock, and what they show.

use super::doors::Door;
use super::forging;
use super::routes::Line;
use super::scene::Scene;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Caller {
    Owner,
    Another,
    Nobody,
    AccessToken,
    QueueToken,
    Pass,
    PassOfAnotherQueue,
    ExpiredPass,
    SpentPass,
    WrongAudience,
    Forged,
    AnotherIssuer,
    ExpiredAccessToken,
    ForgedQueueToken,
    Unsigned,
    KeyAsSecret,
    Operator,
    Service,
    AnotherService,
    FalseService,
}

impl Caller {
    pub const ALL: [Self; 20] = [
        Self::Owner,
        Self::Another,
        Self::Nobody,
        Self::AccessToken,
        Self::QueueToken,
        Self::Pass,
        Self::PassOfAnotherQueue,
        Self::ExpiredPass,
        Self::SpentPass,
        Self::WrongAudience,
        Self::Forged,
        Self::AnotherIssuer,
        Self::ExpiredAccessToken,
        Self::ForgedQueueToken,
        Self::Unsigned,
        Self::KeyAsSecret,
        Self::Operator,
        Self::Service,
        Self::AnotherService,
        Self::FalseService,
    ];

    /// As in the table of doors.
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Another => "another",
            Self::Nobody => "nobody",
            Self::AccessToken => "access token",
            Self::QueueToken => "queue token",
            Self::Pass => "pass",
            Self::PassOfAnotherQueue => "pass of another queue",
            Self::ExpiredPass => "expired pass",
            Self::SpentPass => "spent pass",
            Self::WrongAudience => "wrong audience",
            Self::Forged => "forged signature",
            Self::AnotherIssuer => "another issuer",
            Self::ExpiredAccessToken => "expired access token",
            Self::ForgedQueueToken => "forged queue token",
            Self::Unsigned => "alg none",
            Self::KeyAsSecret => "HS256 by the public key",
            Self::Operator => "operator",
            Self::Service => "service",
            Self::AnotherService => "another service",
            Self::FalseService => "false service",
        }
    }

    /// The `Authorization` headers that this caller tries, one after the other; `None`: no such header. What the owner
    /// shows is shown by nobody else: whoever has nothing besides is the owner under another name.
    pub fn shown(self, line: &Line, scene: &Scene) -> Vec<Option<String>> {
        let owners = owners(line, scene);
        if self == Self::Owner {
            return vec![owners];
        }
        let credentials = self.credentials(line, scene);
        assert!(
            !credentials.is_empty(),
            "{} is declared at {}, and has nothing to show",
            self.name(),
            line.name()
        );
        let shown: Vec<_> = credentials.into_iter().filter(|shown| *shown != owners).collect();
        assert!(self != Self::Another || !shown.is_empty(), "nobody asks for another at {}", line.name());
        shown
    }

    /// Everybody but the other fan, the other operator and the services is the owner, as far as the credential says who
    /// it is.
    fn credentials(self, line: &Line, scene: &Scene) -> Vec<Option<String>> {
        let (owner, other) = (&scene.owner, &scene.another);
        let bearers = |tokens: Vec<String>| tokens.iter().map(|token| Some(bearer(token))).collect();
        match self {
            Self::Owner => vec![owners(line, scene)],
            Self::Another => match line.door {
                Door::QueueToken => vec![Some(bearer(&scene.place_in_another_queue))],
                Door::Line | Door::Sale | Door::Checkout => vec![Some(bearer(&other.queue_token))],
                Door::Pass | Door::OwnPass => vec![Some(bearer(&other.pass))],
                Door::Identity => vec![Some(bearer(&other.access)), Some(bearer(&other.pass))],
                // Where nobody is somebody in particular, whoever has an account is no other than who has none.
                Door::AccessToken
                | Door::Points
                | Door::OwnLine
                | Door::Anybody
                | Door::Newcomer
                | Door::Closed => vec![Some(bearer(&other.access))],
                Door::Operator => vec![Some(bearer(&scene.another_operator))],
                Door::AnyService => vec![Some(scene.credential("concert-service"))],
                // It is the one service.
                Door::ReservationService | Door::ConcertService => Vec::new(),
            },
            Self::Nobody => vec![None],
            Self::AccessToken => vec![Some(bearer(&owner.access))],
            Self::QueueToken => vec![Some(bearer(&scene.waiting.queue_token))],
            Self::Pass => vec![Some(bearer(&owner.pass))],
            Self::PassOfAnotherQueue => vec![Some(bearer(&scene.pass_of_another_queue))],
            Self::ExpiredPass => vec![Some(bearer(&scene.expired_pass))],
            Self::SpentPass => vec![Some(bearer(&scene.spent_pass))],
            Self::WrongAudience => bearers(scene.of_wrong_audience.to_vec()),
            Self::AnotherIssuer => bearers(scene.of_another_issuer.to_vec()),
            Self::ExpiredAccessToken => vec![Some(bearer(&scene.expired_access))],
            Self::ForgedQueueToken => {
                let tokens = [&owner.queue_token, &scene.waiting.queue_token];
                bearers(tokens.map(|token| forging::mistaken(token)).to_vec())
            }
            Self::Forged => {
                bearers([&owner.pass, &owner.access].map(|token| forging::resigned(token)).to_vec())
            }
            Self::Unsigned => {
                bearers([&owner.pass, &owner.access].map(|token| forging::unsigned(token)).to_vec())
            }
            Self::KeyAsSecret => bearers(
                [
                    forging::confused(&owner.pass, &scene.pass_key),
                    forging::confused(&owner.access, &scene.access_key),
                ]
                .concat(),
            ),
            Self::Operator => vec![Some(bearer(&scene.operator))],
            Self::Service => vec![Some(scene.credential(line.door.service()))],
            Self::AnotherService => vec![Some(scene.credential("wallet-service"))],
            Self::FalseService => vec![Some(format!("Bearer {}:{}", line.door.service(), "0".repeat(64)))],
        }
    }
}

/// What the one shows whose it is.
fn owners(line: &Line, scene: &Scene) -> Option<String> {
    match line.door {
        Door::Anybody | Door::Newcomer | Door::Closed => None,
        Door::AccessToken | Door::Identity | Door::Points | Door::OwnLine => {
            Some(bearer(&scene.owner.access))
        }
        Door::QueueToken | Door::Line => Some(bearer(&scene.waiting.queue_token)),
        Door::Sale | Door::Checkout => Some(bearer(&scene.owner.queue_token)),
        Door::Pass | Door::OwnPass => Some(bearer(&scene.owner.pass)),
        Door::Operator => Some(bearer(&scene.operator)),
        Door::AnyService | Door::ReservationService | Door::ConcertService => {
            Some(scene.credential(line.door.service()))
        }
    }
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}
