#!/bin/sh
# Makes a Python environment with the packages of requirements.txt; nothing outside DIRECTORY changes.
#   python-environment.sh DIRECTORY
set -eu
directory=$1
requirements=$(dirname "$0")/requirements.txt

if ! python3 -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
	echo "the tests need Python 3.11 or newer with venv: apt-get install python3 python3-venv" >&2
	exit 1
fi
stamp=$(cat "$requirements"; python3 --version)
if [ -x "$directory/bin/python" ] && [ "$(cat "$directory/stamp" 2>/dev/null)" = "$stamp" ]; then
	echo "Python environment: $directory is up to date"
	exit 0
fi
echo "Python packages to install into $directory:"
grep -v '^#' "$requirements" | sed 's/^/    /'
python3 -m venv --clear "$directory"
if ! "$directory/bin/pip" install -q --disable-pip-version-check -r "$requirements" </dev/null; then
	echo "pip could not install the packages of $requirements" >&2
	exit 1
fi
printf '%s\n' "$stamp" >"$directory/stamp"
