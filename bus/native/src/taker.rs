//! A schema's way to Avro, from JSON or from Python's values: of what is plainly right,
//! the bytes that it is.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use crate::flat::long;
use crate::giver::Giver;
use crate::json::Digits;
use crate::source::{Json, Member, is_digits, member};
use crate::{Sure, Unsure, moment};

/// As `plan::Spec`.
type Spec = (String, Vec<String>, Vec<usize>, usize, usize);
/// Of a record's fields in order, as JSON; none where there is none.
type Defaults = Vec<Option<String>>;

pub enum Node {
    Null,
    Boolean,
    Int,
    Long,
    Text,
    Date,
    Millis,
    Micros,
    Decimal {
        scale: usize,
        precision: usize,
    },
    Enum(Vec<String>),
    Array(usize),
    Map(usize),
    /// Of null, where it is a branch, and one other type at most.
    Union {
        null: Option<i64>,
        one: Option<(i64, usize)>,
    },
    Record(Vec<Field>),
    /// Of a kind that is the Python's.
    Unknown,
}

pub struct Field {
    pub name: String,
    /// The name again, as a key of Python's dicts.
    pub key: Py<PyString>,
    pub node: usize,
    /// What is written where it is left out.
    pub default: Option<Vec<u8>>,
}

#[pyclass(frozen, module = "bus.native._core")]
pub struct Taker {
    nodes: Vec<Node>,
    names_an_event: bool,
}

/// What an event is made of, and its Avro.
pub struct Taken<'j> {
    pub order_id: &'j str,
    pub channel: &'j str,
    pub occurred_us: i64,
    pub body: Vec<u8>,
}

#[pymethods]
impl Taker {
    /// The last of the nodes is the event's record; `defaults` has a row a node.
    #[new]
    fn new(py: Python<'_>, specs: Vec<Spec>, defaults: Vec<Defaults>) -> PyResult<Self> {
        let mut taker = Self {
            nodes: Vec::with_capacity(specs.len()),
            names_an_event: false,
        };
        if specs.len() != defaults.len() {
            return Err(PyValueError::new_err("a row of defaults a node"));
        }
        for (spec, row) in specs.into_iter().zip(defaults) {
            // Inside out: what is named stands before, so that nothing holds itself.
            if spec.2.iter().any(|&part| part >= taker.nodes.len()) {
                return Err(PyValueError::new_err("a part that is not there yet"));
            }
            let node = taker.made(py, spec, row)?;
            taker.nodes.push(node);
        }
        taker.names_an_event = taker.is_event();
        Ok(taker)
    }

    /// Return the framed bytes of a record's values, or None: the Python is to write
    /// them, or to say why not.
    #[pyo3(signature = (schema_id, data, /))]
    fn encode<'py>(&self, schema_id: u32, data: &Bound<'py, PyAny>) -> Option<Bound<'py, PyBytes>> {
        Giver::framed(&self.nodes, schema_id, data).ok()
    }
}

impl Taker {
    pub fn take<'j>(&self, data: &'j Json<'_>) -> Sure<Taken<'j>> {
        if !self.names_an_event {
            return Err(Unsure);
        }
        let mut body = Vec::with_capacity(512);
        let top = self.nodes.len().checked_sub(1).ok_or(Unsure)?;
        self.write(top, data, &mut body)?;
        let members = data.members()?;
        let text = |name| member(members, name, 0).ok_or(Unsure)?.text();
        let (order_id, channel) = (text("order_id")?, text("channel")?);
        if order_id.is_empty() || channel.is_empty() {
            return Err(Unsure);
        }
        let occurred_us = moment::read_micros(text("occurred_at")?)?;
        Ok(Taken {
            order_id,
            channel,
            occurred_us,
            body,
        })
    }

