//! A request's events, all of them told as Avro, or left to the Python.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::source::{Json, Member};
use crate::taker::{Taken, Taker};
use crate::{Sure, Unsure};

const MAX_NAME: usize = 256;

/// Type, own id, source, order id, channel, when in microseconds, Avro body.
type Row<'py> = (
    String,
    Option<String>,
    Option<String>,
    String,
    String,
    i64,
    Bound<'py, PyBytes>,
);

/// Return whether they came as a list, and a row each; None: the Python is to decide.
///
/// `takers` are those of the types that may be published, `most` is how many.
#[pyfunction]
#[pyo3(signature = (text, takers, most, /))]
pub fn events<'py>(
    text: &Bound<'py, PyBytes>,
    takers: &Bound<'py, PyDict>,
    most: usize,
) -> Option<(bool, Vec<Row<'py>>)> {
    read(text, takers, most).ok()
}

fn read<'py>(
    text: &Bound<'py, PyBytes>,
    takers: &Bound<'py, PyDict>,
    most: usize,
) -> Sure<(bool, Vec<Row<'py>>)> {
    let body = Json::of(text.as_bytes())?;
    let members = body.members()?;
    let [
        Member {
            name,
            value: Json::List(items),
        },
    ] = members
    else {
        return Ok((false, vec![row(members, takers)?]));
    };
    if name != "events" || items.is_empty() || items.len() > most {
        return Err(Unsure);
    }
    let rows = items.iter().map(|item| row(item.members()?, takers));
    Ok((true, rows.collect::<Sure<_>>()?))
}

fn row<'py>(members: &[Member<'_>], takers: &Bound<'py, PyDict>) -> Sure<Row<'py>> {
    let (mut kind, mut data, mut id, mut source) = (None, None, None, None);
    for Member { name, value } in members {
        match (name.as_ref(), value) {
            ("type", Json::Text(text)) => kind = Some(text),
            ("data", Json::Object(_)) => data = Some(value),
            ("id", Json::Text(text)) => id = Some(visible(text)?),
            ("source", Json::Text(text)) if text.starts_with('/') => {
                source = Some(visible(text)?);
            }
            ("id" | "source", Json::Null) => {}
            _ => return Err(Unsure),
        }
    }
    let (kind, data) = (kind.ok_or(Unsure)?, data.ok_or(Unsure)?);
    let taker = takers
        .get_item(kind.as_ref())
        .ok()
        .flatten()
        .ok_or(Unsure)?;
    let taker = taker.cast::<Taker>().map_err(|_| Unsure)?;
    let Taken {
        order_id,
        channel,
        occurred_us,
        body,
    } = taker.get().take(data)?;
    Ok((
        kind.clone().into_owned(),
        id,
        source,
        order_id.to_owned(),
        channel.to_owned(),
        occurred_us,
        PyBytes::new(takers.py(), &body),
    ))
}

/// What may name an event, and who says it.
fn visible(text: &str) -> Sure<String> {
    let fits = !text.is_empty() && text.len() <= MAX_NAME;
    if fits && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(text.to_owned())
    } else {
        Err(Unsure)
    }
}
