-- Connections without sockets: bytes in, bytes out, events.
-- SPDX-License-Identifier: MIT OR Apache-2.0
local xmpptls = require "xmpptls"
local harness, pair, pki = require "harness", require "pair", require "pki"
local test, same, fails, raises = harness.test, harness.same, harness.fails, harness.raises

local server_context, client_context = pair.contexts()

local function ends(transport)
	local client = assert(xmpptls.initiate(client_context, { transport = transport, domain = "example.org", own_domain = "home.example" }))
	local server = assert(xmpptls.accept(server_context, { transport = transport }))
	return client, server
end

local function events(connection)
	local seen = {}
	for event in connection.next_event, connection do seen[event] = true; end
	return seen
end

for _, transport in ipairs { "starttls", "direct-tls", "tls-only" } do
	test("a handshake by " .. transport .. " ends open on both ends, and data passes", function()
		local client, server = ends(transport)
		pair.shuttle(client, server)
		same(client:phase(), "open")
		same(server:phase(), "open")
		assert(events(client).handshake_done and events(server).handshake_done)
		same(client:write("from client"), 11)
		same(server:write("from server"), 11)
		local at_client, at_server = pair.shuttle(client, server)
		same(at_client, "from server")
		same(at_server, "from client")
	end)
end

test("both ends agree on TLS 1.3 and the same exporter", function()
	local client, server = ends "direct-tls"
	fails("XMPP_TLS_NOT_YET", client:channel_binding "tls-exporter")
	pair.shuttle(client, server)
	same(client:tls().version, "TLSv1.3")
	same(client:tls().suite_name, server:tls().suite_name)
	same(#client:channel_binding "tls-exporter", 32)
	same(client:channel_binding "tls-exporter", server:channel_binding "tls-exporter")
	fails("XMPP_TLS_NOT_AVAILABLE", client:channel_binding "tls-unique")
end)

test("the peer's certificate can be read, and stays when the connection is gone", function()
	local client, server = ends "direct-tls"
	pair.shuttle(client, server)
	local certificate = client:peer_certificate()
	client, server = nil, nil -- luacheck: ignore
	collectgarbage()
	collectgarbage()
	same(certificate:subject()[2].value, "example.org")
end)

test("much data passes in one call, written and transmitted", function()
	local client, server = ends "direct-tls"
	pair.shuttle(client, server)
	local data = ("0123456789abcdef"):rep(8192)
	local bytes, taken = client:write_and_transmit(data)
	same(taken, #data)
	same(client:transmit(), "")
	local plain, used = server:receive(bytes)
	same(used, #bytes)
	same(plain == data, true)
end)

test("closing is told to the peer", function()
	local client, server = ends "direct-tls"
	pair.shuttle(client, server)
	client:write "last words"
	client:close()
	local _, said = pair.shuttle(client, server)
	same(said, "last words")
	assert(events(server).peer_closed)
	fails("XMPP_TLS_CONNECTION_CLOSED", client:write "more")
end)

test("a transport that ends without close_notify is truncated", function()
	local client, server = ends "direct-tls"
	pair.shuttle(client, server)
	events(server)
	server:end_of_input()
	assert(events(server).truncated)
end)

test("bytes that are no TLS fail the connection, and the alert can be sent", function()
	local server = assert(xmpptls.accept(server_context, { transport = "tls-only" }))
	server:receive "GET / HTTP/1.1\r\n\r\n"
	same(server:phase(), "failed")
	local name, sentence, number = server:cause()
	assert(#name > 0 and #sentence > 0 and number > 0)
	assert(server:alert())
	fails("XMPP_TLS_CONNECTION_FAILED", server:write "x")
end)

test("time limits run on the time that was given", function()
	local server = assert(xmpptls.accept(server_context, { transport = "tls-only", now = { monotonic_ms = 1000 } }))
	local at = server:deadline()
	assert(at > 1000)
	server:advance { monotonic_ms = at - 1 }
	assert(server:phase() ~= "failed")
	server:advance { monotonic_ms = at }
	same(server:phase(), "failed")
end)

test("a client hello stop shows name and protocols, and goes on after a choice", function()
	local client = assert(xmpptls.initiate(client_context, { transport = "direct-tls", domain = "example.org", alpn = { "xmpp-server", "other" } }))
	local server = assert(xmpptls.accept(server_context, { transport = "tls-only", stop_at_client_hello = true }))
	pair.shuttle(client, server)
	assert(events(server).client_hello)
	same(server:server_name(), "example.org")
	same(table.concat(server:offered_alpn(), " "), "xmpp-server other")
	assert(server:choose { alpn = "other" })
	pair.shuttle(client, server)
	same(client:phase(), "open")
	same(client:alpn(), "other")
end)

test("a client hello can be refused with an alert", function()
	local client = assert(xmpptls.initiate(client_context, { transport = "direct-tls", domain = "example.org" }))
	local server = assert(xmpptls.accept(server_context, { transport = "tls-only", stop_at_client_hello = true }))
	pair.shuttle(client, server)
	assert(server:refuse(112))
	pair.shuttle(client, server)
	same(client:phase(), "failed")
	same(server:phase(), "failed")
end)

test("a client keeps the gate: a certificate of an unknown CA is refused", function()
	local strict = assert(xmpptls.context(pair.policy "c2s-client"))
	local function login(name)
		local context = assert(xmpptls.context(assert(xmpptls.policy "c2s-server"), pair.credentials(name)))
		local domain = name == "leaf" and "example.org" or "other.example"
		local client = assert(xmpptls.initiate(strict, { transport = "direct-tls", domain = domain }))
		local server = assert(xmpptls.accept(context, { transport = "direct-tls" }))
		pair.shuttle(client, server)
		return client
	end
	same(login("leaf"):phase(), "open")
	same(login("other"):phase(), "failed")
end)

test("a connection that was given to nobody can be collected in every phase", function()
	for _, transport in ipairs { "starttls", "direct-tls", "tls-only" } do
		local client, server = ends(transport)
		client:transmit()
		client, server = nil, nil -- luacheck: ignore
		collectgarbage()
	end
end)

test("options of a connection are checked", function()
	raises(xmpptls.initiate, client_context, {})
	raises(xmpptls.initiate, client_context, { transport = "carrier-pigeon" })
	raises(xmpptls.accept, client_context)
	fails("XMPP_TLS_INVALID_DOMAIN", xmpptls.initiate(client_context, { transport = "direct-tls", domain = "not a domain" }))
end)

assert(pki.directory)
