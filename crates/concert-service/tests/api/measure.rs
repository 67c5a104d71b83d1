use std::time::Instant;
use concert_service::ConcertService;
use crate::hall::*;
use crate::box_office::BoxOffice;
use test_kit::{Issuers, spawn};
use domain::shared::QueueId;

#[tokio::test(flavor = "multi_thread")]
async fn measure() {
    let office = BoxOffice::new();
    let served = office.clone();
    let issuers = Issuers::with_routes(move |config| served.serve(config)).await;
    let service = spawn::<ConcertService>(&[], &issuers).await;
    let hall = Hall { operator: issuers.operator_token(), queue: QueueId(new_id()), service, issuers, office };
    let t = Instant::now();
    let sale = hall.on_sale(1000).await;
    println!("publish 10k: {:?}", t.elapsed());
    let t = Instant::now();
    let r = hall.service.client.get(hall.service.url(&sale.seats_path)).bearer_auth(&sale.pass).send().await.unwrap();
    let tag = r.headers()["etag"].to_str().unwrap().to_owned();
    let len = r.bytes().await.unwrap().len();
    println!("first: {:?} {len} bytes", t.elapsed());
    for (name, cond) in [("200", None), ("304", Some(tag.clone()))] {
        let t = Instant::now();
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..16 {
            let (c, url, pass, cond) = (hall.service.client.clone(), hall.service.url(&sale.seats_path), sale.pass.clone(), cond.clone());
            tasks.spawn(async move {
                let mut n = 0;
                while t.elapsed().as_secs() < 4 {
                    let mut q = c.get(&url).bearer_auth(&pass);
                    if let Some(tag) = &cond { q = q.header("if-none-match", tag); }
                    q.send().await.unwrap().bytes().await.unwrap();
                    n += 1;
                }
                n
            });
        }
        let n: i32 = tasks.join_all().await.into_iter().sum();
        println!("{name}: {} /s", f64::from(n) / t.elapsed().as_secs_f64());
    }
    // every change costs one look and one writing
    let ids = hall.seats(&sale, "").await.expect(200);
    let mut total = std::time::Duration::ZERO;
    for k in 0..20 {
        let seat = ids["seats"][k]["seatId"].as_str().unwrap().parse().unwrap();
        hall.office.hold(sale.schedule, hall.queue, seat).await;
        tokio::time::sleep(std::time::Duration::from_millis(110)).await;
        let t = Instant::now();
        let r = hall.service.client.get(hall.service.url(&sale.seats_path)).bearer_auth(&sale.pass).send().await.unwrap();
        r.bytes().await.unwrap();
        total += t.elapsed();
    }
    println!("after a change: {:?}", total / 20);
}
