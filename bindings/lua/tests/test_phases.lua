-- Every call in every phase answers; none crashes and none raises.
-- SPDX-License-Identifier: MIT OR Apache-2.0
local ssl = require "ssl"
local harness, pair, pki = require "harness", require "pair", require "pki"
local test = harness.test

local function server_cfg(more)
	local cfg = { mode = "server", protocol = "any", certificate = pki.path "leaf.pem", key = pki.path "leaf.key" }
	for name, value in pairs(more or {}) do cfg[name] = value; end
	return cfg
end
local client_cfg = { mode = "client", protocol = "any", cafile = pki.path "ca.pem", verify = "peer", verifyext = "lsec_continue", dane = true }

local client_context, server_context = assert(ssl.newcontext(client_cfg)), assert(ssl.newcontext(server_cfg()))

local phases = {}

function phases.fresh(client, server)
	return client, server
end

function phases.started(client, server)
	client:dohandshake()
	return client, server
end

function phases.stopped(client, server)
	server:sni({ ["example.org"] = assert(ssl.newcontext(server_cfg())) }, true)
	client:sni "example.org"
	client:dohandshake()
	return client, server
end

function phases.open(client, server)
	pair.both(function() return client:dohandshake() end, function() return server:dohandshake() end)
	return client, server
end

function phases.full(client, server)
	phases.open(client, server)
	client:send(("x"):rep(8 * 1024 * 1024))
	return client, server
end

function phases.unread(client, server)
	phases.open(client, server)
	client:send(("x"):rep(50000))
	server:receive(10)
	return client, server
end

function phases.half_closed(client, server)
	phases.open(client, server)
	client:close()
	return client, server
end

function phases.failed(client, server)
	server:sni({}, true)
	client:sni "nobody.example"
	pair.both(function() return client:dohandshake() end, function() return server:dohandshake() end)
	return client, server
end

function phases.closed(client, server)
	phases.open(client, server)
	client:close()
	server:close()
	return client, server
end

local calls = {
	dohandshake = {}, info = {}, getalpn = {}, getsniname = {}, getpeercertificate = { 1 }, getpeerchain = {},
	getlocalcertificate = {}, getlocalchain = {}, getpeerverification = {}, getpeerfinished = {}, getfinished = {},
	exportkeyingmaterial = { "EXPORTER-Channel-Binding", 32, "" }, setdane = { "example.org" },
	settlsa = { 3, 1, 1, ("x"):rep(32) }, sni = { "example.org" }, dirty = {}, getfd = {}, settimeout = { 0 },
	receive = { 100 }, send = { "data" }, getpeername = {}, getsockname = {}, setoption = { "keepalive", true },
}

for phase, reach in pairs(phases) do
	for name, arguments in pairs(calls) do
		test(("%s in the phase '%s' answers"):format(name, phase), function()
			local near, far = pair.tcp()
			local client, server = assert(ssl.wrap(near, client_context)), assert(ssl.wrap(far, server_context))
			client:settimeout(0)
			server:settimeout(0)
			client, server = reach(client, server)
			for _, conn in ipairs { client, server } do
				conn[name](conn, (table.unpack or unpack)(arguments))
			end
			for _, conn in ipairs { client, server } do
				conn:close()
				conn[name](conn, (table.unpack or unpack)(arguments))
				conn:close()
			end
		end)
	end
end

test("a handshake after close is false, closed", function()
	local near = pair.tcp()
	local conn = assert(ssl.wrap(near, client_cfg))
	conn:close()
	local ok, why = conn:dohandshake()
	harness.same(ok, false)
	harness.same(why, "closed")
end)

test("data before the handshake is nil, closed", function()
	local near = pair.tcp()
	local conn = assert(ssl.wrap(near, client_cfg))
	conn:settimeout(0)
	local sent, why = conn:send "x"
	harness.same(sent, nil)
	harness.same(why, "closed")
	local data, reason = conn:receive(1)
	harness.same(data, nil)
	harness.same(reason, "closed")
end)
