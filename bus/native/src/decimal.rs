//! Avro's decimals in plain notation, scale kept.

use crate::json::Digits;
use crate::{Sure, Unsure};

const MOST_BYTES: usize = 16;

/// Write a decimal in quotes: `"-12.3400"`. More digits than its schema allows would be
/// rounded: by the Python.
pub fn write(out: &mut Vec<u8>, bytes: &[u8], scale: usize, precision: usize) -> Sure<()> {
    let number = read(bytes)?;
    let digits = Digits::of(number.unsigned_abs());
    let digits = digits.as_slice();
    if digits.len() > precision {
        return Err(Unsure);
    }
    out.push(b'"');
    if number < 0 {
        out.push(b'-');
    }
    match digits.len().checked_sub(scale) {
        Some(whole) if whole > 0 => {
            let (whole, part) = digits.split_at_checked(whole).ok_or(Unsure)?;
            out.extend_from_slice(whole);
            if scale > 0 {
                out.push(b'.');
                out.extend_from_slice(part);
            }
        }
        _ => {
            out.extend_from_slice(b"0.");
            let zeros = scale.saturating_sub(digits.len());
            out.resize(out.len().saturating_add(zeros), b'0');
            out.extend_from_slice(digits);
        }
    }
    out.push(b'"');
    Ok(())
}

/// Two's complement, the highest byte first.
fn read(bytes: &[u8]) -> Sure<i128> {
    let first = bytes.first().ok_or(Unsure)?;
    if bytes.len() > MOST_BYTES {
        return Err(Unsure);
    }
    let start = if first & 0x80 == 0 { 0 } else { -1_i128 };
    Ok(bytes
        .iter()
        .fold(start, |number, &byte| (number << 8) | i128::from(byte)))
}
