//! Avro's bytes, taken from the front.

use crate::{Sure, Unsure};

const MORE: u8 = 0x80;
const BITS: u8 = 0x7f;
const LAST_SHIFT: u32 = 63;

pub struct Input<'a> {
    rest: &'a [u8],
}

impl<'a> Input<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub fn left(&self) -> usize {
        self.rest.len()
    }

    pub fn take(&mut self, count: usize) -> Sure<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Unsure)?;
        self.rest = rest;
        Ok(taken)
    }

    pub fn byte(&mut self) -> Sure<u8> {
        let (&byte, rest) = self.rest.split_first().ok_or(Unsure)?;
        self.rest = rest;
        Ok(byte)
    }

    /// A long, seven bits a byte, the lowest first, zigzag. One of more than 64 bits is
    /// the Python's.
    pub fn long(&mut self) -> Sure<i64> {
        let mut value = 0_u64;
        for shift in (0..=LAST_SHIFT).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & BITS);
            if shift == LAST_SHIFT && bits > 1 {
                return Err(Unsure);
            }
            value |= bits << shift;
            if byte & MORE == 0 {
                let sign = (value & 1).wrapping_neg();
                return Ok(((value >> 1) ^ sign) as i64);
            }
        }
        Err(Unsure)
    }

    /// What follows its own length: a text's bytes, or a decimal's.
    pub fn sized(&mut self) -> Sure<&'a [u8]> {
        let count = usize::try_from(self.long()?).map_err(|_| Unsure)?;
        self.take(count)
    }

    /// How many items a block has, 0: there are no more. Each takes a byte or more.
    pub fn block(&mut self) -> Sure<usize> {
        let count = self.long()?;
        if count < 0 {
            self.long()?; // the block's bytes, for who skips it
        }
        let count = usize::try_from(count.unsigned_abs()).map_err(|_| Unsure)?;
        if count > self.left() {
            Err(Unsure)
        } else {
            Ok(count)
        }
    }

    /// The number of a branch or a symbol.
    pub fn choice(&mut self) -> Sure<usize> {
        usize::try_from(self.long()?).map_err(|_| Unsure)
    }
}
