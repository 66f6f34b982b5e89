//! Flat records of our own making, framed, as fastavro writes them.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString, PyTuple};

use crate::{Sure, Unsure};

const LAST_OF_SEVEN: u64 = 0x7f;
const MORE: u8 = 0x80;
/// The most that a long takes, and the frame.
const MOST_LONG: usize = 10;
const FRAME: usize = 5;

enum Kind {
    Text,
    Int,
    Long,
    /// A union of null and a text, in this order.
    Optional,
}

/// Where a field's value stands among those given, and how it is written.
struct Field {
    value: usize,
    kind: Kind,
}

#[pyclass(frozen, module = "bus.native._core")]
pub struct Flat {
    fields: Vec<Field>,
}

#[pymethods]
impl Flat {
    #[new]
    fn new(fields: Vec<(usize, String)>) -> PyResult<Self> {
        let field = |(value, kind): (usize, String)| {
            let kind = match kind.as_str() {
                "string" => Kind::Text,
                "int" => Kind::Int,
                "long" => Kind::Long,
                "optional" => Kind::Optional,
                _ => return Err(PyValueError::new_err(format!("no such kind: {kind}"))),
            };
            Ok(Field { value, kind })
        };
        let fields = fields.into_iter().map(field).collect::<PyResult<_>>()?;
        Ok(Self { fields })
    }

    /// Return the framed bytes, or None: the Python is to write them, or to say why not.
    #[pyo3(signature = (schema_id, values, /))]
    fn write<'py>(
        &self,
        schema_id: u32,
        values: &Bound<'py, PyTuple>,
    ) -> Option<Bound<'py, PyBytes>> {
        let room = self.fields.len().saturating_mul(4 * MOST_LONG);
        let mut out = Vec::with_capacity(room.saturating_add(FRAME));
        out.push(0);
        out.extend_from_slice(&schema_id.to_be_bytes());
        for field in &self.fields {
            let value = values.get_item(field.value).ok()?;
            write(&mut out, &field.kind, &value).ok()?;
        }
        Some(PyBytes::new(values.py(), &out))
    }
}

fn write(out: &mut Vec<u8>, kind: &Kind, value: &Bound<'_, PyAny>) -> Sure<()> {
    match kind {
        Kind::Text => text(out, value),
        Kind::Optional if value.is_none() => {
            long(out, 0);
            Ok(())
        }
        Kind::Optional => {
            long(out, 1);
            text(out, value)
        }
        Kind::Int => {
            long(out, value.extract::<i32>().map_err(|_| Unsure)?.into());
            Ok(())
        }
        Kind::Long => {
            long(out, value.extract().map_err(|_| Unsure)?);
            Ok(())
        }
    }
}

fn text(out: &mut Vec<u8>, value: &Bound<'_, PyAny>) -> Sure<()> {
    let value = value.cast::<PyString>().map_err(|_| Unsure)?;
    let text = value.to_str().map_err(|_| Unsure)?;
    long(out, i64::try_from(text.len()).map_err(|_| Unsure)?);
    out.extend_from_slice(text.as_bytes());
    Ok(())
}

/// Seven bits a byte, the lowest first, zigzag.
pub fn long(out: &mut Vec<u8>, number: i64) {
    let mut rest = ((number << 1) ^ (number >> 63)) as u64;
    while rest > LAST_OF_SEVEN {
        out.push((rest & LAST_OF_SEVEN) as u8 | MORE);
        rest >>= 7;
    }
    out.push(rest as u8);
}
