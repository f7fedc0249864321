-- What servers need besides TLS: dialback, SASL EXTERNAL, history, channel bindings.
-- SPDX-License-Identifier: MIT OR Apache-2.0
local xmpptls = require "xmpptls"
local harness, pair, pki = require "harness", require "pair", require "pki"
local test, same, matches, fails = harness.test, harness.same, harness.matches, harness.fails
local dialback, external = xmpptls.dialback, xmpptls.external

test("a dialback key is that of XEP-0185 section 3, and no other matches", function()
	local secret = assert(dialback.secret "s3cr3tf0rd14lb4ck")
	local key = assert(secret:key("xmpp.example.com", "example.org", "D60000229F"))
	same(key, "37c69b1cf07a3f67c04a5ef5902fa5114f2c76fe4a2686482ba5b89323075643")
	same(secret:matches("xmpp.example.com", "example.org", "D60000229F", key), true)
	same(secret:matches("xmpp.example.com", "example.org", "D60000229E", key), false)
	fails("XMPP_TLS_INVALID_PARAMETER", secret:key("xmpp.example.com", "example.org", "two words"))
	fails("XMPP_TLS_INVALID_PARAMETER", dialback.secret "short")
	matches(dialback.random_secret(), "^%x+$")
	assert(dialback.random_secret() ~= dialback.random_secret())
end)

test("an answer that nobody asked for has no effect", function()
	local requests = assert(dialback.requests())
	assert(requests:result_sent("example.org", "example.net"))
	fails("XMPP_TLS_ALREADY_SET", requests:result_sent("example.org", "example.net"))
	assert(requests:verify_sent("example.org", "example.net", "id1"))
	same(requests:waiting(), 2)
	fails("XMPP_TLS_NOT_FOUND", requests:result_answered("example.com", "example.org"))
	assert(requests:result_answered("example.net", "example.org"))
	fails("XMPP_TLS_NOT_FOUND", requests:result_answered("example.net", "example.org"))
	assert(requests:verify_answered("example.net", "example.org", "id1"))
	same(requests:waiting(), 0)
end)

test("a stream without a valid pair ends with an invalid key", function()
	same(dialback.invalid_ends_stream(0), true)
	same(dialback.invalid_ends_stream(1), false)
	same(dialback.target_may_join { peer_announced_errors = true, same_address = true, certificate_proves_it = true }, true)
	same(dialback.target_may_join {}, false)
end)

test("an authorization identity is read and written, and a broken one has its condition", function()
	same(external.encode_authzid "example.org", "ZXhhbXBsZS5vcmc=")
	same(external.decode_authzid "ZXhhbXBsZS5vcmc=", "example.org")
	same(external.decode_authzid "=", "")
	local identity, reason, condition = external.decode_authzid "%%%"
	same(identity, nil)
	assert(#reason > 0 and #condition > 0)
	same(external.resolve_server("", "Example.ORG"), "example.org")
end)

test("a certificate without users names none, and the operator's mapping counts", function()
	local users = assert(external.users(assert(xmpptls.certificate(pki.read "leaf.pem")), { "example.org" }))
	same(#users:list(), 0)
	same(#users:foreign(), 0)
	local jid, reason, condition = users:resolve()
	same(jid, nil)
	assert(#reason > 0)
	same(condition, "not-authorized")
	same(users:resolve(nil, "user@example.org"), "user@example.org")
	fails("XMPP_TLS_INVALID_DOMAIN", external.users(assert(xmpptls.certificate(pki.read "leaf.pem")), { "not a domain" }))
end)

local function verdict_on(name)
	local verification = assert(xmpptls.verification {
		domain = "example.org", policy = pair.policy "s2s", chain = { assert(xmpptls.certificate(pki.read(name))) }, direction = "receiving",
	})
	return assert(verification:decide())
end

test("EXTERNAL is not offered to who did not show the key", function()
	same(external.offer(verdict_on "leaf.pem"), "no_possession")
	same(external.offer(verdict_on "other.pem") ~= "offer", true)
	matches(verdict_on "other.pem":dialback_condition(), "%a")
end)

test("history is compared with a verdict, and damage is an error", function()
	local first = assert(verdict_on "leaf.pem":observe())
	same(first.change, "first_seen")
	local again = assert(verdict_on "leaf.pem":observe(first.to_store))
	same(again.change, "same")
	local changed = assert(verdict_on "other.pem":observe(first.to_store))
	assert(changed.change ~= "same" and changed.loudness ~= "info", changed.change)
	fails("XMPP_TLS_MALFORMED_DOCUMENT", verdict_on "leaf.pem":observe "{")
end)

test("the channel bindings of a connection are named, the strongest first", function()
	local server_context, client_context = pair.contexts()
	local client = assert(xmpptls.initiate(client_context, { transport = "tls-only" }))
	local server = assert(xmpptls.accept(server_context, { transport = "tls-only" }))
	pair.shuttle(client, server)
	same(table.concat(server:channel_bindings(), " "), "tls-exporter tls-server-end-point")
	same(client:channel_binding "tls-server-end-point", server:channel_binding "tls-server-end-point")
end)
