//! The HTTP yardstick: the same server as the services', on the same machine, answering a constant.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{self, Bytes};
use actix_web::{App, HttpResponse, HttpServer};
use anyhow::Context;
use clap::Args;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// As the services' (actix's own default), and as many workers as theirs: one per core.
const KEEP_ALIVE: Duration = Duration::from_secs(5);

#[derive(Args, Clone, Debug)]
pub struct Options {
    /// How large the body is; 0: an answer without one.
    #[arg(long)]
    pub bytes: usize,
    /// 0: a free one. It is printed on standard output.
    #[arg(long, default_value_t = 0)]
    pub port: u16,
}

/// Serves until it is told to end.
pub async fn serve(options: &Options) -> anyhow::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).context("cannot listen")?;
    println!("{}", listener.local_addr().context("the listener has no address")?);
    let body = Bytes::from(vec![b' '; options.bytes]);
    let server = HttpServer::new(move || {
        let body = body.clone();
        App::new().default_service(web::to(move || {
            let body = body.clone();
            async move { HttpResponse::Ok().insert_header((CONTENT_TYPE, "application/json")).body(body) }
        }))
    });
    server
        .keep_alive(KEEP_ALIVE)
        .listen(listener)
        .context("cannot listen")?
        .run()
        .await
        .context("the server failed")
}

/// The server as a process of its own; it ends with this value.
#[derive(Debug)]
pub struct Constant {
    pub door: SocketAddr,
    _process: Child,
}

impl Constant {
    pub async fn start(binaries: &Path, bytes: usize) -> anyhow::Result<Self> {
        let mut command = Command::new(binaries.join("crowd"));
        command.args(["constant", "--bytes", &bytes.to_string()]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn().context("cannot run crowd constant")?;
        let output = process.stdout.take().context("crowd constant has no output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).await.context("crowd constant says nothing")?;
        let door = line.trim().parse().with_context(|| format!("crowd constant says {line:?}"))?;
        Ok(Self { door, _process: process })
    }
}
