//! Percent-encoding of single bytes (RFC 3986, 2.1 to 2.3), for those who bring addresses to one form. What is encoded
//! and what is not is decided by them.

/// The byte that the escape at the beginning of a text stands for; `None`: there is none.
pub fn escaped_byte(text: &[u8]) -> Option<u8> {
    let [b'%', high, low, ..] = text else { return None };
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

/// Letters, digits and the four marks that mean the same encoded or not.
pub fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Writes a byte as an escape, its digits in upper case.
pub fn push_escape(out: &mut String, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
    out.extend(['%', digit(byte >> 4), digit(byte & 15)]);
}
