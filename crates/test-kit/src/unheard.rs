//! An address to be refused at.

use std::net::SocketAddr;

use socket2::{Domain, Socket, Type};

/// An address of this machine that nobody listens on and that nobody is given who asks for any free port: a port that was
/// only found free a moment ago may be a parallel test's by now. The program a test starts on it can listen there,
/// however often it ends and comes back, if it lets addresses be used again, as servers do.
pub struct Unheard {
    address: SocketAddr,
    /// Bound and never listening.
    _socket: Socket,
}

impl Unheard {
    #[must_use]
    pub fn reserve() -> Self {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
        socket.set_reuse_address(true).expect("an address that a listener can share");
        socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).expect("a free port");
        let address = socket.local_addr().expect("the address it is bound to").as_socket();
        Self { address: address.expect("an internet address"), _socket: socket }
    }

    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn nobody_answers_but_who_listens_there_on_purpose() {
        let unheard = Unheard::reserve();
        let refused = || TcpStream::connect(unheard.address()).unwrap_err().kind();
        assert_eq!(refused(), ErrorKind::ConnectionRefused);
        for _ in 0..2 {
            let listener = TcpListener::bind(unheard.address()).unwrap();
            TcpStream::connect(unheard.address()).unwrap();
            drop(listener);
            assert_eq!(refused(), ErrorKind::ConnectionRefused);
        }
    }
}
