#!/bin/sh
# Makes the certificates of the C tests, once a month anew.
#   certificates.sh DIRECTORY
set -eu
directory=$1
stamp=$directory/made-$(date +%Y-%m)
[ -e "$stamp" ] && exit 0
rm -rf "$directory"
mkdir -p "$directory"
cd "$directory"

key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key" 2>/dev/null; }
config() { # EXTENSIONS...: a configuration with these lines as extensions
	printf '[req]\ndistinguished_name = name\n[name]\n[extensions]\n'
	printf '%s\n' "$@"
}
authority() { # NAME SUBJECT
	key "$1"
	config 'basicConstraints = critical,CA:TRUE' 'keyUsage = critical,keyCertSign,cRLSign' 'subjectKeyIdentifier = hash' >"$1.cnf"
	openssl req -x509 -new -key "$1.key" -subj "$2" -days 3650 -config "$1.cnf" -extensions extensions -out "$1.pem"
}
issued() { # NAME SUBJECT SUBJECT-ALT-NAMES...: signed by the root; NAME.pem holds certificate and key
	name=$1 subject=$2
	shift 2
	key "$name"
	{ config 'basicConstraints = CA:FALSE' 'extendedKeyUsage = serverAuth,clientAuth' 'subjectAltName = @names' '[names]'; printf '%s\n' "$@"; } >"$name.cnf"
	openssl req -x509 -new -key "$name.key" -subj "$subject" -days 365 -config "$name.cnf" -extensions extensions \
		-CA root.pem -CAkey root.key -out "$name.pem"
	cat "$name.key" >>"$name.pem"
}

authority root '/O=Example Authority/CN=Example Root'
authority stranger '/CN=Stranger'
issued server '/CN=im.example.com' 'DNS.1 = im.example.com' 'otherName.1 = 1.3.6.1.5.5.7.8.7;IA5:_xmpp-server.im.example.com'
issued other '/CN=other.example' 'DNS.1 = other.example'
issued juliet '/CN=Juliet' 'otherName.1 = 1.3.6.1.5.5.7.8.5;UTF8:juliet@im.example.com'
issued several '/CN=Several' 'otherName.1 = 1.3.6.1.5.5.7.8.5;UTF8:juliet@im.example.com' \
	'otherName.2 = 1.3.6.1.5.5.7.8.5;UTF8:nurse@im.example.com' 'otherName.3 = 1.3.6.1.5.5.7.8.5;UTF8:romeo@montague.example'
issued names '/C=DE/O=Names/CN=names' 'DNS.1 = *.example.com' 'otherName.1 = 1.3.6.1.5.5.7.8.7;IA5:_xmpp-client.example.com' \
	'otherName.2 = 1.3.6.1.5.5.7.8.5;UTF8:example.com' 'IP.1 = 192.0.2.1' 'IP.2 = 2001:db8::1' \
	'URI.1 = xmpp:example.com' 'email.1 = someone@example.com' 'RID.1 = 1.2.3.4'
openssl ec -in server.key -aes-256-cbc -passout pass:x -out encrypted.key 2>/dev/null
openssl x509 -in root.pem -outform DER -out root.der
openssl x509 -in server.pem -outform DER -out server.der
: >index.txt
printf '[ca]\ndefault_ca = own\n[own]\ndatabase = index.txt\ncrlnumber = number.txt\ndefault_md = sha256\ndefault_crl_days = 365\n' >crl.cnf
printf 'crl_extensions = list\n[list]\nauthorityKeyIdentifier = keyid\n' >>crl.cnf
echo 01 >number.txt
openssl ca -config crl.cnf -gencrl -keyfile root.key -cert root.pem -out root.crl 2>/dev/null
openssl ca -config crl.cnf -revoke other.pem -keyfile root.key -cert root.pem 2>/dev/null
openssl ca -config crl.cnf -gencrl -keyfile root.key -cert root.pem -out revoking.crl 2>/dev/null
mkdir hashed
cp root.pem "hashed/$(openssl x509 -in root.pem -noout -hash).0"
touch "$stamp"
