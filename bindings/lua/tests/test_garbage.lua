-- Memory: objects may go in any order, and many connections leave nothing behind.
-- SPDX-License-Identifier: MIT OR Apache-2.0
local xmpptls = require "xmpptls"
local harness, pair, pki = require "harness", require "pair", require "pki"
local test = harness.test

-- XMPPTLS_CONNECTIONS: how many connections are made; fewer under valgrind, which finds what is lost by itself
local count = tonumber(os.getenv "XMPPTLS_CONNECTIONS") or 10000
local few = count < 5000

local function resident_kib()
	local file = io.open "/proc/self/status"
	if not file then return nil; end
	local text = file:read "*a"
	file:close()
	return tonumber(text:match "VmRSS:%s*(%d+)")
end

local server_context, client_context = pair.contexts()

local function connection(transport)
	local client = assert(xmpptls.initiate(client_context, { transport = transport, domain = "example.org", own_domain = "home.example" }))
	local server = assert(xmpptls.accept(server_context, { transport = transport, stop_at_client_hello = true }))
	return client, server
end

-- Each leaves two connections in another phase, for the collector.
local phases = {
	function() connection "tls-only" end,
	function() connection "starttls":transmit() end,
	function()
		local client, server = connection "tls-only"
		server:receive(client:transmit():sub(1, 50))
	end,
	function()
		local client, server = connection "tls-only"
		server:receive(client:transmit())
	end,
	function()
		local client, server = connection "tls-only"
		server:receive(client:transmit())
		assert(server:choose {})
		client:receive(server:transmit())
	end,
	function()
		local client, server = connection "tls-only"
		pair.shuttle(client, server)
		assert(server:choose {})
		pair.shuttle(client, server)
		assert(client:phase() == "open")
		client:write "unsent"
		assert(client:peer_certificate())
	end,
	function()
		local _, server = connection "tls-only"
		server:receive "this is not TLS at all"
	end,
	function()
		local client, server = connection "tls-only"
		pair.shuttle(client, server)
		server:choose {}
		pair.shuttle(client, server)
		client:close()
		pair.shuttle(client, server)
	end,
}

test(("%d connections are torn down in every phase%s"):format(count, few and "" or ", and memory stays flat"), function()
	local function round(n)
		for i = 1, n do phases[i % #phases + 1](); end
		collectgarbage()
		collectgarbage()
		return resident_kib()
	end
	round(math.ceil(count / 4)) -- allocators and caches fill
	local before = round(math.ceil(count / 4))
	local after = round(count)
	if before and not few then
		assert(after - before < 2048, ("grew from %d to %d KiB"):format(before, after))
	end
end)

test("objects may be collected in any order", function()
	for seed = 1, 20 do
		local objects = {}
		local credentials = assert(xmpptls.credentials { default = { certificate_file = pki.path "leaf.pem", key_file = pki.path "leaf.key" } })
		local policy = pair.policy("s2s-with-dialback", { gate = "host", requirement = "encrypt-only", ["tls.unknown_server_name"] = "use-default" })
		local served, dialled = assert(xmpptls.context(policy, credentials)), assert(xmpptls.context(policy))
		local server = assert(xmpptls.accept(served, { transport = "tls-only" }))
		local client = assert(xmpptls.initiate(dialled, { transport = "tls-only" }))
		for i, object in ipairs { credentials, policy, served, dialled, server, client } do objects[i] = object; end
		credentials, policy, served, dialled = nil, nil, nil, nil -- luacheck: ignore
		for i = 1, 4 do
			objects[(i * 7 + seed) % 4 + 1] = nil
			collectgarbage()
		end
		pair.shuttle(client, server)
		harness.same(client:phase(), "open")
	end
end)

test("closing a state with live objects frees them without a crash", function()
	-- the objects outlive this function: the state's end collects them in reverse order
	_G.kept = { pair.contexts() }
	local server = assert(xmpptls.accept(_G.kept[1], { transport = "tls-only" }))
	local client = assert(xmpptls.initiate(_G.kept[2], { transport = "tls-only" }))
	pair.shuttle(client, server)
	_G.kept[3], _G.kept[4], _G.kept[5] = server, client, client:peer_certificate()
end)
