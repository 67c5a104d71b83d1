use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::thread;

use launcher::environment;
use launcher::installation::{Installation, Service};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn everything(installation: &Installation) -> Vec<String> {
    let mut all = vec![
        installation.access_key_pem().to_owned(),
        installation.pass_key_pem().to_owned(),
        installation.queue_token_key().to_owned(),
        installation.ticket_key().to_owned(),
        installation.superuser_password().to_owned(),
    ];
    all.extend(Service::ALL.map(|service| installation.secret(service).to_owned()));
    all.extend(installation.roles().into_iter().map(|role| role.password));
    all
}

#[test]
fn secrets_are_made_once_all_different_and_closed() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("data");
    let first = everything(&Installation::open(&data_dir).unwrap());
    assert_eq!(first, everything(&Installation::open(&data_dir).unwrap()));

    let mut distinct = first.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), first.len());
    assert!(first.iter().skip(2).all(|hex| hex.len() == 64), "{first:?}");

    assert_eq!(mode(&data_dir), 0o755);
    assert_eq!(mode(&data_dir.join("keys")), 0o700);
    let files: Vec<_> =
        fs::read_dir(data_dir.join("keys")).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), first.len(), "{files:?}");
    assert!(files.iter().all(|file| mode(file) == 0o600));
}

#[test]
fn openings_at_the_same_time_agree() {
    let folder = tempfile::tempdir().unwrap();
    let opened: Vec<Vec<String>> = thread::scope(|scope| {
        let threads: Vec<_> =
            (0..8).map(|_| scope.spawn(|| everything(&Installation::open(folder.path()).unwrap()))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(opened.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn a_digest_is_of_the_text_of_the_secret() {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys");
    fs::create_dir(&keys).unwrap();
    fs::write(keys.join("queue-service.secret"), "abc\n").unwrap();
    let installation = Installation::open(folder.path()).unwrap();
    // FIPS 180-2, appendix B.1.
    let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(installation.digests(Service::Queue), digest);
    fs::write(keys.join("queue-service-other.secret"), "abc").unwrap();
    let installation = Installation::open(folder.path()).unwrap();
    assert_eq!(installation.digests(Service::Queue), format!("{digest},{digest}"));
}

#[test]
fn a_key_that_lies_beside_another_is_told_to_its_service_as_long_as_it_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let installation = Installation::open(folder.path()).unwrap();
    for (service, file, setting) in [
        (Service::Queue, "pass-other.pem", "BOXOFFICE__QUEUE__PREVIOUS_PASS_KEYS"),
        (Service::Queue, "queue-token-other.key", "BOXOFFICE__QUEUE__PREVIOUS_QUEUE_TOKEN_KEYS"),
        (Service::Wallet, "access-other.pem", "BOXOFFICE__WALLET__PREVIOUS_ACCESS_KEYS"),
    ] {
        let told = || environment::of_service(&installation, service, None).remove(setting);
        assert_eq!(told(), None, "{file}");
        let path = installation.data_dir().join("keys").join(file);
        fs::write(&path, "a key").unwrap();
        assert_eq!(told(), Some(format!("file:{}", path.display())));
        fs::remove_file(&path).unwrap();
        assert_eq!(told(), None, "{file}");
    }
}

#[test]
fn a_second_lock_names_the_folder_until_the_first_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let first = Installation::open(folder.path()).unwrap();
    let lock = first.lock().unwrap();
    let second = Installation::open(folder.path()).unwrap();
    let message = format!("{:#}", second.lock().unwrap_err());
    assert!(message.contains(&folder.path().display().to_string()), "{message}");
    assert!(message.contains("BOXOFFICE__DATA_DIR"), "{message}");
    drop(lock);
    second.lock().unwrap();
}

#[test]
fn an_empty_secret_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys");
    fs::create_dir(&keys).unwrap();
    fs::write(keys.join("ticket.key"), "\n").unwrap();
    let message = format!("{:#}", Installation::open(folder.path()).err().unwrap());
    assert!(message.contains("ticket.key is empty"), "{message}");
}
