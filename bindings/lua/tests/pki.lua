-- Certificates for the tests, made anew by the openssl command in a directory of their own.
--
-- ca.pem (trusted), leaf.pem + leaf.key (example.org with every kind of name), other.pem + other.key
-- (other.example, self-signed), leaf.pkcs8 and leaf.sec1 (leaf.key with the passphrase "secret", in both PEM forms), expired.pem + expired.key (signed by the CA, over since 2001).
-- SPDX-License-Identifier: MIT OR Apache-2.0
local pki = {}

local function run(command)
	local a, _, c = os.execute(command .. " 2>/dev/null >/dev/null")
	local status = type(a) == "number" and a or (a and 0 or c)
	assert(status == 0, "failed: " .. command)
end

local function write(path, text)
	local file = assert(io.open(path, "wb"))
	assert(file:write(text))
	file:close()
end

local function read(path)
	local file = assert(io.open(path, "rb"), path)
	local text = file:read("*a")
	file:close()
	return text
end

local config = [[
[req]
distinguished_name = dn
[dn]
[ca]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
[leaf]
basicConstraints = CA:false
extendedKeyUsage = serverAuth
subjectAltName = DNS:example.org, DNS:*.example.org, otherName:1.3.6.1.5.5.7.8.5;UTF8:example.org, otherName:1.3.6.1.5.5.7.8.7;IA5STRING:_xmpp-server.example.org, IP:127.0.0.1, email:admin@example.org
[other]
subjectAltName = DNS:other.example
]]

local function make(directory)
	local old = directory .. "/"
	write(old .. "openssl.cnf", config)
	local function openssl(line)
		run(("cd '%s' && openssl %s"):format(directory, line))
	end
	for _, name in ipairs { "ca", "leaf", "other", "expired" } do
		openssl(("ecparam -name prime256v1 -genkey -noout -out %s.ec"):format(name))
		openssl(("pkcs8 -topk8 -nocrypt -in %s.ec -out %s.key"):format(name, name))
	end
	openssl "pkcs8 -topk8 -in leaf.ec -passout pass:secret -out leaf.pkcs8"
	openssl "ec -in leaf.ec -aes256 -passout pass:secret -out leaf.sec1"
	openssl "req -new -x509 -config openssl.cnf -extensions ca -key ca.key -subj '/CN=Test CA' -days 30 -out ca.pem"
	openssl "req -new -x509 -config openssl.cnf -extensions other -key other.key -subj /CN=other.example -days 30 -out other.pem"
	for _, name in ipairs { "leaf", "expired" } do
		openssl(("req -new -config openssl.cnf -key %s.key -subj '/O=Tests/CN=example.org' -out %s.csr"):format(name, name))
	end
	openssl "x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -set_serial 0x1234ABCD -days 20 -extfile openssl.cnf -extensions leaf -out leaf.pem"
	write(old .. "index.txt", "")
	write(old .. "ca.cnf", "[ca]\ndefault_ca = d\n[d]\ndatabase = index.txt\nnew_certs_dir = .\nserial = serial.txt\ndefault_md = sha256\npolicy = p\ncopy_extensions = none\n[p]\norganizationName = optional\ncommonName = supplied\n")
	write(old .. "serial.txt", "77\n")
	openssl "ca -batch -config ca.cnf -cert ca.pem -keyfile ca.key -in expired.csr -startdate 20000101000000Z -enddate 20010101000000Z -extfile openssl.cnf -extensions leaf -notext -out expired.pem"
end

--- The files' contents by name: pki.files("ca.pem").
function pki.create()
	local directory = os.tmpname()
	os.remove(directory)
	run(("mkdir -p '%s'"):format(directory))
	make(directory)
	pki.directory = directory
	return pki
end

function pki.read(name)
	return read(pki.directory .. "/" .. name)
end

function pki.path(name)
	return pki.directory .. "/" .. name
end

function pki.remove()
	run(("rm -rf '%s'"):format(pki.directory))
end

return pki
