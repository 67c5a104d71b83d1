use domain::shared::{Page, PageRequest, UserId};
use domain::wallet::{ProviderAnswer, Reason, StatementLine};

use super::{Subject, declined, payment};

impl Subject {
    async fn page(&self, user: UserId, request: PageRequest) -> Page<StatementLine> {
        self.ledger.statement(user, request).await.expect("a statement")
    }
}

pub async fn a_statement_is_newest_first_with_signs_and_reasons(subject: Subject) {
    let (user, id) = (subject.fan().await, payment());
    let charge = subject.top_up(user, 1000).await;
    subject.debit(id, user, 300).await;
    subject.ledger.refund(id).await.expect("a refund");

    let lines = subject.statement(user).await;
    let read: Vec<_> =
        lines.iter().map(|line| (line.reason, line.amount.as_won(), line.balance_after.as_won())).collect();
    let expected = [
        (Reason::Refund(id), 300, 1000),
        (Reason::Payment(id), -300, 700),
        (Reason::Charge(charge), 1000, 1000),
    ];
    assert_eq!(read, expected);
    assert!(lines.is_sorted_by(|newer, older| newer.created_at >= older.created_at), "{lines:?}");
}

pub async fn a_statement_shows_only_what_moved_and_only_ones_own(subject: Subject) {
    let (user, other) = (subject.fan_with(1000).await, subject.fan_with(1000).await);
    subject.debit(payment(), other, 300).await;
    subject.debit(payment(), user, 2000).await;
    subject.ledger.void(payment()).await.expect("a void");
    subject.begin(user, 100).await;
    for answer in [declined(), ProviderAnswer::Cancelled] {
        let id = subject.begin(user, 100).await;
        subject.settle(id, answer).await;
    }
    let amounts: Vec<_> = subject.statement(user).await.iter().map(|line| line.amount.as_won()).collect();
    assert_eq!(amounts, [1000]);
}

pub async fn each_line_follows_from_the_one_before(subject: Subject) {
    let user = subject.fan_with(1000).await;
    for won in [1, 20, 300] {
        let id = payment();
        subject.debit(id, user, won).await;
        subject.top_up(user, 7).await;
        subject.ledger.refund(id).await.expect("a refund");
        subject.debit(payment(), user, won).await;
    }
    assert_eq!(subject.statement(user).await.len(), 13);
    assert_eq!(subject.balance(user).await, 1000 + 3 * 7 - 321);
    subject.assert_books_add_up(user).await;
}

pub async fn pages_cover_every_line_once(subject: Subject) {
    let user = subject.fan_with(1000).await;
    for won in 1..=6 {
        subject.debit(payment(), user, won).await;
    }
    let all = subject.statement(user).await;
    assert_eq!(all.len(), 7);
    // 7 is a page that is exactly full, and has none after it.
    for limit in [1, 2, 3, 6, 7, 8] {
        let (mut read, mut after) = (Vec::new(), None);
        loop {
            let page = subject.page(user, PageRequest::new(limit, after).expect("a page")).await;
            assert!(!page.items.is_empty() && page.items.len() <= limit, "{limit}: {page:?}");
            read.extend(page.items);
            assert!(read.len() <= all.len(), "pages of {limit} go round in circles");
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(read, all, "in pages of {limit}");
    }
}

pub async fn a_page_stays_where_it_is_when_lines_are_added(subject: Subject) {
    let user = subject.fan_with(1000).await;
    for won in 1..=3 {
        subject.debit(payment(), user, won).await;
    }
    let all = subject.statement(user).await;
    let first = subject.page(user, PageRequest::new(2, None).expect("a page")).await;
    subject.debit(payment(), user, 100).await;
    let second = subject.page(user, PageRequest::new(2, first.next).expect("a page")).await;
    assert_eq!([first.items, second.items].concat(), all);
    assert_eq!(second.next, None);
}
