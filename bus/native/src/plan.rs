//! A schema's way from Avro to JSON: its types as nodes that name each other by number.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::body::{Content, Slot};
use crate::json;
use crate::walk::Walk;

/// What Python says of a type: its kind, the names of its fields or symbols, the numbers
/// of the types within it, and of a decimal scale and precision.
type Spec = (String, Vec<String>, Vec<usize>, usize, usize);

pub enum Node {
    Null,
    Boolean,
    Int,
    Text,
    Date,
    Millis,
    Micros,
    Decimal {
        scale: usize,
        precision: usize,
    },
    Enum(Vec<Vec<u8>>),
    Array(usize),
    Map(usize),
    Union(Vec<usize>),
    Record(Vec<Field>),
    /// Of a kind that is the Python's.
    Unknown,
}

/// `key` is `"name":`, with a comma before it unless it is the first of its record.
pub struct Field {
    pub key: Vec<u8>,
    pub node: usize,
}

/// A field of the event itself, and whether it has a place of its own in the body.
pub struct TopField {
    pub key: Vec<u8>,
    pub node: usize,
    pub slot: Option<Slot>,
}

#[pyclass(frozen, module = "bus.native._core")]
pub struct Plan {
    nodes: Vec<Node>,
    top: Vec<TopField>,
}

impl Plan {
    pub fn node(&self, number: usize) -> Option<&Node> {
        self.nodes.get(number)
    }

    pub fn top(&self) -> &[TopField] {
        &self.top
    }
}

#[pymethods]
impl Plan {
    /// The last of the nodes is the event's record.
    #[new]
    fn new(specs: Vec<Spec>) -> PyResult<Self> {
        let count = specs.len();
        if specs
            .iter()
            .any(|spec| spec.2.iter().any(|&part| part >= count))
        {
            return Err(PyValueError::new_err("a part that is not there"));
        }
        let Some((kind, names, parts, ..)) = specs.last() else {
            return Err(PyValueError::new_err("no nodes"));
        };
        if kind != "record" || names.len() != parts.len() {
            return Err(PyValueError::new_err("no record"));
        }
        let top = names.iter().zip(parts).map(|(name, &node)| TopField {
            key: key(name),
            node,
            slot: Slot::named(name),
        });
        let top = top.collect();
        let nodes = specs.into_iter().map(node_of).collect::<PyResult<_>>()?;
        Ok(Self { nodes, top })
    }

    /// Return the content of a body, or None: the Python is to decide.
    fn read(&self, body: &Bound<'_, PyBytes>) -> Option<Content> {
        Walk::over(self, body.as_bytes()).content().ok()
    }
}

fn node_of((kind, names, parts, scale, precision): Spec) -> PyResult<Node> {
    let node = match (kind.as_str(), parts.as_slice()) {
        ("null", []) => Node::Null,
        ("boolean", []) => Node::Boolean,
        ("int" | "long", []) => Node::Int,
        ("string", []) => Node::Text,
        ("date", []) => Node::Date,
        ("millis", []) => Node::Millis,
        ("micros", []) => Node::Micros,
        ("decimal", []) => Node::Decimal { scale, precision },
        ("enum", []) => Node::Enum(names.iter().map(|name| quoted(name)).collect()),
        ("array", &[item]) => Node::Array(item),
        ("map", &[item]) => Node::Map(item),
        ("union", branches) => Node::Union(branches.to_vec()),
        ("record", fields) if fields.len() == names.len() => Node::Record(
            names
                .iter()
                .zip(fields)
                .enumerate()
                .map(|(at, (name, &node))| Field {
                    key: if at == 0 {
                        key(name)
                    } else {
                        [b",", key(name).as_slice()].concat()
                    },
                    node,
                })
                .collect(),
        ),
        ("unknown", []) => Node::Unknown,
        _ => return Err(PyValueError::new_err(format!("no such node: {kind}"))),
    };
    Ok(node)
}

fn quoted(name: &str) -> Vec<u8> {
    let mut out = Vec::new();
    json::text(&mut out, name);
    out
}

fn key(name: &str) -> Vec<u8> {
    let mut out = quoted(name);
    out.push(b':');
    out
}
