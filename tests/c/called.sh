#!/bin/bash
# Fails if an exported function is called by no C test.
#   called.sh SYMBOLS FILE...
set -euo pipefail
symbols=$1
shift
if [ ! -s "$symbols" ] || [ $# -eq 0 ]; then
	echo "there is nothing to compare"
	exit 1
fi
missing=$(comm -23 <(sed -e 's/#.*//' -e '/^$/d' "$symbols" | LC_ALL=C sort -u) <(grep -ohE '\bxmpp_tls_[a-z0-9_]+' "$@" | LC_ALL=C sort -u))
if [ -n "$missing" ]; then
	echo "no C test calls:"
	echo "$missing"
	exit 1
fi
echo "every exported function is called by a C test"
