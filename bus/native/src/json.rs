//! JSON's texts and numbers, as orjson writes them.

/// For each byte what stands behind the backslash; 0: it stays as it is.
const ESCAPES: [u8; 256] = escapes();
const HEX: &[u8; 16] = b"0123456789abcdef";
const MOST_DIGITS: usize = 39;

#[allow(clippy::indexing_slicing)] // at compile time
const fn escapes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = b'u';
        byte = byte.wrapping_add(1);
    }
    table[0x08] = b'b';
    table[0x09] = b't';
    table[0x0a] = b'n';
    table[0x0c] = b'f';
    table[0x0d] = b'r';
    table[b'"' as usize] = b'"';
    table[b'\\' as usize] = b'\\';
    table
}

fn escape(byte: u8) -> u8 {
    ESCAPES.get(usize::from(byte)).copied().unwrap_or_default()
}

pub fn text(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    while let Some(place) = rest.iter().position(|&byte| escape(byte) != 0) {
        let Some((plain, found)) = rest.split_at_checked(place) else {
            break;
        };
        let Some((&byte, behind)) = found.split_first() else {
            break;
        };
        out.extend_from_slice(plain);
        escaped(out, byte);
        rest = behind;
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

fn escaped(out: &mut Vec<u8>, byte: u8) {
    let letter = escape(byte);
    out.extend_from_slice(&[b'\\', letter]);
    if letter == b'u' {
        let digit = |half: u8| HEX.get(usize::from(half)).copied().unwrap_or_default();
        out.extend_from_slice(&[b'0', b'0', digit(byte >> 4), digit(byte & 0x0f)]);
    }
}

pub fn int(out: &mut Vec<u8>, number: i64) {
    if number < 0 {
        out.push(b'-');
    }
    Digits::of(u128::from(number.unsigned_abs())).write(out);
}

/// A number in decimal digits, without sign.
pub struct Digits {
    places: [u8; MOST_DIGITS],
    count: usize,
}

impl Digits {
    pub fn of(number: u128) -> Self {
        let mut places = [b'0'; MOST_DIGITS];
        let mut count = 0_usize;
        let mut rest = number;
        for place in places.iter_mut().rev() {
            let digit;
            (rest, digit) = divided(rest);
            *place = b'0'.wrapping_add(digit);
            count = count.wrapping_add(1);
            if rest == 0 {
                break;
            }
        }
        Self { places, count }
    }

    pub fn as_slice(&self) -> &[u8] {
        let (_, digits) = self
            .places
            .split_at_checked(MOST_DIGITS.saturating_sub(self.count))
            .unwrap_or_default();
        digits
    }

    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.as_slice());
    }
}

/// By ten, and what is left: in 64 bits where they hold it, which is many times as fast.
fn divided(number: u128) -> (u128, u8) {
    match u64::try_from(number) {
        Ok(small) => (u128::from(small / 10), (small % 10) as u8),
        Err(_) => (number / 10, (number % 10) as u8),
    }
}
