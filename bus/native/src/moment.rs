//! Days and microseconds since 1970, as RFC 3339 in UTC, and read from it.

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

/// Read `2026-11-23`.
pub fn read_date(text: &str) -> Sure<i64> {
    let &[y, e, a, r, b'-', m, o, b'-', d, t] = text.as_bytes() else {
        return Err(Unsure);
    };
    let date = Date {
        year: number(&[y, e, a, r])?,
        month: number(&[m, o])?,
        day: number(&[d, t])?,
    };
    date.number()
}

/// Read `2026-11-23T12:00:00Z`, with a fraction of up to six digits, or an offset.
///
/// Leap seconds, and what offsets take out of the years 1 to 9999, are the Python's.
#[allow(clippy::arithmetic_side_effects)] // all numbers are small
pub fn read_micros(text: &str) -> Sure<i64> {
    let (date, rest) = text.split_at_checked(10).ok_or(Unsure)?;
    let (time, rest) = rest.split_at_checked(9).ok_or(Unsure)?;
    let &[b'T', h, o, b':', m, i, b':', s, e] = time.as_bytes() else {
        return Err(Unsure);
    };
    let (hour, minute) = (number(&[h, o])?, number(&[m, i])?);
    let second = number(&[s, e])?;
    if hour > 23 || minute > 59 || second > 59 {
        return Err(Unsure);
    }
    let (part, rest) = fraction(rest)?;
    let seconds = signed(hour * 3600 + minute * 60 + second)? - offset(rest)? * 60;
    let micros = read_date(date)? * DAY_US + seconds * 1_000_000 + signed(part)?;
    Date::of(micros.div_euclid(DAY_US))?;
    Ok(micros)
}

/// Read likewise; what is no whole millisecond is the Python's.
pub fn read_millis(text: &str) -> Sure<i64> {
    let micros = read_micros(text)?;
    if micros % 1000 == 0 {
        Ok(micros / 1000)
    } else {
        Err(Unsure)
    }
}

/// The microseconds of a fraction, 0 without one, and what is behind it.
fn fraction(text: &str) -> Sure<(u64, &str)> {
    let Some(rest) = text.strip_prefix('.') else {
        return Ok((0, text));
    };
    let count = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, behind) = rest.split_at_checked(count).ok_or(Unsure)?;
    if !(1..=6).contains(&count) {
        return Err(Unsure);
    }
    let padded = digits
        .bytes()
        .chain(std::iter::repeat_n(b'0', 6_usize.saturating_sub(count)));
    let padded: Vec<u8> = padded.collect();
    Ok((number(&padded)?, behind))
}

/// The minutes of `Z` or `+01:00`.
#[allow(clippy::arithmetic_side_effects)] // all numbers are small
fn offset(text: &str) -> Sure<i64> {
    let (sign, time) = match text.as_bytes() {
        b"Z" => return Ok(0),
        [b'+', time @ ..] => (1, time),
        [b'-', time @ ..] => (-1, time),
        _ => return Err(Unsure),
    };
    let &[h, o, b':', m, i] = time else {
        return Err(Unsure);
    };
    let (hour, minute) = (number(&[h, o])?, number(&[m, i])?);
    if hour > 23 || minute > 59 {
        return Err(Unsure);
    }
    Ok(sign * signed(hour * 60 + minute)?)
}

/// Up to six digits.
#[allow(clippy::arithmetic_side_effects)] // as many
fn number(digits: &[u8]) -> Sure<u64> {
    digits.iter().try_fold(0, |number, &byte| {
        if byte.is_ascii_digit() {
            Ok(number * 10 + u64::from(byte.wrapping_sub(b'0')))
        } else {
            Err(Unsure)
        }
    })
}

fn signed(number: u64) -> Sure<i64> {
    i64::try_from(number).map_err(|_| Unsure)
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

    /// The other way round; a day that its month has not is the Python's.
    #[allow(clippy::arithmetic_side_effects)] // as above
    fn number(&self) -> Sure<i64> {
        let leap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        let days = match self.month {
            2 => 28 + u64::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return Err(Unsure),
        };
        if self.year == 0 || !(1..=days).contains(&self.day) {
            return Err(Unsure);
        }
        let year = self.year - u64::from(self.month <= 2);
        let (era, of_era) = (year / 400, year % 400);
        let march = (self.month + 9) % 12;
        let of_year = (153 * march + 2) / 5 + self.day - 1;
        let day = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
        Ok(signed(era * 146_097 + day)? - BEFORE_1970)
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
