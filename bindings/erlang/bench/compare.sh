#!/bin/sh
# The drop-in beside the fast_tls that is installed, in one run: compare.sh IDLE ROUNDS EBIN ...
# They take turns, each time in a virtual machine of its own. Of CPU times the shortest counts, of memory the least.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
idle=$1
rounds=$2
shift 2
results=$(mktemp)
trap 'rm -f "$results"' EXIT
for _ in $(seq "$rounds"); do
	"$here/one.escript" fast_tls "$idle" | tee -a "$results" >&2
	"$here/one.escript" ours "$idle" "$@" | tee -a "$results" >&2
done
least() { sed -n "s/.*\"name\": \"$1\".*\"$2\": \([0-9.]*\).*/\1/p" "$results" | sort -n | head -1; }
row() { # WHAT FIELD
	awk -v what="$1" -v stock="$(least fast_tls "$2")" -v ours="$(least ours "$2")" \
		'BEGIN { printf "| %s | %.2f | %.2f | %s |\n", what, stock, ours, (ours > 0 ? sprintf("%.2f", stock / ours) : "-") }'
}
echo "| | fast_tls | ours | times less |"
echo "| --- | ---: | ---: | ---: |"
row "$idle idle server ends, kB each" kB_per_idle
row "handshake, both ends and TCP, µs" handshake_us
row "message of 300 bytes, TLS of both ends, µs" message_without_tcp_us
row "the same with TCP, µs" message_us
row "schedules of 1 ms and more in 400 handshakes" long_schedules
