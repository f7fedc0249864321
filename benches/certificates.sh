#!/bin/sh
# Certificates for the measurements: certificates.sh DIRECTORY
#
# A P-256 root, an intermediate under it, and leaves: `server` (P-256, chain of 2), `rsa` (RSA-2048, chain of 2),
# `peer` (P-256, the initiating server), `three` (P-256 under the intermediate). XMPP servers' leaves carry a
# dNSName and an SRVName (RFC 6125, RFC 4985). The chain files hold the leaf first and the root last.
set -eu
mkdir -p "$1"
cd "$1"
[ -e done ] && exit 0

extensions() {
    printf 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n'
    printf 'subjectAltName=DNS:%s,otherName:1.3.6.1.5.5.7.8.7;IA5STRING:_xmpp-server.%s\n' "$1" "$1"
}
authority='basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign'

sign() { # name, subject, extensions, issuer
    openssl req -new -key "$1.key" -subj "/CN=$2" -out "$1.csr"
    printf '%s\n' "$3" >"$1.ext"
    openssl x509 -req -in "$1.csr" -CA "$4.pem" -CAkey "$4.key" -CAcreateserial -days 30 -sha256 \
        -extfile "$1.ext" -out "$1.pem" 2>/dev/null
}
p256() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key" 2>/dev/null; }

p256 root
openssl req -x509 -new -key root.key -sha256 -days 30 -subj '/CN=Bench Root' \
    -addext 'keyUsage=critical,keyCertSign,cRLSign' -out root.pem
p256 middle
sign middle 'Bench Intermediate' "$authority" root
p256 server
sign server server.example "$(extensions server.example)" root
p256 peer
sign peer peer.example "$(extensions peer.example)" root
p256 three
sign three server.example "$(extensions server.example)" middle
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.key 2>/dev/null
sign rsa server.example "$(extensions server.example)" root

cat server.pem root.pem >server.chain
cat peer.pem root.pem >peer.chain
cat rsa.pem root.pem >rsa.chain
cat three.pem middle.pem root.pem >three.chain
touch done
