#!/bin/bash
# The examples against each other, with certificates made here: run.sh DIRECTORY-OF-PROGRAMS
set -euo pipefail
programs=$(cd "$1" && pwd)
work=$(mktemp -d)
servers=()
trap 'kill "${servers[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=Examples 2>/dev/null
for name in im.example other.example; do
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$name.key" -subj / -out "$name.csr" 2>/dev/null
    printf 'subjectAltName=critical,DNS:%s\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n' "$name" >extensions
    openssl x509 -req -in "$name.csr" -CA ca.pem -CAkey ca.key -days 1 -extfile extensions -out "$name.pem" 2>/dev/null
done

passed=0
# expect STATUS TEXT COMMAND…: the command ends with this status and prints this text
expect() {
    local status=$1 text=$2 output got=0
    shift 2
    output=$("$@" 2>&1) || got=$?
    if [ "$got" != "$status" ] || ! grep -qF -- "$text" <<<"$output"; then
        echo "$*: status $got, wanted $status and \"$text\":" >&2
        echo "$output" >&2
        exit 1
    fi
    echo "ok: ${*##*/}"
    passed=$((passed + 1))
}

# serve LOG PROGRAM ARGUMENTS…: starts a server and waits until it listens
serve() {
    local log=$1
    shift
    "$@" >"$log" 2>&1 &
    servers+=($!)
    for _ in $(seq 100); do
        grep -qs ready "$log" && return
        sleep 0.05
    done
    cat "$log" >&2
    exit 1
}

verify="$programs/verify_only"
expect 0 '"method":"pkix"' "$verify" c2s-client im.example im.example.pem ca.pem
expect 1 '"name_mismatch"' "$verify" c2s-client other.example im.example.pem ca.pem
echo nothing >empty.pem
expect 2 'empty.pem: it holds no certificate' "$verify" c2s-client im.example im.example.pem empty.pem

# Certificates of one domain as time goes by: the first, one renewed with its key, and others.
certificate() { # certificate NAME KEY ISSUER DOMAIN
    [ -f "$2.key" ] || openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$2.key" 2>/dev/null
    openssl req -new -key "$2.key" -subj / -out "$1.csr" 2>/dev/null
    printf 'subjectAltName=critical,DNS:%s\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n' "$4" >extensions
    openssl x509 -req -in "$1.csr" -CA "$3.pem" -CAkey "$3.key" -days 1 -extfile extensions -out "$1.pem" 2>/dev/null
}
authority() { # authority NAME
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.pem" -days 2 \
        -subj "/CN=$1" 2>/dev/null
}
authority elsewhere
authority nobody
cat ca.pem elsewhere.pem >anchors.pem
certificate first first ca im.example
certificate renewed first ca im.example
certificate rekeyed rekeyed ca im.example
certificate strange strange elsewhere im.example
certificate unknown unknown nobody im.example
look() { "$programs/history" seen.sqlite c2s-client im.example "$1.pem" anchors.pem; }
expect 0 'first_seen (info)' look first
expect 0 'same (info)' look first
expect 0 'renewed_same_key (info)' look renewed
expect 0 'new_key_same_issuer (info)' look rekeyed # in the last month of the one before
expect 1 'new_issuer (warning)' look strange
expect 2 'worse_verdict (alarm)' look unknown
expect 2 'worse_verdict (alarm)' look unknown # until a person accepts it
expect 0 'same (info)' look renewed
expect 0 'first_seen (info)' "$programs/history" seen.sqlite s2s im.example first.pem anchors.pem

database() { python3 -c 'import json, sqlite3, sys; database = sqlite3.connect(sys.argv[1]); '"$2" "$1"; }

# Processes that write at once, each with another certificate of the domain.
for number in 1 2 3 4 5 6; do certificate "$number" "$number" ca im.example; done
writers=()
for number in 1 2 3 4 5 6; do
    "$programs/history" crowd.sqlite c2s-client im.example "$number.pem" anchors.pem >>crowd.log 2>&1 &
    writers+=($!)
done
for writer in "${writers[@]}"; do wait "$writer" || { cat crowd.log >&2; exit 1; }; done
expect 0 '6 seen' database crowd.sqlite \
    'print(len(json.loads(database.execute("SELECT history FROM seen").fetchone()[0])["seen"]), "seen")'

# What is damaged is no first visit, and stays as it is.
database crowd.sqlite 'database.execute("UPDATE seen SET history = substr(history, 1, 100)"); database.commit()'
expect 3 'the history is damaged' "$programs/history" crowd.sqlite c2s-client im.example 1.pem anchors.pem
expect 0 '(100,)' database crowd.sqlite 'print(database.execute("SELECT length(history) FROM seen").fetchone())'
head -c 8192 /dev/urandom >torn.sqlite
expect 3 'the database: ' "$programs/history" torn.sqlite c2s-client im.example 1.pem anchors.pem

serve starttls.log "$programs/c2s_server" 25222 starttls im.example im.example.pem im.example.key
serve direct.log "$programs/c2s_server" 25223 direct im.example im.example.pem im.example.key
client="$programs/c2s_client"
expect 0 'the peer is authenticated' "$client" im.example 127.0.0.1 25222 starttls ca.pem
expect 0 'the peer is authenticated' "$client" im.example 127.0.0.1 25223 direct ca.pem
expect 1 'failed: ' "$client" im.example 127.0.0.1 25223 direct other.example.pem

serve s2s.log "$programs/s2s_server" 25269 direct im.example im.example.pem im.example.key ca.pem
peer() { # peer FROM CERTIFICATE: another server, played by OpenSSL
    { echo "<stream:stream from='$1' to='im.example'>"; sleep 1; } |
        timeout 10 openssl s_client -quiet -connect 127.0.0.1:25269 -servername im.example -alpn xmpp-server \
            -cert "$2.pem" -key "$2.key" >/dev/null 2>&1 || true
}
peer other.example other.example
expect 0 'may speak' cat s2s.log
peer bank.example other.example
expect 0 'may not speak' cat s2s.log

# Where nobody answers, a domain is not reached; the key is one that nobody has.
echo '. 300 IN DNSKEY 257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ==' >root.key
expect 1 'no place of the domain could be reached' "$programs/c2s_domain" im.example ca.pem 127.0.0.1 1 root.key
echo "$passed passed, 0 failed"
