#!/bin/sh
# Sees to rustfmt and clippy, and fetches the crates of Cargo.lock.
#   rust-tools.sh CARGO
set -eu
cargo=$1
for tool in fmt clippy; do
	if "$cargo" "$tool" --version >/dev/null 2>&1; then continue; fi
	component=$tool
	[ "$tool" = fmt ] && component=rustfmt
	if ! command -v rustup >/dev/null 2>&1; then
		echo "'cargo $tool' is missing and there is no rustup to add it with: install $component" >&2
		exit 1
	fi
	echo "Rust component to install: $component"
	rustup component add "$component" </dev/null
done
"$cargo" fetch --locked --quiet
echo "Rust: $("$cargo" --version), $("$cargo" fmt --version), $("$cargo" clippy --version)"
