//! Requests as the bytes that go over the wire.

use serde::Serialize;

/// A request that is written once and sent as often as wanted.
pub fn get(path: &str, bearer: &str) -> Vec<u8> {
    write("GET", path, bearer, &[], None)
}

pub fn get_with(path: &str, bearer: &str, header: (&str, &str)) -> Vec<u8> {
    write("GET", path, bearer, &[header], None)
}

pub fn delete(path: &str, bearer: &str) -> Vec<u8> {
    write("DELETE", path, bearer, &[], None)
}

/// A command without a body.
pub fn post(path: &str, bearer: &str) -> Vec<u8> {
    write("POST", path, bearer, &[], Some(b""))
}

pub fn post_json(path: &str, bearer: &str, body: &impl Serialize) -> anyhow::Result<Vec<u8>> {
    let body = serde_json::to_vec(body)?;
    Ok(write("POST", path, bearer, &[("content-type", "application/json")], Some(&body)))
}

fn write(method: &str, path: &str, bearer: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n");
    if !bearer.is_empty() {
        text.extend(["authorization: Bearer ", bearer, "\r\n"]);
    }
    for (name, value) in headers {
        text.extend([*name, ": ", *value, "\r\n"]);
    }
    if let Some(body) = body {
        text.extend(["content-length: ", &body.len().to_string(), "\r\n"]);
    }
    text.push_str("\r\n");
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(body.unwrap_or_default());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_what_a_server_reads() {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        assert_eq!(
            text(get("/a", "t")),
            "GET /a HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer t\r\n\r\n"
        );
        assert_eq!(text(post("/a", "")), "POST /a HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n");
        let json = text(post_json("/a", "", &serde_json::json!({ "b": 1 })).unwrap());
        assert!(
            json.ends_with("content-type: application/json\r\ncontent-length: 7\r\n\r\n{\"b\":1}"),
            "{json}"
        );
    }
}
