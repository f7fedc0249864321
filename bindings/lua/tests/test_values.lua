-- What needs no connection: certificates, policies, credentials, errors.
-- SPDX-License-Identifier: MIT OR Apache-2.0
local xmpptls = require "xmpptls"
local harness, pair, pki = require "harness", require "pair", require "pki"
local test, same, matches, fails, raises = harness.test, harness.same, harness.matches, harness.fails, harness.raises

test("the version is that of the running library", function()
	local version, abi = xmpptls.version()
	matches(version, "^%d+%.%d+%.%d+$")
	same(type(abi), "number")
end)

test("a certificate tells its names in their order", function()
	local certificate = assert(xmpptls.certificate(pki.read "leaf.pem"))
	local names = {}
	for _, name in ipairs(certificate:names()) do names[#names + 1] = name.kind .. "=" .. name.value; end
	same(table.concat(names, " "), "dns=example.org dns=*.example.org srv_name=_xmpp-server.example.org "
		.. "xmpp_addr=example.org ip=127.0.0.1 email=admin@example.org")
end)

test("a certificate tells subject, issuer, serial, key and validity", function()
	local certificate = assert(xmpptls.certificate(pki.read "leaf.pem"))
	same(certificate:subject()[1].oid, "2.5.4.10")
	same(certificate:subject()[2].value, "example.org")
	same(certificate:issuer()[1].value, "Test CA")
	same(certificate:serial(), "1234ABCD")
	local kind, bits = certificate:key()
	same(kind .. " " .. bits, "EC P-256 256")
	assert(certificate:not_before() <= os.time() and os.time() < certificate:not_after())
	same(assert(xmpptls.certificate(pki.read "expired.pem")):not_after(), 978307200)
end)

test("a certificate is the same from DER and from PEM", function()
	local from_pem = assert(xmpptls.certificate(pki.read "leaf.pem"))
	local from_der = assert(xmpptls.certificate(from_pem:der()))
	same(from_der:pem(), from_pem:pem())
	same(from_der:digest "sha256", from_pem:digest "sha256")
	same(#from_pem:digest "sha512", 128)
end)

test("what is no certificate is an error with code, name and message", function()
	fails("XMPP_TLS_NO_CERTIFICATE", xmpptls.certificate "rubbish")
	fails("XMPP_TLS_MALFORMED_CERTIFICATE", xmpptls.certificate "\48\130\1\1rubbish")
end)

test("a wrong argument raises and is not a result", function()
	raises(xmpptls.certificate)
	raises(xmpptls.policy, {})
	raises(xmpptls.policy, { preset = "s2s", gate = print })
	raises(xmpptls.policy, { preset = 5 })
	raises(xmpptls.context, xmpptls.certificate(pki.read "leaf.pem"))
end)

test("a policy has a name, and an unknown preset is an error", function()
	matches(pair.policy "s2s":name(), "^s2s%-%d%d%d%d$")
	fails("XMPP_TLS_NO_TRUST_ANCHORS", xmpptls.policy "s2s")
	fails("XMPP_TLS_UNKNOWN_NAME", xmpptls.policy "s3s")
end)

test("a setting is refused with the nearest name or the words there are", function()
	local err = fails("XMPP_TLS_UNKNOWN_NAME", xmpptls.policy { preset = "c2s-server", ["tls.resumtion"] = "off" })
	matches(tostring(err), "tls%.resumption")
	fails("XMPP_TLS_INVALID_POLICY", xmpptls.policy { preset = "c2s-server", gate = "open" })
	local policy = assert(xmpptls.policy { preset = "c2s-server", ["tls.resumption"] = "off", ["tls.groups"] = { "x25519", "secp256r1" } })
	matches(policy:toml(), 'groups = %[ ?"x25519", "secp256r1" ?%]')
end)

test("a number of a setting is taken as it is, or not at all", function()
	local function limit(number) return xmpptls.policy { preset = "c2s-server", ["time_limits.handshake"] = number }; end
	matches(assert(limit(1234)):toml(), "handshake = 1234")
	fails("XMPP_TLS_INVALID_POLICY", limit(2 ^ 32 + 1234))
	raises(limit, 1234.5)
	raises(limit, 0 / 0)
	raises(limit, math.huge)
end)

test("what a policy relaxes is listed", function()
	same(#pair.policy "s2s":relaxations(), 0)
	assert(#pair.policy("s2s", { requirement = "encrypt-only" }):relaxations() > 0)
end)

test("an error of a policy text says where", function()
	local err = fails("XMPP_TLS_UNKNOWN_NAME", xmpptls.policy { toml = "preset = \"s2s\"\nno_such_key = 1\n" })
	same(err.line, 2)
end)

test("credentials serve the names of their certificate", function()
	local credentials = assert(xmpptls.credentials {
		{ certificate = pki.read "leaf.pem", key = pki.read "leaf.key" },
		default = { certificate_file = pki.path "other.pem", key_file = pki.path "other.key" },
	})
	local how, certificate = credentials:which "example.org"
	same(how, "exact")
	same(certificate:subject()[2].value, "example.org")
	same((credentials:which "chat.example.org"), "wildcard")
	same((credentials:which "elsewhere.example"), "default")
end)

test("a key of another certificate is refused", function()
	fails("XMPP_TLS_KEY_MISMATCH", xmpptls.credentials {
		{ certificate = pki.read "leaf.pem", key = pki.read "other.key" },
	})
end)

test("a file that is not there is named in the error", function()
	local err = fails("XMPP_TLS_FILE_NOT_READABLE", xmpptls.credentials {
		{ certificate_file = "/nowhere/a.pem", key_file = "/nowhere/a.key" },
	})
	matches(tostring(err), "/nowhere/a")
end)

test("trust anchors are counted, from text, file and directory", function()
	same((assert(xmpptls.trust_anchors { pem = pki.read "ca.pem" }):count()), 1)
	same((assert(xmpptls.trust_anchors { file = pki.path "ca.pem", certificate = xmpptls.certificate(pki.read "other.pem"):der() }):count()), 2)
	fails("XMPP_TLS_FILE_NOT_READABLE", xmpptls.trust_anchors { file = "/nowhere/ca.pem" })
end)

test("metatables of objects are closed to scripts", function()
	local shown = getmetatable(xmpptls.certificate(pki.read "leaf.pem"))
	same(shown.__gc, nil)
	same(type(shown.__index.pem), "function", "wrappers find the methods")
	matches(tostring(pair.policy "s2s"), "^xmpptls%.policy: ")
end)

test("servers that share ticket keys resume each other's sessions", function()
	local first, client = pair.contexts()
	local second = pair.contexts()
	local function resumed(server)
		local a = assert(xmpptls.initiate(client, { transport = "direct-tls", domain = "example.org" }))
		local b = assert(xmpptls.accept(server, { transport = "direct-tls" }))
		pair.shuttle(a, b)
		same(a:tls().resumed, b:tls().resumed)
		return a:tls().resumed
	end
	local old, new = ("\1"):rep(48), ("\2"):rep(16) .. ("\3"):rep(32)
	assert(first:set_ticket_keys { old })
	same(resumed(first), false)
	assert(second:set_ticket_keys { new, old })
	same(resumed(second), true)
	assert(first:set_ticket_keys { new })
	same(resumed(first), true)
	assert(client:forget "example.org")
	same(resumed(first), false)
	assert(second:set_ticket_keys { old })
	same(resumed(second), false)
	fails("XMPP_TLS_INVALID_PARAMETER", first:set_ticket_keys {})
	fails("XMPP_TLS_INVALID_PARAMETER", first:set_ticket_keys { ("\0"):rep(48) })
	fails("XMPP_TLS_INVALID_PARAMETER", first:set_ticket_keys { old, old })
	local many = {}
	for number = 1, 9 do many[number] = string.char(number):rep(48); end
	fails("XMPP_TLS_LIMIT_EXCEEDED", first:set_ticket_keys(many))
	raises(first.set_ticket_keys, first, { ("\1"):rep(47) })
end)
