#!/bin/sh
# Schedules of 1 ms and more in a storm of handshakes: no more with the drop-in than with the fast_tls that is installed,
# which is asked in the same run, as a busy machine has such schedules by itself. storm.sh EBIN ...
set -eu
here=$(cd "$(dirname "$0")" && pwd)
stock=0
ours=0
for _ in 1 2 3; do
	stock=$((stock + $("$here/one.escript" fast_tls storm)))
	ours=$((ours + $("$here/one.escript" ours storm "$@")))
done
echo "schedules of 1 ms and more in 1,200 handshakes: fast_tls $stock, ours $ours"
[ "$ours" -le "$stock" ]