    /// Whether what an event's attributes are made of is text, and a time.
    fn is_event(&self) -> bool {
        let Some(Node::Record(fields)) = self.nodes.last() else {
            return false;
        };
        let of = |name| {
            let field = fields.iter().find(|field| field.name == name)?;
            match self.nodes.get(field.node)? {
                Node::Union { one, .. } => self.nodes.get((*one)?.1),
                node => Some(node),
            }
        };
        matches!(of("order_id"), Some(Node::Text))
            && matches!(of("channel"), Some(Node::Text | Node::Enum(_)))
            && matches!(of("occurred_at"), Some(Node::Micros))
    }

    fn made(&self, py: Python<'_>, spec: Spec, defaults: Defaults) -> PyResult<Node> {
        let (kind, names, parts, scale, precision) = spec;
        Ok(match (kind.as_str(), parts.as_slice()) {
            ("null", []) => Node::Null,
            ("boolean", []) => Node::Boolean,
            ("int", []) => Node::Int,
            ("long", []) => Node::Long,
            ("string", []) => Node::Text,
            ("date", []) => Node::Date,
            ("millis", []) => Node::Millis,
            ("micros", []) => Node::Micros,
            ("decimal", []) => Node::Decimal { scale, precision },
            ("enum", []) => Node::Enum(names),
            ("array", &[item]) => Node::Array(item),
            ("map", &[item]) => Node::Map(item),
            ("union", branches) => self.union(branches),
            ("record", fields) if [names.len(), defaults.len()] == [fields.len(); 2] => {
                let rows = names.into_iter().zip(fields).zip(defaults);
                let field = |((name, &node), default): ((String, _), Option<String>)| Field {
                    key: PyString::intern(py, &name).unbind(),
                    name,
                    node,
                    default: default.and_then(|json| self.default(node, &json).ok()),
                };
                Node::Record(rows.map(field).collect())
            }
            ("unknown", []) => Node::Unknown,
            _ => return Err(PyValueError::new_err(format!("no such node: {kind}"))),
        })
    }

    fn union(&self, branches: &[usize]) -> Node {
        let (mut null, mut one) = (None, None);
        for (place, &branch) in (0_i64..).zip(branches) {
            let taken = if matches!(self.nodes.get(branch), Some(Node::Null)) {
                null.replace(place).is_some()
            } else {
                one.replace((place, branch)).is_some()
            };
            if taken {
                return Node::Unknown; // which of them is meant is the Python's to tell
            }
        }
        Node::Union { null, one }
    }

    /// A default's bytes, where JSON writes it as a schema does.
    fn default(&self, node: usize, json: &str) -> Sure<Vec<u8>> {
        let value = Json::of(json.as_bytes())?;
        let plain = match (self.nodes.get(node).ok_or(Unsure)?, &value) {
            (Node::Union { .. }, Json::Null) => true,
            (Node::Array(_), Json::List(items)) => items.is_empty(),
            (Node::Map(_), Json::Object(members)) => members.is_empty(),
            (Node::Boolean | Node::Int | Node::Long | Node::Text | Node::Enum(_), _) => true,
            _ => false,
        };
        if !plain {
            return Err(Unsure);
        }
        let mut out = Vec::new();
        self.write(node, &value, &mut out)?;
        Ok(out)
    }

