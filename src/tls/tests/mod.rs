//! Sessions against sessions, and against rustls's own buffered connections.

mod certificates;
mod hello;
mod identity;
mod memory;
mod refusals;
mod resumption;
mod support;
mod traffic;
mod versions;
