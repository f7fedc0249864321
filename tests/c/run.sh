#!/bin/bash
# Runs programs and adds up what they counted.
#   [RUNNER="valgrind …"] run.sh PROGRAM...
# A program that ends with an error, or that counted nothing, has failed at least once, whatever it printed; and so
# has a run of no program.
set -u
passed=0 failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for program in "$@"; do
	# shellcheck disable=SC2086
	${RUNNER:-} "$program" >"$log" 2>&1 </dev/null
	status=$?
	read -r p f < <(awk '/^[0-9]+ passed, [0-9]+ failed$/ { p += $1; f += $3 } END { print p + 0, f + 0 }' "$log")
	if { [ "$status" -ne 0 ] || [ "$p" -eq 0 ]; } && [ "$f" -eq 0 ]; then f=1; fi
	grep -vE '^[0-9]+ passed, [0-9]+ failed$' "$log"
	[ "$f" -eq 0 ] || echo "FAIL  $program (status $status)"
	passed=$((passed + p)) failed=$((failed + f))
done
[ $# -gt 0 ] || failed=1
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
