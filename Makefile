# libxmpptls: build, install, test. `make help` lists what there is.

SHELL = /bin/bash
CARGO ?= $(or $(shell command -v cargo),$(wildcard $(HOME)/.cargo/bin/cargo),cargo)
CARGO_TARGET_DIR ?= target
RELEASE = $(CARGO_TARGET_DIR)/release
LIBRARY = $(RELEASE)/libxmpptls.so
VENV = $(CARGO_TARGET_DIR)/venv
# ejabberdctl runs as root or as the user ejabberd, and as nobody else.
AS_ROOT := $(if $(filter 0,$(shell id -u)),,sudo -n --preserve-env=XMPPTLS_KEEP env PYTHONDONTWRITEBYTECODE=1)
# The directories that bindings/erlang builds and that go first on ejabberd's code path.
ERLANG_DROPIN = target/erlang/fast_tls/ebin target/erlang/xmpptls/ebin
PYTHON = $(VENV)/bin/python
SETUP = tests/setup

# LOOKUP=0 leaves out the look-ups (SRV, TLSA, POSH over the network); the symbols stay.
LOOKUP ?= 1
FEATURES = --no-default-features --features $(if $(filter 0,$(LOOKUP)),capi,capi,lookup)

VERSION := $(shell sed -n '/^\[workspace.package\]/,/^\[package\]/s/^version = "\(.*\)"/\1/p' Cargo.toml)
ABI := $(shell sed -n 's/^const ABI: u32 = \([0-9]*\);/\1/p' build.rs)
SONAME := libxmpptls.so.$(ABI)
# The file's name: the number of the ABI, then the minor and patch number of the version.
REALNAME := $(SONAME).$(shell echo $(VERSION) | cut -d. -f2-)

DESTDIR =
PREFIX = /usr/local
BINDIR = $(PREFIX)/bin
# Empty: none is installed, as when the command is built for another kind of machine and cannot write them here.
MANDIR = $(PREFIX)/share/man
BASH_COMPLETION_DIR = $(PREFIX)/share/bash-completion/completions
LIBDIR = $(PREFIX)/lib
INCLUDEDIR = $(PREFIX)/include
PKGCONFIGDIR = $(LIBDIR)/pkgconfig
INSTALL = install

export CARGO PREFIX DESTDIR LIBDIR INCLUDEDIR

# What `make test` runs, in this order. `setup` must succeed; each other stage is a target below.
STAGES = setup
STAGES += test-format
STAGES += test-lint
STAGES += test-rust
STAGES += test-lookup
STAGES += test-docs
STAGES += test-header
STAGES += test-vectors
STAGES += test-symbols
STAGES += test-c
STAGES += test-install
STAGES += test-examples
STAGES += test-lua
STAGES += test-erlang
STAGES += test-python
STAGES += test-cluster
STAGES += test-interop-peers
STAGES += test-interop-engine
STAGES += test-judges
STAGES += test-interop-prosody
STAGES += test-interop-ejabberd
STAGES += test-interop-federation

.PHONY: all
all: rust-version c-compiler ## build the library (LOOKUP=0: without look-ups)
	$(CARGO) build --release --locked --lib $(FEATURES)

.PHONY: rust-version
rust-version:
	@$(SETUP)/rust-version.sh "$(CARGO)"

.PHONY: c-compiler
c-compiler:
	@command -v "$(firstword $(CC))" >/dev/null || \
		{ echo "the cryptographic provider needs a C compiler: apt-get install gcc libc6-dev" >&2; exit 1; }

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1|/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "make %-24s %s\n", $$1, $$2 }'

## Using it

.PHONY: command
command: rust-version c-compiler ## build the command `xmpptls`
	$(CARGO) build --release --locked --manifest-path cli/Cargo.toml

.PHONY: demo
demo: command ## good and bad XMPP servers on loopback, each one checked; nothing is installed
	$(RELEASE)/xmpptls demo

# BENCH_ROUNDS and BENCH_SECONDS: more of them for steadier figures.
BENCH_ROUNDS ?= 7
BENCH_SECONDS ?= 0.2

.PHONY: bench-programs
bench-programs: all
	$(CARGO) build --release --locked -p xmpptls-raw-rustls
	$(MAKE) --no-print-directory -C benches TARGET="$(abspath $(CARGO_TARGET_DIR))"

