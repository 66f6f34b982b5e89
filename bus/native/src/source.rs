//! JSON as strangers write it, as a tree over its text.

use std::borrow::Cow;

use crate::{Sure, Unsure};

/// The Python reads as deep; what is deeper is its to refuse.
const MAX_DEPTH: u8 = 60;
/// Of an object, compared one by one: a name that comes twice is the Python's.
const MAX_MEMBERS: usize = 64;
const MAX_NUMBER: usize = 64;

pub enum Json<'a> {
    Null,
    Boolean(bool),
    /// Without an exponent.
    Number(&'a str),
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    Object(Vec<Member<'a>>),
}

pub struct Member<'a> {
    pub name: Cow<'a, str>,
    pub value: Json<'a>,
}

impl<'a> Json<'a> {
    /// All of a text, in UTF-8.
    pub fn of(text: &'a [u8]) -> Sure<Self> {
        let mut source = Source { rest: text };
        let value = source.value(MAX_DEPTH)?;
        source.space();
        if source.rest.is_empty() {
            Ok(value)
        } else {
            Err(Unsure)
        }
    }

    pub fn text(&self) -> Sure<&str> {
        match self {
            Self::Text(text) => Ok(text),
            _ => Err(Unsure),
        }
    }

    pub fn members(&self) -> Sure<&[Member<'a>]> {
        match self {
            Self::Object(members) => Ok(members),
            _ => Err(Unsure),
        }
    }
}

/// The member of a name; where it is looked for first is where it usually stands.
pub fn member<'o, 'a>(members: &'o [Member<'a>], name: &str, at: usize) -> Option<&'o Json<'a>> {
    let here = members.get(at).filter(|one| one.name == name);
    here.or_else(|| members.iter().find(|one| one.name == name))
        .map(|one| &one.value)
}

struct Source<'a> {
    rest: &'a [u8],
}

impl<'a> Source<'a> {
    fn value(&mut self, depth: u8) -> Sure<Json<'a>> {
        let depth = depth.checked_sub(1).ok_or(Unsure)?;
        self.space();
        match self.rest.first().ok_or(Unsure)? {
            b'"' => self.text().map(Json::Text),
            b'{' => self.object(depth),
            b'[' => self.list(depth),
            b't' => self.word(b"true", Json::Boolean(true)),
            b'f' => self.word(b"false", Json::Boolean(false)),
            b'n' => self.word(b"null", Json::Null),
            _ => self.number().map(Json::Number),
        }
    }

    fn space(&mut self) {
        while let Some((b' ' | b'\n' | b'\r' | b'\t', rest)) = self.rest.split_first() {
            self.rest = rest;
        }
    }

    fn take(&mut self, count: usize) -> Sure<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Unsure)?;
        self.rest = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Sure<u8> {
        let (&byte, rest) = self.rest.split_first().ok_or(Unsure)?;
        self.rest = rest;
        Ok(byte)
    }

    fn word(&mut self, word: &[u8], value: Json<'a>) -> Sure<Json<'a>> {
        self.rest = self.rest.strip_prefix(word).ok_or(Unsure)?;
        Ok(value)
    }

    /// Whether this byte comes next, behind space; it is taken then.
    fn next_is(&mut self, wanted: u8) -> bool {
        self.space();
        match self.rest.split_first() {
            Some((&byte, rest)) if byte == wanted => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn list(&mut self, depth: u8) -> Sure<Json<'a>> {
        self.byte()?;
        let mut items = Vec::new();
        if self.next_is(b']') {
            return Ok(Json::List(items));
        }
        loop {
            items.push(self.value(depth)?);
            if self.next_is(b']') {
                return Ok(Json::List(items));
            }
            if !self.next_is(b',') {
                return Err(Unsure);
            }
        }
    }

    fn object(&mut self, depth: u8) -> Sure<Json<'a>> {
        self.byte()?;
        let mut members: Vec<Member<'a>> = Vec::new();
        if self.next_is(b'}') {
            return Ok(Json::Object(members));
        }
        loop {
            self.space();
            let name = self.text()?;
            if members.len() >= MAX_MEMBERS || members.iter().any(|one| one.name == name) {
                return Err(Unsure);
            }
            if !self.next_is(b':') {
                return Err(Unsure);
            }
            let value = self.value(depth)?;
            members.push(Member { name, value });
            if self.next_is(b'}') {
                return Ok(Json::Object(members));
            }
            if !self.next_is(b',') {
                return Err(Unsure);
            }
        }
    }

    /// `-?(0|[1-9][0-9]*)(\.[0-9]+)?`, not long; others are the Python's.
    fn number(&mut self) -> Sure<&'a str> {
        let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        let count = self.rest.iter().take_while(|byte| is_part(byte)).count();
        if count > MAX_NUMBER {
            return Err(Unsure);
        }
        let token = std::str::from_utf8(self.take(count)?).map_err(|_| Unsure)?;
        let digits = token.strip_prefix('-').unwrap_or(token);
        let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
        let leads = whole.len() > 1 && whole.starts_with('0');
        if leads || !is_digits(whole) || !is_digits(part) {
            return Err(Unsure);
        }
        Ok(token)
    }

    fn text(&mut self) -> Sure<Cow<'a, str>> {
        if self.byte()? != b'"' {
            return Err(Unsure);
        }
        let plain = self.plain()?;
        if self.byte()? == b'"' {
            return Ok(Cow::Borrowed(plain));
        }
        let mut text = String::from(plain);
        loop {
            text.push(self.escaped()?);
            text.push_str(self.plain()?);
            if self.byte()? == b'"' {
                return Ok(Cow::Owned(text));
            }
        }
    }

    /// What stands for itself, up to a quote or a backslash.
    fn plain(&mut self) -> Sure<&'a str> {
        let ends = |&byte: &u8| byte == b'"' || byte == b'\\' || byte < b' ';
        let count = self.rest.iter().position(ends).ok_or(Unsure)?;
        if self.rest.get(count).is_some_and(|&byte| byte < b' ') {
            return Err(Unsure);
        }
        std::str::from_utf8(self.take(count)?).map_err(|_| Unsure)
    }

    /// What stands behind a backslash.
    fn escaped(&mut self) -> Sure<char> {
        Ok(match self.byte()? {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unit(),
            _ => return Err(Unsure),
        })
    }

    /// A character by its number, or by the two halves of a surrogate pair.
    fn unit(&mut self) -> Sure<char> {
        let first = self.hex()?;
        if let Some(found) = char::from_u32(u32::from(first)) {
            return Ok(found);
        }
        self.rest = self.rest.strip_prefix(b"\\u").ok_or(Unsure)?;
        let pair = [first, self.hex()?];
        match char::decode_utf16(pair).next() {
            Some(Ok(found)) => Ok(found),
            _ => Err(Unsure),
        }
    }

    fn hex(&mut self) -> Sure<u16> {
        let digits = self.take(4)?;
        if !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(Unsure);
        }
        let digits = std::str::from_utf8(digits).map_err(|_| Unsure)?;
        u16::from_str_radix(digits, 16).map_err(|_| Unsure)
    }
}

pub fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
