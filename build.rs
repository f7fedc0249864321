//! Link settings of the shared library.

fn main() {}