.PHONY: bench
bench: bench-programs ## measure, beside what a user would pick instead: one table (docs/performance.md)
	@python3 benches/table.py "$(CARGO_TARGET_DIR)" --rounds $(BENCH_ROUNDS) --seconds $(BENCH_SECONDS)

.PHONY: bench-erlang
bench-erlang: all ## the Erlang drop-in beside fast_tls: 20,000 idle connections, handshakes, messages (IDLE= ROUNDS=)
	@$(MAKE) --no-print-directory -C bindings/erlang bench

.PHONY: bench-lua
bench-lua: all ## the Lua binding beside LuaSec
	@$(MAKE) --no-print-directory -C bindings/lua bench

.PHONY: bench-python
bench-python: ## the Python binding beside CPython's ssl
	@$(MAKE) --no-print-directory -C bindings/python bench

.PHONY: bench-instructions
bench-instructions: bench-programs ## instructions an operation, beside rustls alone (needs valgrind)
	@python3 benches/table.py "$(CARGO_TARGET_DIR)" --instructions

.PHONY: bench-growth
bench-growth: bench-programs ## how the cost grows with connections and domains: tables, and docs/growth.svg
	@$(SETUP)/python-environment.sh "$(VENV)"
	@$(PYTHON) -m pip install -q --disable-pip-version-check -r benches/requirements.txt
	@$(PYTHON) benches/growth.py "$(CARGO_TARGET_DIR)" docs/growth.svg

## Installing: run `make` first; these build only what is not there, so that root needs no Rust

$(LIBRARY):
	@$(MAKE) --no-print-directory all

.PHONY: install
install: $(LIBRARY) include/xmpptls.h ## library, header, pkg-config file (DESTDIR= PREFIX= LIBDIR= INCLUDEDIR=)
	$(INSTALL) -d "$(DESTDIR)$(LIBDIR)" "$(DESTDIR)$(INCLUDEDIR)" "$(DESTDIR)$(PKGCONFIGDIR)"
	$(INSTALL) -m 755 "$(LIBRARY)" "$(DESTDIR)$(LIBDIR)/$(REALNAME)"
	ln -sf "$(REALNAME)" "$(DESTDIR)$(LIBDIR)/$(SONAME)"
	ln -sf "$(SONAME)" "$(DESTDIR)$(LIBDIR)/libxmpptls.so"
	$(INSTALL) -m 644 include/xmpptls.h "$(DESTDIR)$(INCLUDEDIR)/xmpptls.h"
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' \
		-e 's|@LIBDIR@|$(patsubst $(PREFIX)/%,$${prefix}/%,$(LIBDIR))|' \
		-e 's|@INCLUDEDIR@|$(patsubst $(PREFIX)/%,$${prefix}/%,$(INCLUDEDIR))|' \
		xmpptls.pc.in >"$(DESTDIR)$(PKGCONFIGDIR)/xmpptls.pc"
	@chmod 644 "$(DESTDIR)$(PKGCONFIGDIR)/xmpptls.pc"
	@if [ -z "$(DESTDIR)" ] && [ "$$(id -u)" = 0 ]; then ldconfig; fi

.PHONY: uninstall
uninstall: ## remove what `install` and `install-command` put there (same variables)
	rm -f "$(DESTDIR)$(LIBDIR)/libxmpptls.so" "$(DESTDIR)$(LIBDIR)/$(SONAME)" "$(DESTDIR)$(LIBDIR)/$(REALNAME)"
	rm -f "$(DESTDIR)$(INCLUDEDIR)/xmpptls.h" "$(DESTDIR)$(PKGCONFIGDIR)/xmpptls.pc" "$(DESTDIR)$(BINDIR)/xmpptls"
	$(if $(MANDIR),rm -f "$(DESTDIR)$(MANDIR)/man1/xmpptls.1" "$(DESTDIR)$(MANDIR)/man1"/xmpptls-*.1)
	$(if $(BASH_COMPLETION_DIR),rm -f "$(DESTDIR)$(BASH_COMPLETION_DIR)/xmpptls")

