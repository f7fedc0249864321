#!/bin/sh
# Stops with a line that says what to do when cargo is absent or older than Cargo.toml's rust-version.
#   rust-version.sh CARGO
set -eu
cargo=$1
needed=$(sed -n 's/^rust-version *= *"\([0-9.]*\)".*/\1/p' "$(dirname "$0")/../../Cargo.toml" | head -n 1)

advice="Install it with rustup (https://rustup.rs), or 'rustup update stable', and put ~/.cargo/bin first in PATH."
if ! found=$("$cargo" --version 2>/dev/null); then
	echo "libxmpptls needs Rust $needed or newer, and no cargo was found. $advice" >&2
	exit 1
fi
found=$(echo "$found" | cut -d' ' -f2)
oldest=$(printf '%s\n%s\n' "$needed" "${found%%-*}" | sort -V | head -n 1)
if [ "$oldest" != "$needed" ]; then
	echo "libxmpptls needs Rust $needed or newer, and '$cargo' is $found. $advice" >&2
	exit 1
fi
