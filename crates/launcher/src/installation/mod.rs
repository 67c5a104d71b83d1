//! What an installation keeps in its data folder (`BOXOFFICE__DATA_DIR`) besides the database.
//!
//! ```text
//! .boxoffice/        open to pass through: PostgreSQL's account may differ from ours
//!   lock             held while `boxoffice up` runs
//!   keys/            closed (0700); every file in it 0600, made on first use and never changed; while a key is being
//!                    changed by hand, the other one beside it, as in pass-other.pem
//!   postgres/        the private cluster, postgres.log beside it
//! ```
//!
//! Opening takes no lock, so `boxoffice token` works while `boxoffice up` runs.

mod lock;
mod secret;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use aws_lc_rs::digest::{SHA256, digest};
use service_kit::auth::SigningKey;
use service_kit::postgres::provision::RoleSpec;

pub use lock::Lock;
pub(crate) use secret::random_hex;
use secret::{Folder, hex};

/// 256 bits: the key length of HMAC-SHA-256, and beyond guessing for a password.
const SECRET_BYTES: usize = 32;

/// The four services, as far as an installation knows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    Queue,
    Concert,
    Reservation,
    Wallet,
}

impl Service {
    pub const ALL: [Self; 4] = [Self::Queue, Self::Concert, Self::Reservation, Self::Wallet];

    /// Its database schema.
    pub const fn schema(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Concert => "concert",
            Self::Reservation => "reservation",
            Self::Wallet => "wallet",
        }
    }

    /// What it is called where services name each other.
    pub fn name(self) -> String {
        format!("{}-service", self.schema())
    }

    /// Its database role.
    pub fn role(self) -> String {
        format!("boxoffice_{}", self.schema())
    }
}

/// The keys and secrets of one data folder.
pub struct Installation {
    data_dir: PathBuf,
    access_key_pem: String,
    pass_key_pem: String,
    queue_token_key: String,
    ticket_key: String,
    superuser_password: String,
    services: [ServiceSecrets; 4],
}

struct ServiceSecrets {
    call_secret: String,
    /// Accepted too, while the secret is being changed.
    other_call_secret: Option<String>,
    role_password: String,
}

impl Installation {
    /// Reads the folder; makes whatever is missing in it.
    pub fn open(data_dir: &Path) -> anyhow::Result<Self> {
        create_open_folder(data_dir)?;
        let data_dir = data_dir
            .canonicalize()
            .with_context(|| format!("cannot read the data folder {}", data_dir.display()))?;
        let keys = Folder::open(data_dir.join("keys"))?;
        let random = |name: &str| keys.read_or_create(name, random_hex::<SECRET_BYTES>);
        let service = |service: Service| -> anyhow::Result<ServiceSecrets> {
            Ok(ServiceSecrets {
                call_secret: random(&format!("{}.secret", service.name()))?,
                other_call_secret: keys.read(&format!("{}-other.secret", service.name()))?,
                role_password: random(&format!("{}.password", service.role()))?,
            })
        };
        Ok(Self {
            access_key_pem: keys.read_or_create("access.pem", SigningKey::generate_pem)?,
            pass_key_pem: keys.read_or_create("pass.pem", SigningKey::generate_pem)?,
            queue_token_key: random("queue-token.key")?,
            ticket_key: random("ticket.key")?,
            superuser_password: random("postgres.password")?,
            services: [
                service(Service::Queue)?,
                service(Service::Concert)?,
                service(Service::Reservation)?,
                service(Service::Wallet)?,
            ],
            data_dir,
        })
    }

    /// Keeps a second `boxoffice up` off this folder until dropped.
    pub fn lock(&self) -> anyhow::Result<Lock> {
        Lock::take(&self.data_dir)
    }

    /// The data folder, absolute.
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// Where the private cluster goes.
    pub fn postgres_dir(&self) -> PathBuf {
        self.data_dir.join("postgres")
    }

    /// The Ed25519 key that signs access tokens (PKCS#8, PEM).
    pub fn access_key_pem(&self) -> &str {
        &self.access_key_pem
    }

    /// The Ed25519 key that signs passes (PKCS#8, PEM).
    pub fn pass_key_pem(&self) -> &str {
        &self.pass_key_pem
    }

    /// The HMAC key of queue tokens: 32 bytes, as hex.
    pub fn queue_token_key(&self) -> &str {
        &self.queue_token_key
    }

    /// The HMAC key of ticket codes: 32 bytes, as hex.
    pub fn ticket_key(&self) -> &str {
        &self.ticket_key
    }

    /// The private cluster's superuser's.
    pub fn superuser_password(&self) -> &str {
        &self.superuser_password
    }

    /// What `service` proves itself with to the others, sent as this very text.
    pub fn secret(&self, service: Service) -> &str {
        &self.of(service).call_secret
    }

    /// The SHA-256, as hex, of the text of [`Installation::secret`], which is all that the others need to keep; behind a
    /// comma that of the other one, while the secret is being changed.
    pub fn digests(&self, service: Service) -> String {
        let ServiceSecrets { call_secret, other_call_secret, .. } = self.of(service);
        let secrets = [call_secret].into_iter().chain(other_call_secret);
        let digests = secrets.map(|secret| hex(digest(&SHA256, secret.as_bytes()).as_ref()));
        digests.collect::<Vec<_>>().join(",")
    }

    /// A file among the keys that is there only while a key is being changed.
    pub fn other_key(&self, name: &str) -> Option<PathBuf> {
        Some(self.data_dir.join("keys").join(name)).filter(|path| path.is_file())
    }

    /// The four database roles, in the order of [`Service::ALL`].
    pub fn roles(&self) -> Vec<RoleSpec> {
        Service::ALL
            .into_iter()
            .map(|service| RoleSpec {
                role: service.role(),
                schema: service.schema().to_owned(),
                password: self.of(service).role_password.clone(),
            })
            .collect()
    }

    fn of(&self, service: Service) -> &ServiceSecrets {
        let [queue, concert, reservation, wallet] = &self.services;
        match service {
            Service::Queue => queue,
            Service::Concert => concert,
            Service::Reservation => reservation,
            Service::Wallet => wallet,
        }
    }
}

/// A folder that is there keeps its mode; a new one lets PostgreSQL's account through, whatever the umask.
fn create_open_folder(folder: &Path) -> anyhow::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(folder)
        .and_then(|()| fs::set_permissions(folder, fs::Permissions::from_mode(0o755)))
        .with_context(|| format!("cannot create the data folder {} (BOXOFFICE__DATA_DIR)", folder.display()))
}
