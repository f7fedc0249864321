#!/bin/bash
# Installs the Debian packages of debian-packages.txt that are missing, as root or with sudo.
#
# No service of theirs is started: while packages are unpacked /usr/sbin/policy-rc.d forbids it, and is put
# back as it was afterwards. Servers that came in with this run are left disabled, so that they do not
# start with the machine either. Where this script cannot install, it stops and names what is missing.
set -euo pipefail

list=$(dirname "$0")/debian-packages.txt
policy=/usr/sbin/policy-rc.d
servers="prosody:prosody ejabberd:ejabberd erlang-base:epmd knot:knot unbound:unbound pdns-recursor:pdns-recursor redis-server:redis-server"

mapfile -t wanted < <(sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$list")
if [ ${#wanted[@]} -eq 0 ]; then
	echo "$list names no package" >&2
	exit 1
fi

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	echo "this is not a Debian system: install the equivalents of the packages in $list by hand," >&2
	echo "then run the stages of 'make test' one by one (see 'make help')" >&2
	exit 1
fi

missing=()
for package in "${wanted[@]}"; do
	state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
	[ "$state" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
	echo "Debian packages: all ${#wanted[@]} are installed"
	exit 0
fi

echo "Debian packages to install: ${missing[*]}"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
	if ! sudo -n true 2>/dev/null; then
		echo "they can be installed only as root or with a sudo that asks nothing; or run first:" >&2
		echo "    sudo apt-get install --no-install-recommends ${missing[*]}" >&2
		exit 1
	fi
	as_root=(sudo -n)
fi

put_policy_back() {
	if "${as_root[@]}" test -e "$policy.before-xmpptls"; then
		"${as_root[@]}" mv -f "$policy.before-xmpptls" "$policy"
	else
		"${as_root[@]}" rm -f "$policy"
	fi
}
if "${as_root[@]}" test -e "$policy.before-xmpptls"; then
	echo "$policy.before-xmpptls is left from an interrupted run: restoring it" >&2
	put_policy_back
fi
if "${as_root[@]}" test -e "$policy"; then
	"${as_root[@]}" cp -p "$policy" "$policy.before-xmpptls"
fi
trap put_policy_back EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
"${as_root[@]}" rm -f "$policy"
printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
"${as_root[@]}" chmod 755 "$policy"

apt() {
	"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@" </dev/null
}
apt update >/dev/null || echo "apt-get update failed: going on with the lists that are here" >&2
apt install --no-install-recommends "${missing[@]}"

for pair in $servers; do
	package=${pair%%:*} service=${pair##*:}
	[[ " ${missing[*]} " == *" $package "* ]] || continue
	# Works whether systemd runs or not; the helper wants to know for which package it acts.
	for unit in "$service.service" "$service.socket"; do
		"${as_root[@]}" env DPKG_MAINTSCRIPT_PACKAGE="$package" deb-systemd-helper disable "$unit" >/dev/null 2>&1 || true
	done
	"${as_root[@]}" update-rc.d "$service" disable >/dev/null 2>&1 || true
	echo "the service $service is left stopped and disabled"
done
