//! Signs a webhook as the Standard Webhooks specification has it, so that its receiver can check by a ready library who sent it,
//! and that it is not an old one sent again.
//!
//! Source: <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::secret::Secret;

/// What begins a signing secret; the rest is the key in base64. A secret without it is the key itself.
const PREFIX: &str = "whsec_";

/// A longer key of a message is replaced by its hash.
const LONGEST_ID: usize = 200;

/// The key of a signing secret; the error says what is wrong with it.
pub(super) fn key(secret: &Secret) -> Result<Vec<u8>, String> {
    match secret.expose().strip_prefix(PREFIX) {
        Some(encoded) => STANDARD.decode(encoded).map_err(|error| error.to_string()),
        None => Ok(secret.expose().as_bytes().to_vec()),
    }
}

/// The header `webhook-signature` of a body.
pub(super) fn of(secret: &Secret, id: &str, timestamp: i64, body: &[u8]) -> Result<String, String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&key(secret)?).map_err(|error| error.to_string())?;
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

/// The header `webhook-id` of a message: its key, where that is visible ASCII without the full stop that parts what is signed.
pub(super) fn id(key: &str) -> String {
    let fits = |byte: u8| byte.is_ascii_graphic() && byte != b'.';
    if !key.is_empty() && key.len() <= LONGEST_ID && key.bytes().all(fits) {
        key.to_owned()
    } else {
        blake3::hash(key.as_bytes()).to_hex().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_signed_as_the_specification_has_it() {
        // The example of the reference libraries, such as
        // <https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/python/tests/test_webhooks.py>.
        let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let signed = of(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signed.unwrap(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_is_a_key_in_base64_or_any_text() {
        assert_eq!(key(&Secret::new("whsec_AAEC")).unwrap(), [0, 1, 2]);
        assert_eq!(key(&Secret::new("tiger")).unwrap(), b"tiger");
        assert!(key(&Secret::new("whsec_tiger!")).is_err());
    }

    #[test]
    fn an_id_fits_a_header_and_parts_from_what_follows() {
        assert_eq!(id("alert-7"), "alert-7");
        for key in ["", "a.b", "a b", "ü", "a\r\nb", &"a".repeat(201)] {
            assert!(id(key).bytes().all(|byte| byte.is_ascii_hexdigit()), "{key}");
            assert_ne!(id(key), id("c.d"));
        }
    }
}