.PHONY: install-command
install-command: ## the command `xmpptls`, its manual pages, completion for bash (BINDIR= MANDIR= BASH_COMPLETION_DIR=)
	@[ -x "$(RELEASE)/xmpptls" ] || $(MAKE) --no-print-directory command
	$(INSTALL) -d "$(DESTDIR)$(BINDIR)"
	$(INSTALL) -m 755 "$(RELEASE)/xmpptls" "$(DESTDIR)$(BINDIR)/xmpptls"
	$(if $(MANDIR),"$(RELEASE)/xmpptls" manuals "$(DESTDIR)$(MANDIR)/man1")
	$(if $(BASH_COMPLETION_DIR),$(INSTALL) -d "$(DESTDIR)$(BASH_COMPLETION_DIR)")
	$(if $(BASH_COMPLETION_DIR),"$(RELEASE)/xmpptls" completions bash >"$(DESTDIR)$(BASH_COMPLETION_DIR)/xmpptls")

.PHONY: install-lua
install-lua: $(LIBRARY) ## the Lua module and the drop-in `ssl`
	$(MAKE) -C bindings/lua install

.PHONY: install-erlang
install-erlang: $(LIBRARY) ## the Erlang application and the drop-in `fast_tls`
	$(MAKE) -C bindings/erlang install

## What is generated and committed

.PHONY: header
header: rust-version ## include/xmpptls.h, from src/ffi
	$(CARGO) run --quiet --locked -p xtask -- header

.PHONY: symbols
symbols: all ## tests/abi/symbols.txt, what the library may export
	nm -D --defined-only --format=posix "$(LIBRARY)" | cut -d' ' -f1 | LC_ALL=C sort >tests/abi/symbols.txt

.PHONY: vectors
vectors: rust-version ## tests/vectors; a second run changes no byte
	$(CARGO) run --quiet --locked -p xtask -- vectors

## Testing

.PHONY: test
test: rust-version ## install what the tests need (it says what), run everything
	@MAKE="$(MAKE)" $(SETUP)/stages.sh $(STAGES)

.PHONY: check
check: rust-version c-compiler ## for packagers: offline, nothing installed
	$(CARGO) test --offline --locked --workspace

.PHONY: setup
setup: rust-version
	@$(SETUP)/debian-packages.sh
	@$(SETUP)/rust-tools.sh "$(CARGO)"
	@$(SETUP)/python-environment.sh "$(VENV)"

.PHONY: test-format
test-format:
	$(CARGO) fmt --all --check

.PHONY: test-lint
test-lint:
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	$(CARGO) clippy --locked --lib --no-default-features --features capi -- -D warnings
	$(CARGO) clippy --locked --lib --no-default-features -- -D warnings

.PHONY: test-rust
test-rust:
	$(CARGO) test --locked --workspace --no-fail-fast

.PHONY: test-lookup
test-lookup: ## look-ups in a signed DNS and over HTTPS, on loopback
	$(CARGO) test --locked $(addprefix --test lookup_,dns posh handle thread effort verdict)

.PHONY: test-docs
test-docs:
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --workspace --no-deps

.PHONY: test-header
test-header:
	$(CARGO) run --quiet --locked -p xtask -- header --check

.PHONY: test-vectors
test-vectors:
	$(CARGO) run --quiet --locked -p xtask -- vectors --check

.PHONY: test-symbols
test-symbols: all
	$(SETUP)/symbols.sh "$(LIBRARY)" tests/abi/symbols.txt include/xmpptls.h "$(SONAME)"
	$(CARGO) build --locked --lib --no-default-features --features capi
	$(SETUP)/symbols.sh "$(CARGO_TARGET_DIR)/debug/libxmpptls.so" tests/abi/symbols.txt include/xmpptls.h "$(SONAME)"
	$(MAKE) --no-print-directory -C tests/c run PROGRAMS="lookup nulls" BUILD=../../target/c-without-lookups \
		LIBRARY_DIR="$(abspath $(CARGO_TARGET_DIR)/debug)" INCLUDE_DIR="$(abspath include)"

.PHONY: test-install
test-install: all
	$(CARGO) build --locked -p xmpptls-cli
	MAKE="$(MAKE)" $(SETUP)/install.sh "$(CARGO_TARGET_DIR)/debug"

.PHONY: test-c
test-c: all
	$(CARGO) build --locked --lib $(FEATURES)
	$(MAKE) -C tests/c test LIBRARY_DIR="$(abspath $(RELEASE))" \
		PLAIN_LIBRARY_DIR="$(abspath $(CARGO_TARGET_DIR)/debug)" INCLUDE_DIR="$(abspath include)"

