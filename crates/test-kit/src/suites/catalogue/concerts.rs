use domain::concert::Concert;
use domain::shared::{ConcertId, PageRequest};

use super::{Subject, concert, new_id};

pub async fn a_concert_reads_back_as_it_was_added(subject: Subject) {
    let concert = subject.concert().await;
    assert_eq!(subject.catalogue.concert(concert.id).await.expect("reading"), Some(concert));
}

pub async fn a_concert_nobody_added_is_not_there(subject: Subject) {
    subject.concert().await;
    assert_eq!(subject.catalogue.concert(ConcertId(new_id())).await.expect("reading"), None);
}

pub async fn adding_again_under_an_id_changes_nothing(subject: Subject) {
    let first = subject.concert().await;
    let again = Concert { id: first.id, title: "Another".to_owned(), ..concert() };
    subject.catalogue.add_concert(again).await.expect("adding again");
    assert_eq!(subject.catalogue.concert(first.id).await.expect("reading"), Some(first));
}

pub async fn concerts_are_listed_in_the_order_of_their_making(subject: Subject) {
    let mut made = [concert(), concert(), concert()];
    for concert in made.iter().rev() {
        subject.catalogue.add_concert(concert.clone()).await.expect("adding");
    }
    made.sort_by_key(|concert| concert.id);
    let page = subject.catalogue.concerts(PageRequest::default()).await.expect("listing");
    assert_eq!(page.items, made);
    assert_eq!(page.next, None);
}

pub async fn pages_of_concerts_cover_each_once(subject: Subject) {
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(subject.concert().await.id);
    }
    made.sort();
    for limit in 1..=5 {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let request = PageRequest::new(limit, after).expect("a page");
            let page = subject.catalogue.concerts(request).await.expect("listing");
            assert!(page.items.len() <= limit && !page.items.is_empty());
            seen.extend(page.items.iter().map(|concert| concert.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, made, "in pages of {limit}");
    }
}
