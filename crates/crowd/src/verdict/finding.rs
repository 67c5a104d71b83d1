use std::fmt;

use uuid::Uuid;

/// What sort of promise was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It was acknowledged and is not there.
    Lost,
    /// It has not come to rest in time.
    Stuck,
    /// It is there, and nobody asked for it, or not so often.
    Unexplained,
    /// Two answers cannot both be true.
    Contradiction,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::Lost, Self::Stuck, Self::Unexplained, Self::Contradiction];
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lost => "lost acknowledgement",
            Self::Stuck => "stuck",
            Self::Unexplained => "never asked for",
            Self::Contradiction => "contradiction",
        })
    }
}

/// One broken promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub kind: Kind,
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.what)
    }
}

/// What one look at an account came to.
#[derive(Clone, Debug)]
pub struct Judgement {
    user: Uuid,
    pub findings: Vec<Finding>,
    /// What is under way, and may be well in a moment.
    pub under_way: Vec<String>,
}

impl Judgement {
    pub(super) fn of(user: Uuid) -> Self {
        Self { user, findings: Vec::new(), under_way: Vec::new() }
    }

    fn found(&mut self, kind: Kind, what: impl fmt::Display) {
        self.findings.push(Finding { kind, what: format!("user {}: {what}", self.user) });
    }

    pub(super) fn lost(&mut self, what: impl fmt::Display) {
        self.found(Kind::Lost, what);
    }

    pub(super) fn unexplained(&mut self, what: impl fmt::Display) {
        self.found(Kind::Unexplained, what);
    }

    pub(super) fn contradicted(&mut self, what: impl fmt::Display) {
        self.found(Kind::Contradiction, what);
    }

    pub(super) fn under_way(&mut self, what: impl fmt::Display) {
        self.under_way.push(format!("user {}: {what}", self.user));
    }

    pub fn is_clean(&self) -> bool {
        self.findings.is_empty() && self.under_way.is_empty()
    }

    /// Nothing is waited for any more.
    pub fn in_the_end(mut self) -> Vec<Finding> {
        let stuck = self.under_way.into_iter().map(|what| Finding { kind: Kind::Stuck, what });
        self.findings.extend(stuck);
        self.findings
    }
}
