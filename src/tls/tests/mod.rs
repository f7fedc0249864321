//! Sessions against sessions, and against rustls's own buffered connections.

mod certificates;
mod fragments;
mod hello;
mod identity;
mod refusals;
mod resumption;
mod support;
mod traffic;
mod versions;
