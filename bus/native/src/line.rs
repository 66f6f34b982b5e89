//! A log line of known fields, as orjson writes it.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyFloat, PyInt, PyString, PyTuple};

use crate::{Sure, Unsure, json, moment};

const ROOM: usize = 640;
/// The only control of ASCII that JSON does not escape.
const DELETE: u8 = 0x7f;
/// Between these orjson writes a float without an exponent.
const LEAST: f64 = 1e-4;
const MOST: f64 = 1e15;

#[derive(Clone, Copy)]
enum Kind {
    Text,
    Int,
    Float,
}

/// `key` is `,"name":`; one that is `spare` is left out where its value is empty.
struct Field {
    key: Vec<u8>,
    kind: Kind,
    spare: bool,
}

#[pyclass(frozen, module = "bus.native._core")]
pub struct Line {
    fields: Vec<Field>,
    hints: Vec<Vec<u8>>,
    /// Which hints, a bit each, have a byte as their first one, and as their second.
    firsts: [u8; 256],
    seconds: [u8; 256],
}

#[pymethods]
impl Line {
    /// A line that has one of the `hints` in it is the Python's.
    #[new]
    fn new(fields: Vec<(String, String, bool)>, hints: Vec<Vec<u8>>) -> PyResult<Self> {
        let field = |(name, kind, spare): (String, String, bool)| {
            let kind = match kind.as_str() {
                "text" => Kind::Text,
                "int" => Kind::Int,
                "float" => Kind::Float,
                _ => return Err(PyValueError::new_err(format!("no such kind: {kind}"))),
            };
            let mut key = vec![b','];
            json::text(&mut key, &name);
            key.push(b':');
            Ok(Field { key, kind, spare })
        };
        let fields = fields.into_iter().map(field).collect::<PyResult<_>>()?;
        let (firsts, seconds) = (having(&hints, 0)?, having(&hints, 1)?);
        Ok(Self {
            fields,
            hints,
            firsts,
            seconds,
        })
    }

    /// Return the line of a moment, in seconds, what every line has, and these values; or
    /// None: the Python is to write it.
    #[pyo3(signature = (now, head, values, /))]
    fn write<'py>(
        &self,
        now: f64,
        head: &[u8],
        values: &Bound<'py, PyTuple>,
    ) -> Option<Bound<'py, PyBytes>> {
        if values.len() != self.fields.len() {
            return None;
        }
        let mut out = Vec::with_capacity(ROOM);
        out.extend_from_slice(b"{\"time\":");
        moment::write_seconds(&mut out, now).ok()?;
        out.extend_from_slice(head);
        for (field, value) in self.fields.iter().zip(values.iter()) {
            if field.spare && !value.is_truthy().ok()? {
                continue;
            }
            out.extend_from_slice(&field.key);
            write(&mut out, field.kind, &value).ok()?;
        }
        out.push(b'}');
        if self.is_odd(&out) {
            return None;
        }
        Some(PyBytes::new(values.py(), &out))
    }
}

impl Line {
    /// Whether a line needs a look: for what acts on a terminal, or may be a secret.
    ///
    /// Two bytes that a hint begins with are seldom; only there it is compared.
    fn is_odd(&self, line: &[u8]) -> bool {
        if !line.is_ascii() || line.contains(&DELETE) {
            return true;
        }
        let begins = |pair: &[u8]| match pair {
            [first, second] => {
                let bits = |table: &[u8; 256], &byte: &u8| table.get(usize::from(byte)).copied();
                bits(&self.firsts, first).unwrap_or_default()
                    & bits(&self.seconds, second).unwrap_or_default()
                    != 0
            }
            _ => false,
        };
        line.windows(2).enumerate().any(|(place, pair)| {
            begins(pair) && {
                let rest = line.get(place..).unwrap_or_default();
                self.hints.iter().any(|hint| rest.starts_with(hint))
            }
        })
    }
}

/// For each byte the hints, a bit each, that have it at this place.
fn having(hints: &[Vec<u8>], place: usize) -> PyResult<[u8; 256]> {
    let mut table = [0; 256];
    for (number, hint) in hints.iter().enumerate() {
        let bit = u32::try_from(number).ok().and_then(|n| 1_u8.checked_shl(n));
        let entry = hint.get(place).and_then(|&b| table.get_mut(usize::from(b)));
        match (bit, entry) {
            (Some(bit), Some(entry)) => *entry |= bit,
            _ => {
                return Err(PyValueError::new_err(
                    "at most eight hints of two bytes or more",
                ));
            }
        }
    }
    Ok(table)
}

fn write(out: &mut Vec<u8>, kind: Kind, value: &Bound<'_, PyAny>) -> Sure<()> {
    match kind {
        Kind::Text => {
            let value = value.cast_exact::<PyString>().map_err(|_| Unsure)?;
            json::text(out, value.to_str().map_err(|_| Unsure)?);
        }
        Kind::Int => {
            let value = value.cast_exact::<PyInt>().map_err(|_| Unsure)?;
            json::int(out, value.extract().map_err(|_| Unsure)?);
        }
        Kind::Float => {
            let value = value.cast_exact::<PyFloat>().map_err(|_| Unsure)?;
            float(out, value.extract().map_err(|_| Unsure)?)?;
        }
    }
    Ok(())
}

/// The fewest digits that tell it from its neighbours, in plain notation.
fn float(out: &mut Vec<u8>, number: f64) -> Sure<()> {
    let plain = number == 0.0 || (LEAST..MOST).contains(&number.abs());
    if !plain {
        return Err(Unsure);
    }
    out.extend_from_slice(format!("{number:?}").as_bytes());
    Ok(())
}
