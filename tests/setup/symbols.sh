#!/bin/bash
# Compares what a built library exports with the list that was agreed on and with the header, and looks at its
# dynamic section.
#   symbols.sh LIBRARY LIST HEADER SONAME
set -euo pipefail
library=$1 list=$2 header=$3 soname=$4
failed=0 checks=0

check() { # SENTENCE COMMAND...
	checks=$((checks + 1))
	if "${@:2}"; then echo "ok    $1"; else echo "FAIL  $1"; failed=$((failed + 1)); fi
}
exported() { nm -D --defined-only --format=posix "$library" | cut -d' ' -f1 | LC_ALL=C sort; }
listed() { sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$list" | LC_ALL=C sort; }
declared() {
	"${CC:-cc}" -E -P -x c "$header" | tr '\n' ' ' | grep -oE '\bxmpp_tls_[a-z0-9_]+ *\(' | tr -d ' (' | LC_ALL=C sort -u
}
same_as_declared() { diff -u --label "$header" --label "$library" <(declared) <(exported); }
same_symbols() { diff -u --label "$list" --label "$library" <(listed) <(exported); }
only_ours() { ! exported | grep -v '^xmpp_tls_'; }
has() { readelf -d "$library" | grep -- "$1" >/dev/null; }

check "the library exports what the list names, and nothing else" same_symbols
check "the library exports what the header declares, and nothing else" same_as_declared
check "every exported symbol begins with xmpp_tls_" only_ours
check "the SONAME is $soname" has "SONAME.*\[$soname\]"
check "the library stays loaded (-z nodelete)" has 'FLAGS_1.*NODELETE'
echo "$((checks - failed)) passed, $failed failed"
[ "$failed" -eq 0 ]
