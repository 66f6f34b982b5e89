//! Days and microseconds since 1970 as RFC 3339 in UTC.

use crate::{Sure, Unsure};

const DAY_US: i64 = 86_400_000_000;
/// Of the years 1 to 9999, which are all that Python has.
const FIRST_DAY: i64 = -719_162;
const LAST_DAY: i64 = 2_932_896;
/// Of year 2255: until then microseconds are told apart in a float.
const MOST_SECONDS: f64 = 9e9;
const WITH_MICROS: &[u8] = b".000000Z\"";
/// From 1 March of the year 0, where the count of days below begins, to 1970.
const BEFORE_1970: i64 = 719_468;

/// Write `"2026-11-23"`.
pub fn write_date(out: &mut Vec<u8>, day: i64) -> Sure<()> {
    let date = Date::of(day)?;
    out.push(b'"');
    date.write(out);
    out.push(b'"');
    Ok(())
}

/// Write `"2026-11-23T12:00:00.000000Z"`.
pub fn write_micros(out: &mut Vec<u8>, micros: i64) -> Sure<()> {
    let date = Date::of(micros.div_euclid(DAY_US))?;
    let within = u64::try_from(micros.rem_euclid(DAY_US)).map_err(|_| Unsure)?;
    let (second, part) = (within / 1_000_000, within % 1_000_000);
    out.push(b'"');
    date.write(out);
    out.push(b'T');
    two(out, second / 3600);
    out.push(b':');
    two(out, second / 60 % 60);
    out.push(b':');
    two(out, second % 60);
    out.push(b'.');
    two(out, part / 10_000);
    two(out, part / 100 % 100);
    two(out, part % 100);
    out.extend_from_slice(b"Z\"");
    Ok(())
}

/// Write milliseconds as microseconds.
pub fn write_millis(out: &mut Vec<u8>, millis: i64) -> Sure<()> {
    write_micros(out, millis.checked_mul(1000).ok_or(Unsure)?)
}

/// Write seconds as a log line has them: microseconds only where there are any.
///
/// They are rounded as Python's `fromtimestamp` does, half to even.
pub fn write_seconds(out: &mut Vec<u8>, seconds: f64) -> Sure<()> {
    let whole = seconds.floor();
    let part = ((seconds - whole) * 1e6).round_ties_even();
    if !(0.0..MOST_SECONDS).contains(&whole) || !(0.0..1e6).contains(&part) {
        return Err(Unsure);
    }
    let micros = (whole as i64).checked_mul(1_000_000).ok_or(Unsure)?;
    write_micros(out, micros.checked_add(part as i64).ok_or(Unsure)?)?;
    if part == 0.0 {
        out.truncate(out.len().saturating_sub(WITH_MICROS.len()));
        out.extend_from_slice(b"Z\"");
    }
    Ok(())
}

struct Date {
    year: u64,
    month: u64,
    day: u64,
}

impl Date {
    /// The Gregorian calendar's, for ever: 400 years have 146,097 days, and a year that
    /// begins in March has its odd day last. All numbers are small and none is negative.
    #[allow(clippy::arithmetic_side_effects)]
    fn of(day: i64) -> Sure<Self> {
        if !(FIRST_DAY..=LAST_DAY).contains(&day) {
            return Err(Unsure);
        }
        let days = u64::try_from(day + BEFORE_1970).map_err(|_| Unsure)?;
        let (era, of_era) = (days / 146_097, days % 146_097);
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let march = (5 * of_year + 2) / 153;
        let month = if march < 10 { march + 3 } else { march - 9 };
        Ok(Self {
            year: year + 400 * era + u64::from(month <= 2),
            month,
            day: of_year - (153 * march + 2) / 5 + 1,
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        two(out, self.year / 100);
        two(out, self.year % 100);
        out.push(b'-');
        two(out, self.month);
        out.push(b'-');
        two(out, self.day);
    }
}

fn two(out: &mut Vec<u8>, number: u64) {
    let digit = |value: u64| b'0'.wrapping_add((value % 10) as u8);
    out.extend_from_slice(&[digit(number / 10), digit(number)]);
}
