//! The hot path of Orderbus: what it is sure of, byte for byte as the Python does it.
//!
//! Whatever it is not sure of it leaves to the Python, which stays the judge and words
//! the errors. It reads what strangers send: no `unsafe`, no index that can miss, no
//! arithmetic that can overflow, bounds to depth and to what is written.

#![forbid(unsafe_code)]

mod body;
mod decimal;
mod flat;
mod giver;
mod heads;
mod input;
mod intake;
mod json;
mod line;
mod moment;
mod plan;
mod source;
mod taker;
mod walk;

use pyo3::prelude::*;

/// Counts up whenever Python and Rust must change together.
const API: u32 = 6;

/// Not sure: the Python is to decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsure;

pub type Sure<T> = Result<T, Unsure>;

#[pymodule]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("API", API)?;
    module.add("LIFTED", body::LIFTED.to_vec())?;
    module.add_class::<plan::Plan>()?;
    module.add_class::<body::Content>()?;
    module.add_class::<flat::Flat>()?;
    module.add_class::<line::Line>()?;
    module.add_class::<taker::Taker>()?;
    module.add_function(wrap_pyfunction!(heads::heads, module)?)?;
    module.add_function(wrap_pyfunction!(intake::events, module)?)?;
    Ok(())
}
