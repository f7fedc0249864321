//! Generates what is committed: the C header.
fn main() {}
