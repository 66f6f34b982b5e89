//! Avro from Python's own values: of what is plainly as a schema wants it.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyBytes, PyDict, PyInt, PyList, PyString, PyType};

use crate::flat::long;
use crate::taker::{Field, Node, counted, decimal, sized};
use crate::{Sure, Unsure};

const FRAME: usize = 5;
const SECOND_US: i64 = 1_000_000;
const DAY_S: i64 = 86_400;

/// What Python's times and numbers are told by.
struct Types {
    datetime: Py<PyType>,
    timezone: Py<PyType>,
    date: Py<PyType>,
    decimal: Py<PyType>,
    epoch: Py<PyAny>,
    first_day: i64,
}

static TYPES: PyOnceLock<Types> = PyOnceLock::new();

impl Types {
    fn of(py: Python<'_>) -> PyResult<&'static Self> {
        TYPES.get_or_try_init(py, || {
            let module = py.import("datetime")?;
            let of = |name| -> PyResult<Py<PyType>> { Ok(module.getattr(name)?.extract()?) };
            let utc = module.getattr("timezone")?.getattr("utc")?;
            let day = module.getattr("date")?.call1((1970, 1, 1))?;
            let midnight = (1970, 1, 1, 0, 0, 0, 0, utc);
            Ok(Self {
                datetime: of("datetime")?,
                timezone: of("timezone")?,
                date: of("date")?,
                decimal: py.import("decimal")?.getattr("Decimal")?.extract()?,
                epoch: module.getattr("datetime")?.call1(midnight)?.unbind(),
                first_day: day.call_method0("toordinal")?.extract()?,
            })
        })
    }
}

/// Writes values by the nodes of a schema.
pub struct Giver<'a, 'py> {
    nodes: &'a [Node],
    types: &'static Types,
    py: Python<'py>,
    out: Vec<u8>,
}

impl<'a, 'py> Giver<'a, 'py> {
    /// Return the framed bytes of the last node's record.
    pub fn framed(
        nodes: &'a [Node],
        schema_id: u32,
        data: &Bound<'py, PyAny>,
    ) -> Sure<Bound<'py, PyBytes>> {
        let py = data.py();
        let mut out = Vec::with_capacity(FRAME.saturating_add(512));
        out.push(0);
        out.extend_from_slice(&schema_id.to_be_bytes());
        let types = Types::of(py).map_err(|_| Unsure)?;
        let mut giver = Self {
            nodes,
            types,
            py,
            out,
        };
        giver.write(nodes.len().checked_sub(1).ok_or(Unsure)?, data)?;
        Ok(PyBytes::new(py, &giver.out))
    }

    fn write(&mut self, node: usize, value: &Bound<'py, PyAny>) -> Sure<()> {
        match self.nodes.get(node).ok_or(Unsure)? {
            Node::Text => self.text(value)?,
            Node::Union { null, .. } if value.is_none() => long(&mut self.out, null.ok_or(Unsure)?),
            Node::Union { one, .. } => {
                let (place, branch) = one.ok_or(Unsure)?;
                long(&mut self.out, place);
                self.write(branch, value)?;
            }
            Node::Enum(symbols) => {
                let text = value.cast::<PyString>().map_err(|_| Unsure)?;
                let text = text.to_str().map_err(|_| Unsure)?;
                let place = symbols.iter().position(|symbol| symbol == text);
                long(&mut self.out, counted(place.ok_or(Unsure)?)?);
            }
            Node::Micros => {
                let micros = self.micros(value)?;
                long(&mut self.out, micros);
            }
            Node::Date => {
                let day = self.day(value)?;
                long(&mut self.out, day);
            }
            &Node::Decimal { scale, precision } => self.decimal(value, scale, precision)?,
            Node::Int => long(&mut self.out, whole::<i32>(value)?.into()),
            Node::Long => long(&mut self.out, whole(value)?),
            Node::Boolean => {
                let value = value.cast::<PyBool>().map_err(|_| Unsure)?;
                self.out.push(value.is_true().into());
            }
            Node::Record(fields) => self.record(fields, value)?,
            &Node::Array(item) => {
                let items = value.cast_exact::<PyList>().map_err(|_| Unsure)?;
                if !items.is_empty() {
                    long(&mut self.out, counted(items.len())?);
                    for one in items {
                        self.write(item, &one)?;
                    }
                }
                self.out.push(0);
            }
            &Node::Map(item) => {
                let members = value.cast_exact::<PyDict>().map_err(|_| Unsure)?;
                if !members.is_empty() {
                    long(&mut self.out, counted(members.len())?);
                    for (name, one) in members {
                        self.text(&name)?;
                        self.write(item, &one)?;
                    }
                }
                self.out.push(0);
            }
            Node::Null if value.is_none() => {}
            Node::Null | Node::Millis | Node::Unknown => return Err(Unsure),
        }
        Ok(())
    }

