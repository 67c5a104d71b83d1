use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;

use actix_web::dev::ServiceRequest;

use super::Buckets;
use crate::problem::Problem;
use crate::settings::HttpSettings;

/// What one subscriber is given of IPv6 at the least (RFC 6177): whoever has one address has all of these.
const SUBSCRIBER: u128 = u128::MAX << 64;

/// The limit per client address, or none.
pub struct RateLimit {
    buckets: Buckets<IpAddr>,
    trusted_proxy_hops: usize,
}

impl RateLimit {
    pub fn new(settings: &HttpSettings) -> Self {
        Self {
            buckets: Buckets::new(settings.rate_limit_per_second, NonZeroU32::MIN),
            trusted_proxy_hops: settings.trusted_proxy_hops,
        }
    }

    /// Counts a request; 429 with the time to wait where it is one too many.
    pub fn check(&self, request: &ServiceRequest) -> Result<(), Problem> {
        if self.buckets.limiter.is_none() {
            return Ok(());
        }
        let Some(address) = self.client_address(request) else { return Ok(()) };
        self.buckets.take(&subscriber(address), "from this address")
    }

    /// The address behind our own proxies: counted from the right of `X-Forwarded-For`, because everything further
    /// left is what the client made up.
    fn client_address(&self, request: &ServiceRequest) -> Option<IpAddr> {
        let peer = request.peer_addr()?.ip();
        let Some(hops_before_last) = self.trusted_proxy_hops.checked_sub(1) else { return Some(peer) };
        let forwarded: Vec<&str> = request
            .headers()
            .get_all("x-forwarded-for")
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .collect();
        let claimed = forwarded.iter().rev().nth(hops_before_last).and_then(|address| address.parse().ok());
        Some(claimed.unwrap_or(peer))
    }
}

/// The address that stands for all those of one subscriber.
fn subscriber(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & SUBSCRIBER).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::for_a_test;
    use super::*;
    use actix_web::test::TestRequest;

    /// One request for each client.
    fn limit(trusted_proxy_hops: usize) -> RateLimit {
        RateLimit { buckets: Buckets::of(Some(for_a_test(1))), trusted_proxy_hops }
    }

    fn request(forwarded: &str) -> ServiceRequest {
        let peer = "10.0.0.1:1".parse().unwrap();
        TestRequest::default().peer_addr(peer).insert_header(("x-forwarded-for", forwarded)).to_srv_request()
    }

    #[test]
    fn the_request_beyond_the_limit_is_one_too_many() {
        let limit = limit(0);
        assert!(limit.check(&request("1.1.1.1")).is_ok());
        // Without a trusted proxy the header is the client's own invention.
        assert_eq!(limit.check(&request("2.2.2.2")).unwrap_err().code(), "too_many_requests");
    }

    #[test]
    fn only_what_our_own_proxies_wrote_is_believed() {
        let address = |hops, forwarded| limit(hops).client_address(&request(forwarded)).unwrap().to_string();
        assert_eq!(address(1, "6.6.6.6, 1.1.1.1"), "1.1.1.1");
        assert_eq!(address(2, "6.6.6.6, 1.1.1.1, 10.0.0.9"), "1.1.1.1");
        assert_eq!(address(3, "1.1.1.1"), "10.0.0.1");
    }

    #[test]
    fn the_addresses_of_one_ipv6_subscriber_are_one_client() {
        let limit = limit(1);
        assert!(limit.check(&request("2001:db8:1:2:aaaa::1")).is_ok());
        assert!(limit.check(&request("2001:db8:1:2:bbbb::2")).is_err());
        assert!(limit.check(&request("2001:db8:1:3:aaaa::1")).is_ok());
        // The same client over a socket for both kinds.
        assert!(limit.check(&request("192.0.2.1")).is_ok());
        assert!(limit.check(&request("::ffff:192.0.2.1")).is_err());
    }
}
