//! What each service is told through its environment.

use std::collections::HashMap;

use crate::installation::{Installation, Service};

/// The environment of one service.
pub type Environment = HashMap<String, String>;

/// What this installation tells `service`: its database, its own secret, whom it accepts, the keys it signs with and those
/// it publishes beside them.
pub fn of_service(installation: &Installation, service: Service, database_url: Option<&str>) -> Environment {
    let key_file = |name: &str| format!("file:{}", installation.data_dir().join("keys").join(name).display());
    let mut environment = Environment::new();
    let mut set = |name: &str, value: String| {
        environment.insert(format!("BOXOFFICE__{name}"), value);
    };
    if let Some(url) = database_url {
        set("DATABASE__URL", url.to_owned());
    }
    set("AUTH__SERVICE_SECRET", installation.secret(service).to_owned());
    for other in Service::ALL {
        let name = format!("AUTH__ACCEPTED_SERVICES__{}", other.schema().to_uppercase());
        set(&name, installation.digests(other));
    }
    let mut set_other = |name: &str, file: &str| {
        if let Some(path) = installation.other_key(file) {
            set(name, format!("file:{}", path.display()));
        }
    };
    match service {
        Service::Queue => {
            set_other("QUEUE__PREVIOUS_PASS_KEYS", "pass-other.pem");
            set_other("QUEUE__PREVIOUS_QUEUE_TOKEN_KEYS", "queue-token-other.key");
            set("QUEUE__PASS_KEY", key_file("pass.pem"));
            set("QUEUE__QUEUE_TOKEN_KEY", key_file("queue-token.key"));
        }
        Service::Concert => {}
        Service::Reservation => set("RESERVATION__TICKET_KEY", key_file("ticket.key")),
        Service::Wallet => {
            set_other("WALLET__PREVIOUS_ACCESS_KEYS", "access-other.pem");
            set("WALLET__ACCESS_KEY", key_file("access.pem"));
        }
    }
    environment
}
