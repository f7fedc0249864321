#!/bin/bash
# Compares what a built library exports with the list that was agreed on, and looks at its dynamic section.
#   symbols.sh LIBRARY LIST SONAME
set -euo pipefail
library=$1 list=$2 soname=$3
failed=0

check() { # SENTENCE COMMAND...
	if "${@:2}"; then echo "ok    $1"; else echo "FAIL  $1"; failed=$((failed + 1)); fi
}
exported() { nm -D --defined-only --format=posix "$library" | cut -d' ' -f1 | LC_ALL=C sort; }
listed() { sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$list" | LC_ALL=C sort; }
same_symbols() { diff -u --label "$list" --label "$library" <(listed) <(exported); }
only_ours() { ! exported | grep -v '^xmpp_tls_'; }
has() { readelf -d "$library" | grep -- "$1" >/dev/null; }

check "the library exports what the list names, and nothing else" same_symbols
check "every exported symbol begins with xmpp_tls_" only_ours
check "the SONAME is $soname" has "SONAME.*\[$soname\]"
check "the library stays loaded (-z nodelete)" has 'FLAGS_1.*NODELETE'
echo "$((4 - failed)) passed, $failed failed"
[ "$failed" -eq 0 ]
