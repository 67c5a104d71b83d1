//! P11a: `boxoffice up` on a cluster that is there: from the start of the process to an answer of each service.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use contracts::wallet::{NewUserBody, UserBody};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::process::Child;
use tokio::time::{sleep, timeout};

use crate::bench::audit;
use crate::bench::load::{Body, Connection, Measured, request};
use crate::bench::row::{Goal, Row};
use crate::bench::stage::Bench;
use crate::promoter::MAIN_QUEUE;
use crate::stack::{Installation, end_abandoned, free_port};

use super::Rows;

/// The first start makes a cluster and fills in the demo.
const DEADLINE: Duration = Duration::from_mins(2);
const GLANCE: Duration = Duration::from_millis(5);
/// For one that is left behind: a checkpoint of what little it has written.
const LAST_WAIT: Duration = Duration::from_secs(10);

pub async fn measure(bench: &Bench<'_>, rows: &mut Rows) -> anyhow::Result<()> {
    let folder = bench.folder.join("up");
    // PostgreSQL's account must be able to pass through.
    fs::create_dir_all(&folder)
        .and_then(|()| fs::set_permissions(&bench.folder, Permissions::from_mode(0o755)))
        .and_then(|()| fs::set_permissions(&folder, Permissions::from_mode(0o755)))
        .with_context(|| format!("cannot prepare {}", folder.display()))?;
    let installation = Installation::new(&bench.binaries, folder.join("data"), None);
    let log = folder.join("up.log");
    let mut row =
        Row::new("P11a", "boxoffice up on an existing cluster → all services answer", "s", Goal::AtMost(2.0));
    // The first makes the cluster and is not counted; the audit looks at the last while it runs.
    for round in 0..=bench.scale.rounds {
        let port = free_port()?;
        let output = File::options().create(true).append(true).open(&log).context("cannot write a log")?;
        let begun = Instant::now();
        let mut up = Up::start(&installation, port, output, bench.options.smoke)?;
        let ready = timeout(DEADLINE, up.ready(port)).await;
        let ready = ready.map_err(anyhow::Error::from).and_then(|ready| ready);
        if round > 0 && ready.is_ok() {
            row.ours.round(begun.elapsed().as_secs_f64(), &Measured::default());
        }
        let looked = match (&ready, round == bench.scale.rounds) {
            (Ok(()), true) => audit::look(&installation, &mut row).await,
            _ => Ok(()),
        };
        up.stop().await?;
        ready.with_context(|| format!("boxoffice up does not answer; its log is {}", log.display()))?;
        looked?;
    }
    row.note("each service has answered a request that its database was asked for");
    rows.add(row);
    Ok(())
}

struct Up {
    process: Child,
    pid: Pid,
    cluster: PathBuf,
}

impl Up {
    fn start(installation: &Installation, port: u16, log: File, bare: bool) -> anyhow::Result<Self> {
        let arguments: &[&str] = if bare { &["up", "--no-demo"] } else { &["up"] };
        let mut command = installation.command(arguments);
        command.env("BOXOFFICE__HTTP__PORT", port.to_string()).stdin(Stdio::null());
        command.stdout(log.try_clone().context("cannot share the log")?).stderr(log);
        // Killed, it would leave its PostgreSQL behind: it is asked to end, also where nobody waits for that.
        let process = command.kill_on_drop(false).spawn().context("cannot run boxoffice up")?;
        let pid = process.id().and_then(|pid| i32::try_from(pid).ok()).context("it has no process id")?;
        Ok(Self { process, pid: Pid::from_raw(pid), cluster: installation.cluster() })
    }

    /// Queue, concert, wallet and reservation, one after the other.
    async fn ready(&mut self, port: u16) -> anyhow::Result<()> {
        loop {
            if let Some(status) = self.process.try_wait().context("cannot ask after the process")? {
                anyhow::bail!("it ended by itself: {status}");
            }
            if let Ok(true) = all_answer(port).await {
                return Ok(());
            }
            sleep(GLANCE).await;
        }
    }

    async fn stop(mut self) -> anyhow::Result<()> {
        self.ask_to_end();
        let ended = timeout(DEADLINE, self.process.wait()).await.context("boxoffice up does not end")?;
        let status = ended.context("cannot wait for boxoffice up")?;
        ensure!(status.success(), "boxoffice up ended with {status}");
        Ok(())
    }

    fn ask_to_end(&self) {
        // Once it has ended its number may be somebody else's.
        if self.process.id().is_some() {
            kill(self.pid, Signal::SIGINT).ok();
        }
    }
}

impl Drop for Up {
    /// In good order it has taken its PostgreSQL along. Where it was killed, or does not end, that is left to be ended.
    fn drop(&mut self) {
        let until = Instant::now() + LAST_WAIT;
        self.ask_to_end();
        while let Ok(None) = self.process.try_wait()
            && Instant::now() < until
        {
            std::thread::sleep(GLANCE);
        }
        self.process.start_kill().ok();
        end_abandoned(&self.cluster);
    }
}

async fn all_answer(port: u16) -> anyhow::Result<bool> {
    let door = std::net::SocketAddr::from((std::net::Ipv4Addr::LOCALHOST, port));
    let mut connection = Connection::open(door).await?;
    for path in [format!("/v1/queues/{MAIN_QUEUE}"), "/v1/concerts".to_owned()] {
        if connection.ask(&request::get(&path, ""), Body::Skip).await?.status != 200 {
            return Ok(false);
        }
    }
    let user = request::post_json("/v1/users", "", &NewUserBody { name: "First".to_owned() })?;
    let user = connection.ask(&user, Body::Keep).await?;
    if user.status != 201 {
        return Ok(false);
    }
    let UserBody { access_token, .. } = user.read()?;
    let answer = connection.ask(&request::get("/v1/reservations", &access_token), Body::Skip).await?;
    Ok(answer.status == 200)
}
