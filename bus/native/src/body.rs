//! What a body's fields were written as, and the JSON body that a partner gets of it.

use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::json;

/// Fields that the document lifts out of the data.
pub const LIFTED: [&str; SLOTS] = [
    "order_id",
    "status",
    "occurred_at",
    "channel",
    "account_id",
    "correlation_id",
    "order_version",
    "metadata",
];
const SLOTS: usize = 8;
/// More than what is added to the fields usually takes.
const ENVELOPE: usize = 512;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Null,
    Text,
    Moment,
    Other,
}

#[derive(Clone, Copy)]
pub enum Slot {
    OrderId,
    Status,
    OccurredAt,
    Channel,
    AccountId,
    CorrelationId,
    OrderVersion,
    Metadata,
}

impl Slot {
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "order_id" => Self::OrderId,
            "status" => Self::Status,
            "occurred_at" => Self::OccurredAt,
            "channel" => Self::Channel,
            "account_id" => Self::AccountId,
            "correlation_id" => Self::CorrelationId,
            "order_version" => Self::OrderVersion,
            "metadata" => Self::Metadata,
            _ => return None,
        })
    }
}

/// Where a lifted value stands in `side`.
#[derive(Clone, Copy)]
struct Lifted {
    start: usize,
    end: usize,
    kind: Kind,
}

/// A content in the making: the members of `data`, and beside them what is lifted.
pub struct Parts {
    pub data: Vec<u8>,
    pub side: Vec<u8>,
    lifted: [Option<Lifted>; SLOTS],
}

impl Parts {
    pub fn sized(body: usize) -> Self {
        Self {
            data: Vec::with_capacity(body.saturating_mul(4)),
            side: Vec::with_capacity(body),
            lifted: [None; SLOTS],
        }
    }

    /// What `side` has from `start` on is the value of a lifted field.
    pub fn lift(&mut self, slot: Slot, start: usize, kind: Kind) {
        let end = self.side.len();
        if let Some(place) = self.lifted.get_mut(slot as usize) {
            *place = Some(Lifted { start, end, kind });
        }
    }

    pub fn done(self) -> Content {
        Content {
            data: self.data.into_boxed_slice(),
            side: self.side.into_boxed_slice(),
            lifted: self.lifted,
        }
    }
}

/// The content of an event as its producer wrote it, all read and in order.
#[pyclass(frozen, module = "bus.native._core")]
pub struct Content {
    data: Box<[u8]>,
    side: Box<[u8]>,
    lifted: [Option<Lifted>; SLOTS],
}

#[pymethods]
impl Content {
    /// Return the body; `time` is RFC 3339 as we write it, `extensions` are JSON.
    #[allow(clippy::too_many_arguments)] // one a place in the envelope
    #[pyo3(signature = (id, event_type, time, order_id, source, schema_id, extensions, /))]
    fn body<'py>(
        &self,
        py: Python<'py>,
        id: &str,
        event_type: &str,
        time: &str,
        order_id: &str,
        source: &str,
        schema_id: i64,
        extensions: Option<&[u8]>,
    ) -> Bound<'py, PyBytes> {
        let size = self.data.len().saturating_add(self.side.len());
        let mut out = Vec::with_capacity(size.saturating_add(ENVELOPE));
        out.extend_from_slice(b"{\"id\":");
        json::text(&mut out, id);
        out.extend_from_slice(b",\"type\":");
        json::text(&mut out, event_type);
        out.extend_from_slice(b",\"timestamp\":");
        json::text(&mut out, time);
        out.extend_from_slice(b",\"order_id\":");
        json::text(&mut out, order_id);
        out.extend_from_slice(b",\"status\":");
        out.extend_from_slice(self.lifted(Slot::Status).unwrap_or(b"null"));
        self.write_data(&mut out, time, order_id);
        out.extend_from_slice(b",\"metadata\":");
        out.extend_from_slice(self.lifted(Slot::Metadata).unwrap_or(b"{}"));
        out.extend_from_slice(b",\"bus\":{\"source\":");
        json::text(&mut out, source);
        for (name, slot) in [
            (&b",\"channel\":"[..], Slot::Channel),
            (b",\"account_id\":", Slot::AccountId),
            (b",\"correlation_id\":", Slot::CorrelationId),
        ] {
            self.write_lifted(&mut out, name, slot);
        }
        out.extend_from_slice(b",\"schema_id\":");
        json::int(&mut out, schema_id);
        out.extend_from_slice(b",\"sequence\":");
        out.extend_from_slice(self.lifted(Slot::OrderVersion).unwrap_or(b"null"));
        if let Some(extensions) = extensions {
            out.extend_from_slice(b",\"extensions\":");
            out.extend_from_slice(extensions);
        }
        out.extend_from_slice(b"}}");
        PyBytes::new(py, &out)
    }
}

impl Content {
    /// The fields that stay, and the two that the envelope says otherwise.
    fn write_data(&self, out: &mut Vec<u8>, time: &str, order_id: &str) {
        out.extend_from_slice(b",\"data\":{");
        out.extend_from_slice(&self.data);
        let start = out.len();
        if !self.is_said(Slot::OccurredAt, Kind::Moment, time) {
            self.write_lifted(out, b",\"occurred_at\":", Slot::OccurredAt);
        }
        if !self.is_said(Slot::OrderId, Kind::Text, order_id) {
            self.write_lifted(out, b",\"order_id\":", Slot::OrderId);
        }
        if self.data.is_empty() && out.len() > start {
            out.remove(start); // the comma before the first one
        }
        out.push(b'}');
    }

    /// Whether a lifted value is just what the envelope says.
    fn is_said(&self, slot: Slot, kind: Kind, text: &str) -> bool {
        let mut said = Vec::with_capacity(text.len().saturating_add(2));
        json::text(&mut said, text);
        self.place(slot).is_some_and(|lifted| lifted.kind == kind)
            && self.lifted(slot) == Some(said.as_slice())
    }

    fn write_lifted(&self, out: &mut Vec<u8>, name: &[u8], slot: Slot) {
        if let Some(value) = self.lifted(slot) {
            out.extend_from_slice(name);
            out.extend_from_slice(value);
        }
    }

    fn place(&self, slot: Slot) -> Option<Lifted> {
        self.lifted.get(slot as usize).copied().flatten()
    }

    /// A lifted value; none where the field is not there, or null.
    fn lifted(&self, slot: Slot) -> Option<&[u8]> {
        let found = self
            .place(slot)
            .filter(|lifted| lifted.kind != Kind::Null)?;
        self.side.get(found.start..found.end)
    }
}
