//! So many requests per second and client address, in front of everything else.

use std::net::IpAddr;
use std::num::NonZeroU32;

use actix_web::dev::ServiceRequest;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::problem::Problem;
use crate::settings::HttpSettings;
use actix_web::http::StatusCode;

/// Buckets are thrown away once there are this many of them, those that are full again first.
const MANY_CLIENTS: usize = 100_000;

/// The limit, or none.
pub struct RateLimit {
    limiter: Option<DefaultKeyedRateLimiter<IpAddr>>,
    trusted_proxy_hops: usize,
}

impl RateLimit {
    pub fn new(settings: &HttpSettings) -> Self {
        let limiter = NonZeroU32::new(settings.rate_limit_per_second)
            .map(|per_second| RateLimiter::keyed(Quota::per_second(per_second)));
        Self { limiter, trusted_proxy_hops: settings.trusted_proxy_hops }
    }

    /// Counts a request; 429 with the time to wait where it is one too many.
    pub fn check(&self, request: &ServiceRequest) -> Result<(), Problem> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        let Some(address) = self.client_address(request) else { return Ok(()) };
        if limiter.len() > MANY_CLIENTS {
            limiter.retain_recent();
        }
        limiter.check_key(&address).map_err(|until| {
            let wait = until.wait_time_from(DefaultClock::default().now());
            Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "Too many requests")
                .detail("too many requests from this address")
                .retry_after(wait.as_secs() + 1)
        })
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

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn limit(trusted_proxy_hops: usize) -> RateLimit {
        let limiter = NonZeroU32::new(1).map(|one| RateLimiter::keyed(Quota::per_second(one)));
        RateLimit { limiter, trusted_proxy_hops }
    }

    fn request(forwarded: &str) -> ServiceRequest {
        let peer = "10.0.0.1:1".parse().unwrap();
        TestRequest::default().peer_addr(peer).insert_header(("x-forwarded-for", forwarded)).to_srv_request()
    }

    #[test]
    fn the_second_request_within_the_second_is_one_too_many() {
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
}