    fn record(&mut self, fields: &'a [Field], value: &Bound<'py, PyAny>) -> Sure<()> {
        let members = value.cast_exact::<PyDict>().map_err(|_| Unsure)?;
        let mut known = 0_usize;
        for field in fields {
            match members.get_item(field.key.bind(self.py)) {
                Ok(Some(value)) => {
                    known = known.saturating_add(1);
                    self.write(field.node, &value)?;
                }
                Ok(None) => {
                    let default = field.default.as_ref().ok_or(Unsure)?;
                    self.out.extend_from_slice(default);
                }
                Err(_) => return Err(Unsure),
            }
        }
        if known == members.len() {
            Ok(())
        } else {
            Err(Unsure) // one that the schema does not know
        }
    }

    fn text(&mut self, value: &Bound<'py, PyAny>) -> Sure<()> {
        let text = value.cast::<PyString>().map_err(|_| Unsure)?;
        sized(&mut self.out, text.to_str().map_err(|_| Unsure)?.as_bytes())
    }

    /// A decimal as Python writes it; with an exponent it is the Python's.
    fn decimal(&mut self, value: &Bound<'py, PyAny>, scale: usize, precision: usize) -> Sure<()> {
        if !value.get_type().is(&self.types.decimal) {
            return Err(Unsure);
        }
        let digits = value.str().map_err(|_| Unsure)?;
        let digits = digits.to_str().map_err(|_| Unsure)?;
        let places = digits.split_once('.').map_or(0, |(_, part)| part.len());
        if places > scale {
            return Err(Unsure); // zeros, too, are more than the schema has room for
        }
        decimal(&mut self.out, digits, scale, precision)
    }

    /// Of a zone that is an offset: others are code of somebody's.
    fn micros(&self, value: &Bound<'py, PyAny>) -> Sure<i64> {
        let py = self.py;
        let part = |of: &Bound<'py, PyAny>, name| -> Sure<Bound<'py, PyAny>> {
            of.getattr(name).map_err(|_| Unsure)
        };
        if !value.get_type().is(&self.types.datetime) {
            return Err(Unsure);
        }
        let zone = part(value, pyo3::intern!(py, "tzinfo"))?;
        if !zone.get_type().is(&self.types.timezone) {
            return Err(Unsure);
        }
        let since = value.sub(self.types.epoch.bind(py)).map_err(|_| Unsure)?;
        let number = |name| -> Sure<i64> { part(&since, name)?.extract().map_err(|_| Unsure) };
        let days = number(pyo3::intern!(py, "days"))?;
        let seconds = number(pyo3::intern!(py, "seconds"))?;
        let micros = number(pyo3::intern!(py, "microseconds"))?;
        let whole = days.checked_mul(DAY_S).and_then(|s| s.checked_add(seconds));
        let whole = whole.and_then(|s| s.checked_mul(SECOND_US));
        whole.and_then(|us| us.checked_add(micros)).ok_or(Unsure)
    }

    fn day(&self, value: &Bound<'py, PyAny>) -> Sure<i64> {
        if !value.get_type().is(&self.types.date) {
            return Err(Unsure);
        }
        let name = pyo3::intern!(self.py, "toordinal");
        let day = value.call_method0(name).map_err(|_| Unsure)?;
        let day: i64 = day.extract().map_err(|_| Unsure)?;
        day.checked_sub(self.types.first_day).ok_or(Unsure)
    }
}

/// A whole number that is no truth value.
fn whole<'py, T: for<'a> FromPyObject<'a, 'py>>(value: &Bound<'py, PyAny>) -> Sure<T> {
    if value.is_instance_of::<PyBool>() || !value.is_instance_of::<PyInt>() {
        return Err(Unsure);
    }
    value.extract().map_err(|_| Unsure)
}
