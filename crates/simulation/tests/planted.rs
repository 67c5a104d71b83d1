//! Every deliberate mistake is caught, each within a hundred thousand seeds. docs/SIMULATION.md says after how many.

use std::num::NonZeroUsize;

use simulation::planted::Plant;
use simulation::sweep::sweep;

const SEEDS: u64 = 100_000;

macro_rules! caught {
    ($($name:ident: $plant:ident;)*) => {
        $(
            #[test]
            fn $name() {
                let totals = sweep(0..SEEDS, NonZeroUsize::MIN, Some(Plant::$plant));
                assert!(totals.failed.is_some(), "{} breaks nothing in {SEEDS} worlds", Plant::$plant.what());
            }
        )*

        #[test]
        fn every_plant_has_a_test() {
            assert_eq!(Plant::ALL, [$(Plant::$plant),*]);
        }
    };
}

caught! {
    two_step_hold: TwoStepHold;
    lapsed_holds_stay_taken: LapsedHoldsStayTaken;
    retry_extends_hold: RetryExtendsHold;
    some_of_the_seats: SomeOfTheSeats;
    limit_beside_the_lock: LimitBesideTheLock;
    id_for_any_hold: IdForAnyHold;
    answer_before_commit: AnswerBeforeCommit;
    sweeps_paying: SweepsPaying;
    sweeps_by_own_clock: SweepsByOwnClock;
    sweep_frees_anothers: SweepFreesAnothers;
    paying_seats_lapse: PayingSeatsLapse;
    begins_too_late: BeginsTooLate;
    two_payments_at_once: TwoPaymentsAtOnce;
    anyone_may_pay: AnyoneMayPay;
    voided_id_used_again: VoidedIdUsedAgain;
    skips_the_fence: SkipsTheFence;
    take_over_keeps_the_fence: TakeOverKeepsTheFence;
    only_debits_are_taken_over: OnlyDebitsAreTakenOver;
    decline_forgets_seats: DeclineForgetsSeats;
    decline_never_lapses: DeclineNeverLapses;
    sells_lost_seats: SellsLostSeats;
    lost_seats_keep_the_money: LostSeatsKeepTheMoney;
    sale_tells_nobody: SaleTellsNobody;
    event_after_commit: EventAfterCommit;
    no_tickets: NoTickets;
    releases_while_paying: ReleasesWhilePaying;
    cancel_keeps_the_money: CancelKeepsTheMoney;
    anyone_may_give_up: AnyoneMayGiveUp;
    outbox_by_id: OutboxById;
    marked_before_delivery: MarkedBeforeDelivery;
    claims_never_lapse: ClaimsNeverLapse;
    hold_leaves_the_yield: HoldLeavesTheYield;
    yields_without_looking: YieldsWithoutLooking;
    unknown_means_failed: UnknownMeansFailed;
    unknown_means_taken: UnknownMeansTaken;
    never_sent_after_take_over: NeverSentAfterTakeOver;
    timeout_is_never_sent: TimeoutIsNeverSent;
    releases_before_void: ReleasesBeforeVoid;
    gives_up_without_void: GivesUpWithoutVoid;
    fresh_id_per_debit: FreshIdPerDebit;
    refund_taken_for_granted: RefundTakenForGranted;
    recovery_stops_at_failure: RecoveryStopsAtFailure;
    nobody_recovers: NobodyRecovers;
    debit_twice: DebitTwice;
    void_leaves_no_tombstone: VoidLeavesNoTombstone;
    decline_leaves_no_tombstone: DeclineLeavesNoTombstone;
    refund_twice: RefundTwice;
    refund_half: RefundHalf;
    refund_to_another: RefundToAnother;
    debit_too_little: DebitTooLittle;
    two_step_debit: TwoStepDebit;
    overdraft: Overdraft;
    top_up_twice: TopUpTwice;
    top_up_on_credit: TopUpOnCredit;
    top_up_unknown_means_failed: TopUpUnknownMeansFailed;
    top_ups_are_not_recovered: TopUpsAreNotRecovered;
    top_up_under_fresh_id: TopUpUnderFreshId;
    admission_off_by_one: AdmissionOffByOne;
    rate_is_forgotten: RateIsForgotten;
    last_come_first_served: LastComeFirstServed;
    two_places: TwoPlaces;
    expired_keeps_its_slot: ExpiredKeepsItsSlot;
    finish_ends_the_fan: FinishEndsTheFan;
    finish_is_forgotten: FinishIsForgotten;
    first_slot_only: FirstSlotOnly;
    shown_before_in_stock: ShownBeforeInStock;
    drafts_are_forgotten: DraftsAreForgotten;
    seat_map_skips: SeatMapSkips;
    pass_judged_by_own_clock: PassJudgedByOwnClock;
    revocations_are_not_followed: RevocationsAreNotFollowed;
    revocations_skip: RevocationsSkip;
    command_dies_with_its_connection: CommandDiesWithItsConnection;
}
