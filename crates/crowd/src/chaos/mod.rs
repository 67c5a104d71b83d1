//! Chaos on the real thing: a crowd buys while processes are killed and connections break; in the end everything that
//! anybody was told must be true.

pub(crate) mod audit;
mod mischief;
mod options;
mod plan;
mod report;
mod scene;

use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

pub use audit::Audit;
use mischief::{Damage, Disturbance, Enough, roll, wreak};
pub use options::Options;
use plan::Plan;
use report::Outcome;
pub use report::Report;
use scene::Scene;

use crate::fan::{Crowd, attend};
use crate::http::{Caller, Curtain, Phase, Tally};
use crate::interrupt;
use crate::verdict::{Finding, Hall, Judged, Kind, Reader, judge_all, judge_halls};

/// GUARANTEES, 10: every saga is terminal within 30 s after the last fault heals.
const SETTLING: Duration = Duration::from_secs(30);
/// Reading everything back; nobody is in a hurry any more.
const READING: Duration = Duration::from_mins(5);
/// A crowd that cannot buy before anything is broken never will.
const FIRST_PURCHASE: Duration = Duration::from_mins(1);
const PROGRESS_EVERY: Duration = Duration::from_secs(5);

/// Runs the whole thing and prints what happens; the report says whether every promise was kept.
pub async fn run(options: &Options) -> anyhow::Result<Report> {
    let seed = options.seed.unwrap_or_else(|| rand::rng().random());
    let folder = match &options.folder {
        Some(folder) => {
            std::fs::create_dir(folder).with_context(|| format!("cannot create {}", folder.display()))?;
            std::path::absolute(folder).context("cannot find the folder")?
        }
        None => tempfile::Builder::new().prefix("crowd-").tempdir().context("no temporary folder")?.keep(),
    };
    println!("chaos of seed {seed} in {}", folder.display());
    let report = in_folder(options, seed, &folder).await;
    if let Ok(report) = &report {
        println!("{report}");
        if report.is_clean() && options.folder.is_none() {
            std::fs::remove_dir_all(&folder).context("cannot remove the temporary folder")?;
            return Ok(report.clone());
        }
    }
    println!("logs and ledger are kept in {}", folder.display());
    report
}

async fn in_folder(options: &Options, seed: u64, folder: &Path) -> anyhow::Result<Report> {
    let mut seeds = StdRng::seed_from_u64(seed);
    let mut interrupted = pin!(interrupt::listen()?);
    let scene = tokio::select! {
        scene = Scene::set(folder, options, seeds.random()) => scene?,
        interrupted = &mut interrupted => return Err(interrupted),
    };
    let outcome = tokio::select! {
        outcome = play(&scene, options, &mut seeds) => outcome,
        interrupted = &mut interrupted => Err(interrupted),
    };
    let report = match outcome {
        Ok(outcome) => Report::of(&scene, seed, outcome),
        Err(error) => Err(error),
    };
    scene.stack.stop().await;
    report
}

/// The crowd comes, everything breaks, everything is well again, and the crowd is asked what it was told.
async fn play(scene: &Scene, options: &Options, seeds: &mut StdRng) -> anyhow::Result<Outcome> {
    let begun = Instant::now();
    let mut fans = JoinSet::new();
    for _ in 0..options.fans {
        fans.spawn(attend(Arc::clone(&scene.crowd), seeds.random()));
    }
    let damage = Damage::default();
    tokio::select! {
        done = break_things(scene, options, seeds, &damage) => done?,
        failed = scene.promote() => failed?,
        () = progress(scene, &damage, begun) => {}
    }
    let healed = Instant::now();
    println!("everything is well again; the crowd goes home");
    let settled = healed + SETTLING;
    scene.curtain.send_replace(Phase::Closing { give_up_at: settled });
    while let Some(ended) = fans.join_next().await {
        ended.context("a fan broke down")??;
    }
    let known_after = healed.elapsed();
    let (judged, mut findings) = read_back(scene, settled).await?;
    findings.extend(judged.iter().flat_map(|one| one.findings.clone()));
    let never_answered = scene.crowd.tally.given_up_on().into_iter();
    findings.extend(never_answered.map(|what| Finding { kind: Kind::Stuck, what }));
    let agreed = judged.iter().filter(|one| one.looks > 1).map(|one| one.at).max();
    let agreed_after = agreed.map_or(known_after, |at| at - healed);
    let audit =
        audit::audit(&scene.stack.installation, Duration::from_secs(options.audit_patience_seconds)).await?;
    Ok(Outcome { damage, lasted: begun.elapsed(), known_after, agreed_after, judged, findings, audit })
}

async fn break_things(
    scene: &Scene,
    options: &Options,
    seeds: &mut StdRng,
    damage: &Damage,
) -> anyhow::Result<()> {
    timeout(FIRST_PURCHASE, first_purchase(&scene.crowd))
        .await
        .context("nobody could buy anything before anything was broken")?;
    let enough = match options.kills {
        Some(kills) => Enough::Kills(kills),
        None => Enough::At(Instant::now() + Duration::try_from_secs_f64(options.minutes * 60.0)?),
    };
    if options.rolling {
        roll(&scene.stack, damage, enough).await?;
        return scene.stack.serving().await;
    }
    let victims = if options.victims.is_empty() { scene.stack.members() } else { options.victims.clone() };
    let plan = Plan::new(seeds.random(), options.kills_per_minute, victims);
    let disturbance = Disturbance {
        network: scene.network()?,
        per_minute: options.faults_per_minute,
        seed: seeds.random(),
    };
    wreak(&scene.stack, damage, plan, disturbance, enough).await;
    scene.stack.serving().await
}

async fn first_purchase(crowd: &Crowd) {
    while Tally::read(&crowd.takings.purchases) == 0 {
        sleep(Duration::from_millis(50)).await;
    }
}

/// A line every few seconds, for whoever watches.
async fn progress(scene: &Scene, damage: &Damage, begun: Instant) {
    let mut tick = tokio::time::interval(PROGRESS_EVERY);
    loop {
        tick.tick().await;
        println!("{}", report::progress(scene, damage, begun.elapsed()));
    }
}

/// Everything that anybody was told, against what the services say now.
async fn read_back(scene: &Scene, settled: Instant) -> anyhow::Result<(Vec<Judged>, Vec<Finding>)> {
    let (phase, curtain) = Curtain::new();
    phase.send_replace(Phase::Closing { give_up_at: settled + READING });
    let caller = Caller::new(scene.stack.side_doors.clone(), Duration::from_secs(10))?;
    let reader = Reader::new(caller, curtain, scene.crowd.diary.begun());
    let accounts = scene.crowd.diary.finish();
    println!("reading {} accounts back", accounts.len());
    let judged = judge_all(&reader, accounts, settled).await?;
    scene.promoter.admit_at_most(scene::EVERYBODY).await?;
    let pass = reader.pass().await?;
    let mut halls = Vec::new();
    for (schedule_id, seats_total) in scene.on_sale() {
        let map = reader.seats(schedule_id, &pass).await?;
        halls.push(Hall { schedule_id, seats_total, map });
    }
    ensure!(!halls.is_empty(), "nothing was on sale");
    let findings = judge_halls(&halls, judged.iter().map(|one| &one.picture));
    Ok((judged, findings))
}
