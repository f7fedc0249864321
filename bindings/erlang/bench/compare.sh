#!/bin/sh
# The drop-in beside the fast_tls that is installed, in one run: compare.sh PAIRS EBIN ...
set -eu
here=$(cd "$(dirname "$0")" && pwd)
pairs=$1
shift
stock=$("$here/one.escript" fast_tls "$pairs" | tee /dev/stderr)
ours=$("$here/one.escript" ours "$pairs" "$@" | tee /dev/stderr)
value() { echo "$1" | sed -n "s/.*\"$2\": \([0-9.]*\).*/\1/p"; }
for what in kB_per_end handshake_us message_us message_without_tcp_us; do
	awk -v what=$what -v stock="$(value "$stock" $what)" -v ours="$(value "$ours" $what)" \
		'BEGIN { printf "%-24s fast_tls %9.2f   ours %9.2f   %.2f times less\n", what, stock, ours, stock / ours }'
done
