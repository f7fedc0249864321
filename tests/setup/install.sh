#!/bin/bash
# Installs into an empty directory, builds and runs a program against what lies there, and uninstalls again.
#   MAKE=make install.sh DIRECTORY-OF-A-BUILT-COMMAND       (after `make`)
set -euo pipefail
command=$1
MAKE=${MAKE:-make}
root=$(mktemp -d)
trap 'rm -rf "$root" "$root.log" "$root.c" "$root.program"' EXIT
failed=0 checks=0

check() { # SENTENCE COMMAND...
	checks=$((checks + 1))
	if "${@:2}"; then echo "ok    $1"; else echo "FAIL  $1"; failed=$((failed + 1)); fi
}
installing() { "$MAKE" --no-print-directory "$@" DESTDIR="$root" PREFIX=/usr LIBDIR=/usr/lib/here >"$root.log" 2>&1 || { cat "$root.log"; return 1; }; }
files() { (cd "$root" && find . ! -type d | LC_ALL=C sort); }
files_are() { diff -u --label expected --label installed - <(files); }
nothing_left() { [ -z "$(files)" ]; }
pkg() { PKG_CONFIG_SYSROOT_DIR=$root PKG_CONFIG_LIBDIR=$root/usr/lib/here/pkgconfig pkg-config "$@" xmpptls; }
program_builds() {
	printf '#include <xmpptls.h>\nint main(void) { return 0; }\n' >"$root.c"
	# shellcheck disable=SC2046
	${CC:-cc} -std=c99 -Wall -Wextra -Werror -o "$root.program" "$root.c" -Wl,--no-as-needed $(pkg --cflags --libs)
}
program_runs() { LD_LIBRARY_PATH=$root/usr/lib/here "$root.program"; }
loads_by_soname() { readelf -d "$root.program" | grep 'NEEDED.*\[libxmpptls\.so\.[0-9]*\]' >/dev/null; }
version_is_the_crates() { [ "$(pkg --modversion)" = "$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)" ]; }

check "make install" installing install
realname=$(basename "$(readlink -f "$root/usr/lib/here/libxmpptls.so")")
check "library, two links, header and pkg-config file are there" files_are <<END
./usr/include/xmpptls.h
./usr/lib/here/libxmpptls.so
./usr/lib/here/$(readlink "$root/usr/lib/here/libxmpptls.so")
./usr/lib/here/$realname
./usr/lib/here/pkgconfig/xmpptls.pc
END
check "pkg-config knows the crate's version" version_is_the_crates
check "a C99 program builds with pkg-config's flags" program_builds
check "it asks for the library by its SONAME" loads_by_soname
check "it runs" program_runs
check "make install-command" installing install-command RELEASE="$command"
command_runs() { "$root/usr/bin/xmpptls" --version | grep -q "^xmpptls "; }
check "the command runs" command_runs
manual_reads() { grep -q "Exit code" "$root/usr/share/man/man1/xmpptls-check.1" && grep -q "xmpptls" "$root/usr/share/man/man1/xmpptls.1"; }
check "its manual pages are there" manual_reads
completes() {
	local COMP_WORDS=(xmpptls che) COMP_CWORD=1 COMPREPLY=()
	# shellcheck disable=SC1091
	. "$root/usr/share/bash-completion/completions/xmpptls" && _xmpptls xmpptls che xmpptls && [ "${COMPREPLY[*]}" = check ]
}
check "bash completes it" completes
check "make uninstall" installing uninstall
check "nothing is left" nothing_left
echo "$((checks - failed)) passed, $failed failed"
[ "$failed" -eq 0 ]
