//! What docker-compose.yml has its containers do, one process after the other: their images hold one binary and no shell,
//! and what they are told lies in files.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use launcher::installation::Service;
use serde_json::json;
use test_kit::{Request, Unheard};

use crate::sandbox::{PASSWORD, folder, postgres, until};

/// `boxoffice`, told where the database is and, in a file, its password.
fn boxoffice(subcommand: &str, data_dir: &Path, url: &str, password: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_boxoffice"));
    command.arg(subcommand).arg("--data-dir").arg(data_dir).env_clear();
    command.env("DATABASE_URL", url).env("DATABASE_PASSWORD_FILE", password).output().unwrap()
}

fn succeeded(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A binary of the workspace, told where its secrets are and where it listens.
fn service(service: Service, secrets: &Path, port: u16) -> Command {
    let mut command = Command::new(Path::new(env!("CARGO_BIN_EXE_boxoffice")).with_file_name(service.name()));
    command.env_clear().env("BOXOFFICE_SECRETS_DIR", secrets).env("BOXOFFICE__HTTP__HOST", "0.0.0.0");
    command.env("BOXOFFICE__HTTP__PORT", port.to_string()).env("BOXOFFICE__TELEMETRY__LEVEL", "warn");
    command.env("BOXOFFICE__DATABASE__ACQUIRE_TIMEOUT_MS", "5000");
    command
}

#[tokio::test]
async fn a_service_starts_from_its_files_alone_and_says_whether_it_is_ready() {
    let folder = folder();
    let postgres = postgres(&folder).await;
    let data_dir = folder.path().join("installation");
    let password = folder.path().join("password");
    fs::write(&password, format!("{PASSWORD}\n")).unwrap();
    let without_password = postgres.url().replace(&format!(":{PASSWORD}@"), "@");
    assert_ne!(without_password, postgres.url());
    succeeded(&boxoffice("secrets", &data_dir, &without_password, &password));
    // Twice: containers are started again, and the keys have to stay.
    let secrets = data_dir.join("services").join(Service::Wallet.name());
    let before = contents(&secrets);
    succeeded(&boxoffice("secrets", &data_dir, &without_password, &password));
    assert_eq!(contents(&secrets), before);
    // A key that is published beside another, and then no more.
    let other = data_dir.join("keys").join("access-other.pem");
    fs::copy(data_dir.join("keys").join("access.pem"), &other).unwrap();
    succeeded(&boxoffice("secrets", &data_dir, &without_password, &password));
    assert_eq!(contents(&secrets).len(), before.len() + 1);
    fs::remove_file(&other).unwrap();
    succeeded(&boxoffice("secrets", &data_dir, &without_password, &password));
    assert_eq!(contents(&secrets), before);
    succeeded(&boxoffice("migrate", &data_dir, &without_password, &password));

    // The service is given its own folder and nothing else of the installation.
    let mounted = folder.path().join("mounted");
    fs::rename(&secrets, &mounted).unwrap();
    fs::rename(&data_dir, folder.path().join("out-of-reach")).unwrap();

    let unheard = Unheard::reserve();
    let port = unheard.port();
    let healthcheck = || {
        let mut command = service(Service::Wallet, &mounted, port);
        command.arg("healthcheck").stderr(Stdio::null()).status().unwrap().success()
    };
    assert!(!healthcheck(), "nothing runs yet");
    let mut wallet = service(Service::Wallet, &mounted, port).spawn().unwrap();
    until("the service is ready", healthcheck).await;
    let url = format!("http://127.0.0.1:{port}/v1/users");
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    Request::new(client.post(url).json(&json!({ "name": "민아" }))).send().await.expect(201);

    postgres.stop().await.unwrap();
    until("the service is not ready any more", || !healthcheck()).await;
    wallet.kill().unwrap();
    wallet.wait().unwrap();
}

/// Every file with its text; none of them is anybody else's to read.
fn contents(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
        .collect();
    files.sort();
    assert!(files.iter().any(|(_, text)| text.contains("PRIVATE KEY")), "the key itself, not where it is");
    for (path, _) in &files {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600, "{}", path.display());
    }
    files
}

#[test]
fn without_a_database_to_name_there_are_no_secrets() {
    let folder = folder();
    let mut command = Command::new(env!("CARGO_BIN_EXE_boxoffice"));
    let output = command.arg("secrets").arg("--data-dir").arg(folder.path()).env_clear().output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("DATABASE_URL"));
}
