//! A box office whose wallet can be made slow: the same four services in one process, with a wire of ours between
//! reservations and wallets.

use std::net::TcpListener;

use facade::Facade;
use launcher::environment::{self, Environment};
use launcher::fleet::Fleet;
use launcher::installation::{Installation, Service};
use launcher::{demo, origin, token};
use service_kit::auth::Role;
use service_kit::http;
use service_kit::settings::{self, Sources};
use tempfile::TempDir;

use crate::driver::Looks;
use crate::fan::Fan;
use crate::held_wire::HeldWire;
use crate::office::{Office, SMALL};

struct Berths {
    installation: Installation,
    environment: Environment,
}

impl Berths {
    async fn start<S: service_kit::Service>(
        &self,
        service: Service,
        listener: TcpListener,
    ) -> service_kit::Running<S> {
        let mut environment = self.environment.clone();
        environment.extend(environment::of_service(&self.installation, service, None));
        let sources = Sources { section: S::SECTION, defaults: S::DEFAULTS, environment };
        let settings = settings::load::<S::Settings>(sources).unwrap();
        service_kit::start::<S>(listener, settings, true).await.unwrap()
    }
}

async fn open(data_dir: TempDir) -> (Office, HeldWire) {
    let installation = Installation::open(data_dir.path()).unwrap();
    let operator = token::issue(&installation, Role::Operator, 3_600).unwrap();
    let listeners = Service::ALL.map(|_| http::bind("127.0.0.1", 0).unwrap());
    let addresses = listeners.each_ref().map(|listener| listener.local_addr().unwrap().to_string());
    let wire = HeldWire::to(addresses[3].clone()).await;
    let mut environment = Environment::new();
    for (service, address) in Service::ALL.into_iter().zip(&addresses) {
        let name = format!("BOXOFFICE__PEERS__{}", service.schema().to_uppercase());
        environment.insert(name, format!("http://{address}"));
    }
    let facade = Facade::new(&Facade::settings(environment.clone()).unwrap()).unwrap();
    let direct = Berths { installation, environment };
    let mut by_wire = direct.environment.clone();
    by_wire.insert("BOXOFFICE__PEERS__WALLET".to_owned(), wire.base.clone());
    let by_wire = Berths { installation: Installation::open(data_dir.path()).unwrap(), environment: by_wire };
    let [queue, concert, reservation, wallet] = listeners;
    let fleet = Fleet {
        facade,
        queue: direct.start(Service::Queue, queue).await,
        wallet: direct.start(Service::Wallet, wallet).await,
        reservation: by_wire.start(Service::Reservation, reservation).await,
        concert: direct.start(Service::Concert, concert).await,
    };
    let shared = settings::load_shared(Sources {
        section: "launcher",
        defaults: include_str!("../../config/default.toml"),
        environment: Environment::from([("BOXOFFICE__HTTP__PORT".to_owned(), "0".to_owned())]),
    });
    let origin = origin::serve(http::bind("127.0.0.1", 0).unwrap(), &shared.unwrap().http, &fleet).unwrap();
    demo::fill(&origin.address(), &operator, &|_| ()).await.unwrap();
    let base = format!("http://{}", origin.address());
    (Office::elsewhere(base, operator, Box::new((fleet, origin, data_dir))), wire)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_takes_long_is_called_under_way_and_ends_by_itself() {
    let (office, wire) = open(tempfile::tempdir().unwrap()).await;
    let fan = Fan::at_seats(&office, Looks::DESKTOP, SMALL).await;
    fan.press(".seat-available").await;
    fan.press(".marked .button-main").await;
    fan.press("main form .button-main").await;
    fan.until("the till opens", "return document.querySelector('.button-wide')?.disabled === false").await;
    wire.hold();
    fan.press(".button-wide").await;
    fan.read("결제를 처리하고 있습니다").await;
    fan.read("두 번 결제되지 않습니다").await;
    assert_eq!(fan.ask("return document.querySelector('.button-wide').disabled").await, true);
    // Who comes back meanwhile reads the same.
    fan.client.refresh().await.unwrap();
    fan.read("결제를 처리하고 있습니다").await;
    wire.let_go();
    fan.be_at("/tickets").await;
    fan.see(".qr svg").await;
    fan.go("/app/wallet").await;
    fan.until("it was taken once", "return document.querySelectorAll('.line').length === 2").await;
}
