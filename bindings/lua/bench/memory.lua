-- Costs of connections without sockets: TLS and the binding, and no system call.
--
--   lua bench/memory.lua CERTIFICATES [SECONDS]      prints NAME<tab>NUMBER a line, microseconds of CPU
--
-- A message of 300 octets is written at one end and read at the other; a handshake has both ends, and the client's
-- verdict in it.
-- SPDX-License-Identifier: MIT OR Apache-2.0
local xmpptls = require "xmpptls"

local directory, seconds = assert(arg[1], "usage: memory.lua CERTIFICATES [SECONDS]"), tonumber(arg[2]) or 1
local domain = "server.example"

local function context(preset, credentials)
	return assert(xmpptls.context(assert(xmpptls.policy {
		preset = preset, trust_anchors = assert(xmpptls.trust_anchors { file = directory .. "/root.pem" }), ["tls.resumption"] = "off", ["tls.groups"] = { "x25519" },
		["tls.oldest_version"] = "TLSv1.3",
		["tls.cipher_suites"] = { "TLS_AES_128_GCM_SHA256" },
	}), credentials))
end
local server_context = context("c2s-server", assert(xmpptls.credentials {
	{ domain = domain, certificate_file = directory .. "/server.chain", key_file = directory .. "/server.key" },
}))
local client_context = context "c2s-client"

local function pair(from)
	local client = assert(xmpptls.initiate(from or client_context, { transport = "tls-only", domain = domain }))
	local server = assert(xmpptls.accept(server_context, { transport = "tls-only" }))
	repeat
		server:receive(client:transmit())
		client:receive(server:transmit())
	until client:phase() == "open" and server:phase() == "open"
	return client, server
end

local function cost(step)
	for _ = 1, 100 do step(); end
	local count, began = 0, os.clock()
	repeat
		for _ = 1, 100 do step(); end
		count = count + 100
	until os.clock() - began > seconds
	return (os.clock() - began) * 1e6 / count
end

-- A client that met nobody before: signatures are remembered with the trust anchors.
local count, spent = 0, 0
repeat
	local strangers = {}
	for i = 1, 50 do strangers[i] = context "c2s-client"; end
	collectgarbage()
	local began = os.clock()
	for i = 1, 50 do
		local client, server = pair(strangers[i])
		client:close()
		server:close()
	end
	spent, count = spent + os.clock() - began, count + 50
until spent > seconds
print(("handshake in memory\t%.3f"):format(spent * 1e6 / count))
local client, server = pair()
local message = ("m"):rep(300)
assert(#server:receive((client:write_and_transmit(message))) == 300)
print(("message in memory\t%.3f"):format(cost(function()
	server:receive((client:write_and_transmit(message)))
end)))
