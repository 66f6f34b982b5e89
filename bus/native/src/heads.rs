//! What a record's headers say of its event, where they say it as they mostly do.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString, PyTuple};

use crate::{Sure, Unsure};

const EXTENSION: &str = "ce_";
/// How the data was written, which does not travel on.
const OF_DATA: [&str; 3] = ["data", "datacontenttype", "dataschema"];

type Text<'py> = Option<Bound<'py, PyString>>;
/// Id, type, source, subject, time, trace context, and extensions by name.
type Said<'py> = (
    Text<'py>,
    Text<'py>,
    Text<'py>,
    Text<'py>,
    Text<'py>,
    Text<'py>,
    Bound<'py, PyTuple>,
);

#[derive(Default)]
struct Found<'a> {
    id: Option<&'a str>,
    made_up: Option<&'a str>,
    kind: Option<&'a str>,
    source: Option<&'a str>,
    subject: Option<&'a str>,
    time: Option<&'a str>,
    version: Option<&'a str>,
    trace: Option<&'a str>,
    extensions: Vec<(&'a str, &'a str)>,
}

/// Return what the headers say; None: the Python is to read them, or to say why not.
///
/// Sure of a CloudEvent 1.0 in which nothing is empty, there twice or not UTF-8.
#[pyfunction]
#[pyo3(signature = (headers, /))]
pub fn heads<'py>(headers: &Bound<'py, PyTuple>) -> Option<Said<'py>> {
    read(headers).ok()
}

fn read<'py>(headers: &Bound<'py, PyTuple>) -> Sure<Said<'py>> {
    let pairs = headers
        .iter()
        .map(|pair| pair.extract::<(Bound<'_, PyString>, Bound<'_, PyBytes>)>())
        .collect::<PyResult<Vec<_>>>()
        .map_err(|_| Unsure)?;
    let mut found = Found::default();
    for (name, value) in &pairs {
        found.take(name.to_str().map_err(|_| Unsure)?, value.as_bytes())?;
    }
    found.said(headers.py())
}

impl<'a> Found<'a> {
    fn take(&mut self, name: &'a str, value: &'a [u8]) -> Sure<()> {
        let place = match name {
            "ce_id" => &mut self.id,
            "bus-event-id" => &mut self.made_up,
            "ce_type" => &mut self.kind,
            "ce_source" => &mut self.source,
            "ce_subject" => &mut self.subject,
            "ce_time" => &mut self.time,
            "ce_specversion" => &mut self.version,
            "traceparent" => &mut self.trace,
            _ => return self.extend(name, value),
        };
        let text = std::str::from_utf8(value).map_err(|_| Unsure)?;
        if text.is_empty() || place.replace(text).is_some() {
            return Err(Unsure);
        }
        Ok(())
    }

    fn extend(&mut self, name: &'a str, value: &'a [u8]) -> Sure<()> {
        let Some(name) = name.strip_prefix(EXTENSION) else {
            return Ok(());
        };
        let text = std::str::from_utf8(value).map_err(|_| Unsure)?;
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        if name.is_empty() || !name.bytes().all(plain) || OF_DATA.contains(&name) {
            return Ok(());
        }
        if self.extensions.iter().any(|(other, _)| *other == name) {
            return Err(Unsure);
        }
        self.extensions.push((name, text));
        Ok(())
    }

    fn said(self, py: Python<'_>) -> Sure<Said<'_>> {
        if self.version.is_some_and(|version| version != "1.0") {
            return Err(Unsure);
        }
        let own = self
            .extensions
            .iter()
            .find(|(name, _)| *name == "traceparent");
        let trace = self.trace.or(own.map(|(_, text)| *text));
        if trace.is_some_and(|trace| !is_trace(trace)) {
            return Err(Unsure);
        }
        let text = |text: Option<&str>| text.map(|text| PyString::new(py, text));
        Ok((
            text(self.id.or(self.made_up)),
            text(self.kind),
            text(self.source),
            text(self.subject),
            text(self.time),
            text(trace),
            PyTuple::new(py, self.extensions).map_err(|_| Unsure)?,
        ))
    }
}

/// Version, trace, span and flags, in hexadecimal digits of lower case.
fn is_trace(text: &str) -> bool {
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let mut sizes = [2, 32, 16, 2].into_iter();
    let mut parts = text.split('-');
    let fit = sizes.all(|size| {
        parts
            .next()
            .is_some_and(|part| part.len() == size && part.bytes().all(hex))
    });
    fit && parts.next().is_none()
}
