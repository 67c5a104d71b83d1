use actix_web::HttpRequest;
use reqwest::header::HeaderValue;

/// The header in which proxies say for whom they ask.
pub const HEADER: &str = "x-forwarded-for";

/// What to say of the client, so that a service counts it and not us, who ask for all of them.
///
/// Behind proxies of ours it is what they wrote, as it is: the service believes as many of them as we do, and so finds
/// the same client. Without any it is who opened the connection; what that one claims about itself ends here.
pub fn handed_on(request: &HttpRequest, trusted_proxy_hops: usize) -> Option<HeaderValue> {
    let written: Vec<_> =
        request.headers().get_all(HEADER).filter_map(|value| value.to_str().ok()).map(str::trim).collect();
    if trusted_proxy_hops == 0 || written.is_empty() {
        let peer = request.peer_addr()?.ip();
        return HeaderValue::from_str(&peer.to_string()).ok();
    }
    HeaderValue::from_str(&written.join(", ")).ok()
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn handed_on_behind(trusted_proxy_hops: usize, written: &[&str]) -> String {
        let request = TestRequest::default().peer_addr("10.0.0.1:1".parse().unwrap());
        let request = written.iter().fold(request, |request, value| request.append_header((HEADER, *value)));
        let value = super::handed_on(&request.to_http_request(), trusted_proxy_hops).unwrap();
        value.to_str().unwrap().to_owned()
    }

    #[test]
    fn what_a_client_claims_about_itself_ends_here() {
        assert_eq!(handed_on_behind(0, &["6.6.6.6"]), "10.0.0.1");
    }

    #[test]
    fn what_our_own_proxies_wrote_goes_on_as_it_is() {
        assert_eq!(handed_on_behind(1, &["6.6.6.6, 1.1.1.1"]), "6.6.6.6, 1.1.1.1");
        assert_eq!(handed_on_behind(2, &["6.6.6.6", "1.1.1.1, 10.0.0.9"]), "6.6.6.6, 1.1.1.1, 10.0.0.9");
    }

    #[test]
    fn whoever_came_past_the_proxies_is_named_by_the_connection() {
        assert_eq!(handed_on_behind(1, &[]), "10.0.0.1");
    }
}
