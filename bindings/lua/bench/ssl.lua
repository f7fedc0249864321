-- Costs of a module named `ssl`, measured on two ends in one process over loopback TCP.
--
--   lua bench/ssl.lua CERTIFICATE KEY CA [SECONDS]      ECDSA certificate; prints one line a figure
--
-- The same file measures LuaSec and the drop-in: which one is found depends on LUA_PATH. Figures: full handshakes a
-- second (both ends), microseconds for a 300-octet message (sent by one end and received by the other, system calls
-- included), megabytes a second in 16 KiB pieces, and KiB of resident memory for each idle connection.
-- SPDX-License-Identifier: MIT OR Apache-2.0
local socket = require "socket"
local ssl = require "ssl"

local certificate, key, ca, seconds = arg[1], arg[2], arg[3], tonumber(arg[4]) or 3
assert(ca, "usage: ssl.lua CERTIFICATE KEY CA [SECONDS]")

local common = { protocol = "any", options = { "no_ticket", "no_compression" }, curveslist = "X25519:prime256v1" }
local function context(more)
	for name, value in pairs(common) do more[name] = value; end
	return assert(ssl.newcontext(more))
end
local server_context = context { mode = "server", certificate = certificate, key = key, verify = "none" }
local client_context = context { mode = "client", cafile = ca, verify = "peer", verifyext = { "lsec_continue" } }

local listener = assert(socket.bind("127.0.0.1", 0))

local function pair()
	local near = assert(socket.tcp())
	assert(near:connect(listener:getsockname()))
	local far = assert(listener:accept())
	near:setoption("tcp-nodelay", true)
	far:setoption("tcp-nodelay", true)
	local client, server = assert(ssl.wrap(near, client_context)), assert(ssl.wrap(far, server_context))
	client:settimeout(0)
	server:settimeout(0)
	local ready_client, ready_server
	repeat
		ready_client = ready_client or client:dohandshake()
		ready_server = ready_server or server:dohandshake()
	until ready_client and ready_server
	return client, server
end

local function resident_kib()
	collectgarbage()
	collectgarbage()
	local file = assert(io.open "/proc/self/status")
	local text = file:read "*a"
	file:close()
	return tonumber(text:match "VmRSS:%s*(%d+)")
end

local function drain(conn, wanted)
	local got = 0
	while got < wanted do
		local data, _, part = conn:receive(wanted - got)
		got = got + #(data or part or "")
	end
end

-- How often `step` runs in a second.
local function rate(step)
	for _ = 1, 20 do step(); end
	local count, began = 0, socket.gettime()
	repeat
		for _ = 1, 10 do step(); end
		count = count + 10
	until socket.gettime() - began > seconds
	return count / (socket.gettime() - began)
end

print(("module            %s, %s"):format(ssl._COPYRIGHT or "?", jit and jit.version or _VERSION))
print(("handshakes        %.0f a second"):format(rate(function()
	local client, server = pair()
	client:close()
	server:close()
end)))

local client, server = pair()
local message = ("x"):rep(300)
print(("300-octet message %.2f microseconds"):format(1e6 / rate(function()
	client:send(message)
	drain(server, 300)
end)))
local piece = ("x"):rep(16384)
print(("bulk              %.0f MB a second"):format(rate(function()
	client:send(piece)
	drain(server, 16384)
end) * 16384 / 1e6))
client:close()
server:close()

local kept, before = {}, resident_kib()
for i = 1, 200 do kept[i] = { pair() }; end
print(("idle connection   %.1f KiB"):format((resident_kib() - before) / 400))
