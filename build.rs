//! Gives the shared library its SONAME and keeps it loaded until the process ends.
//!
//! `ABI` is the number in `libxmpptls.so.0`. It is raised with each incompatible change of
//! `include/xmpptls.h`, whatever the crate's version is; the Makefile reads it from here.
//!
//! `-z nodelete`: the cryptographic provider registers process-wide state on first use, so a host that
//! loads plug-ins with `dlopen` must not be able to unmap the code behind it.

const ABI: u32 = 0;

#[expect(clippy::disallowed_methods, reason = "cargo answers a build script through the environment")]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = std::env::var("CARGO_CFG_TARGET_OS");
    if target.is_ok_and(|system| system == "linux") {
        println!("cargo::rustc-link-arg-cdylib=-Wl,-soname,libxmpptls.so.{ABI}");
        println!("cargo::rustc-link-arg-cdylib=-Wl,-z,nodelete");
    }
}
