#!/bin/bash
# Runs make targets one after the other, adds up what they counted, and ends with "N passed, N failed".
#   MAKE=make stages.sh NEEDED TARGET...
#
# A stage's own results count: lines "test result: … N passed; N failed" (cargo) and lines that consist of
# "N passed, N failed" (everything else). A stage that prints neither counts as one. A stage that exits with an
# error, or that counted and came to nothing, has failed at least once, whatever it printed. Nothing runs after
# NEEDED failed; other failures do not keep the remaining stages from running.
set -u
MAKE=${MAKE:-make}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
passed=0 failed=0 broken=()

counts() { # LOG: what the stage counted, as "passed failed lines"
	awk '
		/^test result: / {
			for (i = 2; i <= NF; i++) {
				if ($i == "passed;") p += $(i - 1)
				if ($i == "failed;") f += $(i - 1)
			}
			n++
		}
		/^[0-9]+ passed, [0-9]+ failed$/ { p += $1; f += $3; n++ }
		END { print p + 0, f + 0, n + 0 }' "$1"
}

run() { # TARGET
	local stage=$1 begin=$SECONDS status p f lines
	printf '\n== %s\n' "$stage"
	# The stage's closing line gets its name in front, so that the last line alone is the sum.
	"$MAKE" --no-print-directory "$stage" </dev/null 2>&1 | tee "$log" |
		sed -u -E "s/^([0-9]+ passed, [0-9]+ failed)\$/$stage: \\1/"
	status=${PIPESTATUS[0]}
	read -r p f lines < <(counts "$log")
	if [ "$status" -ne 0 ] && [ "$f" -eq 0 ]; then f=1; fi
	if [ "$lines" -eq 0 ] && [ "$f" -eq 0 ]; then p=1; fi
	if [ "$p" -eq 0 ] && [ "$f" -eq 0 ]; then echo "$stage: nothing was tested"; f=1; fi
	passed=$((passed + p)) failed=$((failed + f))
	printf -- '-- %s: %d passed, %d failed, %d s\n' "$stage" "$p" "$f" $((SECONDS - begin))
	if [ "$f" -ne 0 ]; then broken+=("$stage"); return 1; fi
}

first=$1
if run "$first"; then
	shift
	for stage in "$@"; do run "$stage"; done
else
	printf '\nnothing else was run, because %s failed\n' "$first"
fi

printf '\n'
[ ${#broken[@]} -eq 0 ] || printf 'failed: %s\n' "${broken[*]}"
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
