"""The hot path in Rust, for machines that could build it: the same bytes, sooner.

`src/` is the library, `loading` has it or says why not, the other modules are the ways
into it. What it is not sure of it leaves to the code it stands beside, which stays the
judge and words the errors; nothing here decides anything by itself, and no other room
may need it.
"""
