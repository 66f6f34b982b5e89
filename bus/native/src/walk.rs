//! One walk over a body: all of it is read before anything counts.

use crate::body::{Content, Kind, Parts};
use crate::input::Input;
use crate::plan::{Node, Plan};
use crate::{Sure, Unsure, decimal, json, moment};

const MAX_DEPTH: u8 = 64;
/// A few bytes may become many, as names are written out.
const MAX_WRITTEN: usize = 16 << 20;
/// Of a map. A key that comes twice is the Python's; more are not compared one by one.
const MAX_KEYS: usize = 64;

pub struct Walk<'a> {
    plan: &'a Plan,
    input: Input<'a>,
}

impl<'a> Walk<'a> {
    pub fn over(plan: &'a Plan, body: &'a [u8]) -> Self {
        Self {
            plan,
            input: Input::new(body),
        }
    }

    pub fn content(mut self) -> Sure<Content> {
        let mut parts = Parts::sized(self.input.left());
        for field in self.plan.top() {
            match field.slot {
                Some(slot) => {
                    let start = parts.side.len();
                    let kind = self.value(field.node, &mut parts.side, MAX_DEPTH)?;
                    parts.lift(slot, start, kind);
                }
                None => {
                    if !parts.data.is_empty() {
                        parts.data.push(b',');
                    }
                    parts.data.extend_from_slice(&field.key);
                    self.value(field.node, &mut parts.data, MAX_DEPTH)?;
                }
            }
        }
        if self.input.left() > 0 {
            Err(Unsure)
        } else {
            Ok(parts.done())
        }
    }

    /// Write the value of a node; return what kind of value it is.
    fn value(&mut self, node: usize, out: &mut Vec<u8>, depth: u8) -> Sure<Kind> {
        let depth = depth.checked_sub(1).ok_or(Unsure)?;
        match self.plan.node(node).ok_or(Unsure)? {
            Node::Text => {
                json::text(out, self.text()?);
                return Ok(Kind::Text);
            }
            Node::Union(branches) => {
                let &branch = branches.get(self.input.choice()?).ok_or(Unsure)?;
                return self.value(branch, out, depth);
            }
            Node::Null => {
                out.extend_from_slice(b"null");
                return Ok(Kind::Null);
            }
            Node::Enum(symbols) => {
                let symbol = symbols.get(self.input.choice()?).ok_or(Unsure)?;
                out.extend_from_slice(symbol);
                return Ok(Kind::Text);
            }
            Node::Micros => {
                moment::write_micros(out, self.input.long()?)?;
                return Ok(Kind::Moment);
            }
            Node::Millis => {
                moment::write_millis(out, self.input.long()?)?;
                return Ok(Kind::Moment);
            }
            Node::Int => json::int(out, self.input.long()?),
            Node::Decimal { scale, precision } => {
                decimal::write(out, self.input.sized()?, *scale, *precision)?;
            }
            Node::Record(fields) => {
                out.push(b'{');
                for field in fields {
                    out.extend_from_slice(&field.key);
                    self.value(field.node, out, depth)?;
                }
                out.push(b'}');
            }
            Node::Boolean => out.extend_from_slice(match self.input.byte()? {
                0 => b"false",
                1 => b"true",
                _ => return Err(Unsure),
            }),
            Node::Date => moment::write_date(out, self.input.long()?)?,
            &Node::Array(item) => self.array(item, out, depth)?,
            &Node::Map(item) => self.map(item, out, depth)?,
            Node::Unknown => return Err(Unsure),
        }
        Ok(Kind::Other)
    }

    fn text(&mut self) -> Sure<&'a str> {
        std::str::from_utf8(self.input.sized()?).map_err(|_| Unsure)
    }

    fn array(&mut self, item: usize, out: &mut Vec<u8>, depth: u8) -> Sure<()> {
        out.push(b'[');
        let mut first = true;
        loop {
            let count = self.input.block()?;
            if count == 0 {
                break;
            }
            for _ in 0..count {
                next(out, &mut first)?;
                self.value(item, out, depth)?;
            }
        }
        out.push(b']');
        Ok(())
    }

    fn map(&mut self, item: usize, out: &mut Vec<u8>, depth: u8) -> Sure<()> {
        out.push(b'{');
        let mut first = true;
        let mut keys: Vec<&str> = Vec::new();
        loop {
            let count = self.input.block()?;
            if count == 0 {
                break;
            }
            for _ in 0..count {
                let key = self.text()?;
                if keys.len() >= MAX_KEYS || keys.contains(&key) {
                    return Err(Unsure);
                }
                keys.push(key);
                next(out, &mut first)?;
                json::text(out, key);
                out.push(b':');
                self.value(item, out, depth)?;
            }
        }
        out.push(b'}');
        Ok(())
    }
}

/// A comma before every item but the first, as long as there is room.
fn next(out: &mut Vec<u8>, first: &mut bool) -> Sure<()> {
    if out.len() > MAX_WRITTEN {
        return Err(Unsure);
    }
    if !std::mem::take(first) {
        out.push(b',');
    }
    Ok(())
}