    fn write(&self, node: usize, value: &Json<'_>, out: &mut Vec<u8>) -> Sure<()> {
        match (self.nodes.get(node).ok_or(Unsure)?, value) {
            (Node::Text, Json::Text(text)) => sized(out, text.as_bytes())?,
            (Node::Union { null, .. }, Json::Null) => long(out, null.ok_or(Unsure)?),
            (Node::Union { one, .. }, _) => {
                let (place, branch) = one.ok_or(Unsure)?;
                long(out, place);
                self.write(branch, value, out)?;
            }
            (Node::Enum(symbols), Json::Text(text)) => {
                let place = symbols.iter().position(|symbol| symbol == text);
                long(out, counted(place.ok_or(Unsure)?)?);
            }
            (Node::Micros, Json::Text(text)) => long(out, moment::read_micros(text)?),
            (Node::Millis, Json::Text(text)) => long(out, moment::read_millis(text)?),
            (Node::Date, Json::Text(text)) => long(out, moment::read_date(text)?),
            (Node::Decimal { scale, precision }, Json::Number(digits)) => {
                decimal(out, digits, *scale, *precision)?;
            }
            (Node::Decimal { scale, precision }, Json::Text(digits)) => {
                decimal(out, digits, *scale, *precision)?;
            }
            (Node::Int, Json::Number(digits)) => {
                long(out, digits.parse::<i32>().map_err(|_| Unsure)?.into());
            }
            (Node::Long, Json::Number(digits)) => {
                long(out, digits.parse().map_err(|_| Unsure)?);
            }
            (Node::Boolean, &Json::Boolean(value)) => out.push(value.into()),
            (Node::Record(fields), Json::Object(members)) => self.record(fields, members, out)?,
            (&Node::Array(item), Json::List(items)) => {
                self.block(out, items, |out, value| self.write(item, value, out))?;
            }
            (&Node::Map(item), Json::Object(members)) => {
                self.block(out, members, |out, member| {
                    sized(out, member.name.as_bytes())?;
                    self.write(item, &member.value, out)
                })?;
            }
            (Node::Null, Json::Null) => {}
            _ => return Err(Unsure),
        }
        Ok(())
    }

    fn record(&self, fields: &[Field], members: &[Member<'_>], out: &mut Vec<u8>) -> Sure<()> {
        let mut known = 0_usize;
        for field in fields {
            if let Some(value) = member(members, &field.name, known) {
                known = known.saturating_add(1);
                self.write(field.node, value, out)?;
            } else {
                out.extend_from_slice(field.default.as_ref().ok_or(Unsure)?);
            }
        }
        if known == members.len() {
            Ok(())
        } else {
            Err(Unsure) // one that the schema does not know
        }
    }

    /// One block of items, as long as there are any, and the end.
    fn block<T>(
        &self,
        out: &mut Vec<u8>,
        items: &[T],
        write: impl Fn(&mut Vec<u8>, &T) -> Sure<()>,
    ) -> Sure<()> {
        if !items.is_empty() {
            long(out, counted(items.len())?);
            for item in items {
                write(out, item)?;
            }
        }
        out.push(0);
        Ok(())
    }
}

pub fn counted(count: usize) -> Sure<i64> {
    i64::try_from(count).map_err(|_| Unsure)
}

pub fn sized(out: &mut Vec<u8>, bytes: &[u8]) -> Sure<()> {
    long(out, counted(bytes.len())?);
    out.extend_from_slice(bytes);
    Ok(())
}

/// `-?[0-9]+(\.[0-9]+)?` as two's complement, in as many bytes as fastavro takes.
pub fn decimal(out: &mut Vec<u8>, text: &str, scale: usize, precision: usize) -> Sure<()> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    if !is_digits(whole) || !is_digits(part) {
        return Err(Unsure);
    }
    let part = part.trim_end_matches('0');
    let zeros = scale.checked_sub(part.len()).ok_or(Unsure)?;
    let mut number = 0_u128;
    for digit in whole
        .bytes()
        .chain(part.bytes())
        .chain(std::iter::repeat_n(b'0', zeros))
    {
        let value = u128::from(digit.wrapping_sub(b'0'));
        number = number.checked_mul(10).ok_or(Unsure)?;
        number = number.checked_add(value).ok_or(Unsure)?;
    }
    if Digits::of(number).as_slice().len() > precision {
        return Err(Unsure);
    }
    let bits = u128::BITS.saturating_sub(number.leading_zeros());
    let count = usize::try_from(bits.saturating_add(8) / 8).map_err(|_| Unsure)?;
    let number = i128::try_from(number).map_err(|_| Unsure)?;
    let signed = if text.starts_with('-') {
        number.wrapping_neg()
    } else {
        number
    };
    let bytes = signed.to_be_bytes();
    let (_, taken) = bytes
        .split_at_checked(bytes.len().checked_sub(count).ok_or(Unsure)?)
        .ok_or(Unsure)?;
    sized(out, taken)
}
