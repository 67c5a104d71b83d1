//! What is planted, and what is wrong with it.

macro_rules! plants {
    ($($name:ident $word:literal $what:literal;)*) => {
        /// One deliberate mistake.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Plant { $($name),* }

        impl Plant {
            pub const ALL: [Self; [$(Self::$name),*].len()] = [$(Self::$name),*];

            /// What it is called on the command line.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }

            /// What is wrong.
            pub const fn what(self) -> &'static str {
                match self { $(Self::$name => $what),* }
            }
        }
    };
}

plants! {
    TwoStepHold "two-step-hold" "a hold looks in one transaction and writes in another";
    LapsedHoldsStayTaken "lapsed-holds-stay-taken" "a lapsed hold keeps its seat until the sweep";
    RetryExtendsHold "retry-extends-hold" "asking again for a hold moves its end";
    SomeOfTheSeats "some-of-the-seats" "a hold takes those of its seats that are free";
    LimitBesideTheLock "limit-beside-the-lock" "a fan's seats are counted before the lock is had";
    IdForAnyHold "id-for-any-hold" "a reservation id answers any hold, whatever it asks for";
    AnswerBeforeCommit "answer-before-commit" "a hold is acknowledged and written afterwards";
    SweepsPaying "sweeps-paying" "the sweep ends a reservation that is being paid";
    SweepsByOwnClock "sweeps-by-own-clock" "the sweep judges by its process's clock";
    SweepFreesAnothers "sweep-frees-anothers" "the sweep frees seats that somebody else has taken since";
    PayingSeatsLapse "paying-seats-lapse" "beginning a payment leaves the end of its seats";
    BeginsTooLate "begins-too-late" "a payment begins although the hold has ended";
    TwoPaymentsAtOnce "two-payments-at-once" "a payment begins although another is under way";
    AnyoneMayPay "anyone-may-pay" "whose reservation it is does not matter to who pays";
    VoidedIdUsedAgain "voided-id-used-again" "a payment that was voided is begun again under its id";
    SkipsTheFence "skips-the-fence" "a stale driver may write";
    TakeOverKeepsTheFence "take-over-keeps-the-fence" "a take-over comes under the old token";
    OnlyDebitsAreTakenOver "only-debits-are-taken-over" "recovery forgets voids and refunds";
    DeclineForgetsSeats "decline-forgets-seats" "a declined payment frees seats that are still held";
    DeclineNeverLapses "decline-never-lapses" "seats of a declined payment stay taken without an end";
    SellsLostSeats "sells-lost-seats" "a sale does not look whether the seats are still its own";
    LostSeatsKeepTheMoney "lost-seats-keep-the-money" "money for lost seats is not given back";
    SaleTellsNobody "sale-tells-nobody" "a sale has no event";
    EventAfterCommit "event-after-commit" "the event of a sale is written in a transaction of its own";
    NoTickets "no-tickets" "a sale issues no tickets";
    ReleasesWhilePaying "releases-while-paying" "a fan can release what is being paid";
    CancelKeepsTheMoney "cancel-keeps-the-money" "a cancelled sale is not refunded";
    AnyoneMayGiveUp "anyone-may-give-up" "whose reservation it is does not matter to who gives it up";
    OutboxById "outbox-by-id" "the outbox is read by `id > last`";
    MarkedBeforeDelivery "marked-before-delivery" "an event counts as delivered when it is claimed";
    ClaimsNeverLapse "claims-never-lapse" "an event whose courier died stays claimed";
    HoldLeavesTheYield "hold-leaves-the-yield" "a hold does not withdraw the yielded slot of its pass";
    YieldsWithoutLooking "yields-without-looking" "a courier hands a slot on without looking whether it still may";
    UnknownMeansFailed "unknown-means-failed" "a debit without an answer counts as not done";
    UnknownMeansTaken "unknown-means-taken" "a debit without an answer counts as done";
    NeverSentAfterTakeOver "never-sent-after-take-over" "a later driver believes that nobody ever reached the wallet";
    TimeoutIsNeverSent "timeout-is-never-sent" "the network adapter takes silence for a call that was not sent";
    ReleasesBeforeVoid "releases-before-void" "giving up frees the seats first and voids afterwards";
    GivesUpWithoutVoid "gives-up-without-void" "giving up does not tell the wallet";
    FreshIdPerDebit "fresh-id-per-debit" "every debit is asked for under an id of its own";
    RefundTakenForGranted "refund-taken-for-granted" "a refund without an answer counts as done";
    RecoveryStopsAtFailure "recovery-stops-at-failure" "one payment that cannot be resumed holds up the others";
    NobodyRecovers "nobody-recovers" "payments whose driver died are not taken up";
    DebitTwice "debit-twice" "a repeated debit takes the money again";
    VoidLeavesNoTombstone "void-leaves-no-tombstone" "a debit that comes after its void takes the money";
    DeclineLeavesNoTombstone "decline-leaves-no-tombstone" "a declined debit that comes again takes the money";
    RefundTwice "refund-twice" "a repeated refund gives the money again";
    RefundHalf "refund-half" "a refund gives back half";
    RefundToAnother "refund-to-another" "a refund goes to another fan";
    DebitTooLittle "debit-too-little" "a debit takes one won less";
    TwoStepDebit "two-step-debit" "a debit reads the balance in one transaction and writes it in another";
    Overdraft "overdraft" "a debit takes more than there is";
    TopUpTwice "top-up-twice" "a top-up that has ended is given again";
    TopUpOnCredit "top-up-on-credit" "a top-up is given before the provider was asked";
    TopUpUnknownMeansFailed "top-up-unknown-means-failed" "a provider that does not answer has taken nothing";
    TopUpsAreNotRecovered "top-ups-are-not-recovered" "top-ups whose provider did not answer are not taken up";
    TopUpUnderFreshId "top-up-under-fresh-id" "the provider is asked again under another id";
    AdmissionOffByOne "admission-off-by-one" "one fan more than there are slots is let in";
    RateIsForgotten "rate-is-forgotten" "admissions of the last minute are not counted";
    LastComeFirstServed "last-come-first-served" "fans are let in from the end of the line";
    TwoPlaces "two-places" "joining looks in one transaction and writes in another";
    ExpiredKeepsItsSlot "expired-keeps-its-slot" "a pass that has run out still counts as inside";
    FinishEndsTheFan "finish-ends-the-fan" "finishing a pass ends whatever place its fan has now";
    FinishIsForgotten "finish-is-forgotten" "finishing a pass changes nothing";
    FirstSlotOnly "first-slot-only" "nobody is let in once a slot was used";
    ShownBeforeInStock "shown-before-in-stock" "a performance is shown before its seats can be sold";
    DraftsAreForgotten "drafts-are-forgotten" "publishing again makes new ids";
    SeatMapSkips "seat-map-skips" "the seat map asks behind one version too many";
    PassJudgedByOwnClock "pass-judged-by-own-clock" "a door judges passes by its process's clock";
    RevocationsAreNotFollowed "revocations-are-not-followed" "a door never learns which passes are spent";
    RevocationsSkip "revocations-skip" "a door asks behind one revocation too many";
    CommandDiesWithItsConnection "command-dies-with-its-connection" "a client that hangs up ends what it began";
}
