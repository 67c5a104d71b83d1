//! The steps on which faults fall.

/// What a step is made of, which says what can befall it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A service calls another, or the payment provider.
    Peer,
    /// A fan calls a service.
    Request { shows_a_pass: bool },
    /// A transaction that may change something.
    Write,
    /// A transaction that only looks.
    Read,
}

macro_rules! steps {
    ($($name:ident $word:literal $kind:expr;)*) => {
        /// A step of a saga, a job or a fan.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum Step { $($name),* }

        impl Step {
            pub const ALL: [Self; [$(Self::$name),*].len()] = [$(Self::$name),*];

            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }

            pub const fn kind(self) -> Kind {
                match self { $(Self::$name => $kind),* }
            }
        }
    };
}

const OPEN: Kind = Kind::Request { shows_a_pass: false };
const WITH_PASS: Kind = Kind::Request { shows_a_pass: true };

steps! {
    AskDebit "ask wallet: debit" Kind::Peer;
    AskVoid "ask wallet: void" Kind::Peer;
    AskRefund "ask wallet: refund" Kind::Peer;
    AskFinish "ask queue: finish pass" Kind::Peer;
    AskYield "ask queue: yield slot" Kind::Peer;
    AskPublish "ask inventory: publish" Kind::Peer;
    AskChanges "ask inventory: changes" Kind::Peer;
    AskRevocations "ask queue: revoked passes" Kind::Peer;
    AskCapture "ask provider: capture" Kind::Peer;
    AskCancel "ask provider: cancel" Kind::Peer;
    FanOpensWallet "fan opens a wallet" OPEN;
    FanTopsUp "fan tops up" OPEN;
    FanJoins "fan joins" OPEN;
    FanPolls "fan polls" OPEN;
    FanLeaves "fan leaves" OPEN;
    FanLooks "fan looks at seats" WITH_PASS;
    FanHolds "fan holds seats" WITH_PASS;
    FanPays "fan pays" WITH_PASS;
    FanGivesUp "fan gives up seats" OPEN;
    FanLooksUp "fan looks a thing up" OPEN;
    OperatorPublishes "operator publishes" OPEN;
    Join "queue: join" Kind::Write;
    Standing "queue: standing" Kind::Read;
    Leave "queue: leave" Kind::Write;
    Admit "queue: admit" Kind::Write;
    FinishPass "queue: finish pass" Kind::Write;
    YieldSlot "queue: yield slot" Kind::Write;
    Revoked "queue: revoked passes" Kind::Read;
    AddConcert "concert: add" Kind::Write;
    DraftPerformance "concert: draft" Kind::Write;
    ShowPerformance "concert: publish" Kind::Write;
    ReadCatalogue "concert: read" Kind::Read;
    Stock "inventory: publish" Kind::Write;
    Changes "inventory: changes" Kind::Read;
    PlaceHold "hold: place" Kind::Write;
    SweepLapsed "hold: sweep" Kind::Write;
    BeginPayment "checkout: begin" Kind::Write;
    Settle "checkout: settle" Kind::Write;
    TakeOver "checkout: take over" Kind::Write;
    GiveUp "checkout: give up" Kind::Write;
    FindReservation "reservations: read" Kind::Read;
    ClaimEvents "outbox: claim" Kind::Write;
    LookForEvent "outbox: is it waiting" Kind::Read;
    MarkDelivered "outbox: delivered" Kind::Write;
    OpenWallet "wallet: open" Kind::Write;
    ReadWallet "wallet: read" Kind::Read;
    Debit "wallet: debit" Kind::Write;
    Void "wallet: void" Kind::Write;
    Refund "wallet: refund" Kind::Write;
    BeginCharge "top-up: begin" Kind::Write;
    SettleCharge "top-up: settle" Kind::Write;
    StalledCharges "top-up: take over" Kind::Write;
}

impl Step {
    /// Whether few fans ever come to this step: its faults are sought out more often.
    pub fn is_seldom_taken(self) -> bool {
        let seldom = [
            Self::AskVoid,
            Self::AskRefund,
            Self::AskYield,
            Self::AskCancel,
            Self::FanLeaves,
            Self::FanGivesUp,
            Self::Leave,
            Self::YieldSlot,
            Self::GiveUp,
            Self::LookForEvent,
            Self::ReadWallet,
            Self::Void,
            Self::Refund,
        ];
        seldom.contains(&self)
    }

    /// A place in the table of cells.
    pub fn index(self) -> usize {
        Self::ALL.iter().position(|other| *other == self).unwrap_or(0)
    }
}