.PHONY: test-lua
test-lua: all
	for version in 5.1 5.2 5.3 5.4 jit; do $(MAKE) -C bindings/lua check LUA_VERSION=$$version || exit 1; done

.PHONY: test-erlang
test-erlang: all
	$(MAKE) -C bindings/erlang test

.PHONY: test-examples
test-examples: all
	LD_LIBRARY_PATH="$(abspath $(RELEASE))" $(MAKE) -C examples/c test CFLAGS=-I../../include LIBS="-L$(abspath $(RELEASE)) -lxmpptls"

.PHONY: test-python
test-python:
	$(MAKE) -C bindings/python test

.PHONY: test-cluster
test-cluster: all ## sessions that go on at another node: ticket keys in Redis and in Mnesia
	$(MAKE) -C bindings/python install
	for version in 5.3 jit; do $(MAKE) -C bindings/lua all LUA_VERSION=$$version || exit 1; done
	$(MAKE) -C bindings/erlang all
	mkdir -p target/cluster/erlang
	erlc -Wall -Werror -pa target/erlang/xmpptls/ebin -o target/cluster/erlang examples/erlang/*.erl tests/interop/cluster/*.erl
	$(MAKE) -C examples/c CFLAGS=-I../../include LIBS="-L$(abspath $(RELEASE)) -lxmpptls" OUT="$(abspath target/cluster)" \
		"$(abspath target/cluster)/c2s_server_cluster"
	target/python-venv/bin/python tests/interop/cluster/run.py --library "$(RELEASE)" --programs target/cluster

.PHONY: test-interop-peers
test-interop-peers:
	$(PYTHON) tests/interop/peers/run.py

.PHONY: test-interop-engine
test-interop-engine: all
	$(PYTHON) tests/interop/engine/run.py --library "$(RELEASE)"

.PHONY: test-judges
test-judges: ## the vectors before judges that share no code with us: OpenSSL, danetool, Prosody
	$(CARGO) build --locked -p xmpptls-cli
	$(PYTHON) tests/interop/judges/run.py --command "$(CARGO_TARGET_DIR)/debug/xmpptls"

.PHONY: test-interop-prosody
test-interop-prosody: all
	$(CARGO) build --locked -p xmpptls-cli
	$(MAKE) -C bindings/lua all-versions
	$(AS_ROOT) $(PYTHON) tests/interop/prosody/run.py --module 'target/lua/{lua}' --library "$(RELEASE)" \
		--plugins examples/prosody --auth s2s_auth_xmpptls --command "$(CARGO_TARGET_DIR)/debug/xmpptls"

.PHONY: test-interop-ejabberd
test-interop-ejabberd: all
	$(CARGO) build --locked -p xmpptls-cli
	$(MAKE) -C bindings/erlang all
	$(AS_ROOT) $(PYTHON) tests/interop/ejabberd/run.py $(addprefix --ebin ,$(ERLANG_DROPIN)) --library "$(RELEASE)" \
		--command "$(CARGO_TARGET_DIR)/debug/xmpptls"
	$(MAKE) -C examples/ejabberd
	$(AS_ROOT) $(PYTHON) examples/ejabberd/test/proofs.py $(addprefix --ebin ,$(ERLANG_DROPIN) target/erlang/mod_xmpptls/ebin) --library "$(RELEASE)"

.PHONY: test-interop-federation
test-interop-federation: all ## ejabberd and Prosody, with us in both, in one, in none
	$(MAKE) -C bindings/lua all-versions
	$(MAKE) -C bindings/erlang all
	$(AS_ROOT) $(PYTHON) tests/interop/federation/run.py $(addprefix --ebin ,$(ERLANG_DROPIN)) --module 'target/lua/{lua}' \
		--library "$(RELEASE)"

.PHONY: baseline-prosody
baseline-prosody: ## the Prosody laboratory on what Prosody has today
	$(PYTHON) tests/interop/prosody/run.py

.PHONY: baseline-ejabberd
baseline-ejabberd: ## the ejabberd laboratory on what ejabberd has today
	$(AS_ROOT) $(PYTHON) tests/interop/ejabberd/run.py
