-- Costs of a module named `ssl`: two ends in one process, over loopback TCP.
--
--   lua bench/ssl.lua CERTIFICATES [SECONDS]      the directory that benches/certificates.sh makes
--
-- The same file measures LuaSec and the drop-in: which one is found depends on LUA_PATH. Prints NAME<tab>NUMBER a line,
-- CPU time of the process, system calls included: microseconds of a full handshake, of a message of 300 octets, and of
-- 16 KiB; KiB of resident memory for an idle connection's end.
-- SPDX-License-Identifier: MIT OR Apache-2.0
local socket = require "socket"
local ssl = require "ssl"

local directory, seconds = assert(arg[1], "usage: ssl.lua CERTIFICATES [SECONDS]"), tonumber(arg[2]) or 1
local idle = 400 -- pairs that stay; their descriptors fit into the usual limit of 1024

local common = {
	protocol = "tlsv1_3", options = { "no_ticket", "no_compression" }, curveslist = "X25519",
	ciphersuites = "TLS_AES_128_GCM_SHA256",
}
local function context(more)
	for name, value in pairs(common) do more[name] = value; end
	return assert(ssl.newcontext(more))
end
local server_context = context {
	mode = "server", verify = "none", certificate = directory .. "/server.chain", key = directory .. "/server.key",
}
-- As Prosody does it: the handshake goes on whatever the chain is, and the verdict on it is asked for afterwards.
local function client(authority)
	return context { mode = "client", cafile = authority, verify = "peer", verifyext = { "lsec_continue" } }
end
local client_context = client(directory .. "/root.pem")

-- A client that met nobody before: signatures are remembered with the authorities, which are a file's.
local root = assert(io.open(directory .. "/root.pem")):read "*a"
local function stranger()
	local path = os.tmpname()
	local file = assert(io.open(path, "w"))
	file:write(root)
	file:close()
	local made = client(path)
	os.remove(path)
	return made
end

local listener = assert(socket.bind("127.0.0.1", 0))

local function pair(from)
	local near = assert(socket.tcp())
	assert(near:connect(listener:getsockname()))
	local far = assert(listener:accept())
	near:setoption("tcp-nodelay", true)
	far:setoption("tcp-nodelay", true)
	local client, server = assert(ssl.wrap(near, from or client_context)), assert(ssl.wrap(far, server_context))
	client:settimeout(0)
	server:settimeout(0)
	local ready_client, ready_server
	repeat
		ready_client = ready_client or client:dohandshake()
		ready_server = ready_server or server:dohandshake()
	until ready_client and ready_server
	assert(client:getpeerverification())
	return client, server
end

local function drain(conn, wanted)
	local got = 0
	while got < wanted do
		local data, _, part = conn:receive(wanted - got)
		got = got + #(data or part or "")
	end
end

local function report(name, number)
	print(("%s\t%.3f"):format(name, number))
end

-- Microseconds of CPU that one `step` takes.
local function cost(step)
	for _ = 1, 20 do step(); end
	local count, began = 0, os.clock()
	repeat
		for _ = 1, 10 do step(); end
		count = count + 10
	until os.clock() - began > seconds
	return (os.clock() - began) * 1e6 / count
end

local function resident_kib()
	collectgarbage()
	collectgarbage()
	local file = assert(io.open "/proc/self/status")
	local text = file:read "*a"
	file:close()
	return tonumber(text:match "VmRSS:%s*(%d+)")
end

-- Memory first: what is measured before would leave holes that the idle ends fill.
local kept = {}
local function keep(count)
	for _ = 1, count do
		local client, server = pair()
		for _, ends in ipairs { { client, server }, { server, client } } do
			ends[1]:send "<presence/>"
			drain(ends[2], 11)
		end
		kept[#kept + 1] = { client, server }
	end
end
keep(20)
local before = resident_kib()
keep(idle)
report("idle end, KiB", (resident_kib() - before) / idle / 2)
for _, ends in ipairs(kept) do
	ends[1]:close()
	ends[2]:close()
end

local function handshake(from)
	local client, server = pair(from)
	client:close()
	server:close()
end
local count, spent = 0, 0
repeat
	local strangers = {}
	for i = 1, 50 do strangers[i] = stranger(); end
	collectgarbage()
	local began = os.clock()
	for i = 1, 50 do handshake(strangers[i]); end
	spent, count = spent + os.clock() - began, count + 50
until spent > seconds
report("handshake", spent * 1e6 / count)
report("handshake, met before", cost(handshake))
local client, server = pair()
local message, piece = ("m"):rep(300), ("m"):rep(16384)
report("message", cost(function()
	client:send(message)
	drain(server, 300)
end))
report("piece", cost(function()
	client:send(piece)
	drain(server, 16384)
end))
