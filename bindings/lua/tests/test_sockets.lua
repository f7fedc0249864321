-- A connection on a LuaSocket descriptor: what is in the kernel and what is here.
-- SPDX-License-Identifier: MIT OR Apache-2.0
local xmpptls = require "xmpptls"
local socket = require "socket"
local harness, pair = require "harness", require "pair"
local test, same, matches, raises = harness.test, harness.same, harness.matches, harness.raises

local server_context, client_context = pair.contexts()

local function ends(transport, timeout)
	local near, far = pair.tcp()
	local client = xmpptls.wrap(near, assert(xmpptls.initiate(client_context, {
		transport = transport or "tls-only", domain = "example.org", own_domain = "home.example" })))
	local server = xmpptls.wrap(far, assert(xmpptls.accept(server_context, { transport = transport or "tls-only" })))
	client:settimeout(timeout or 0)
	server:settimeout(timeout or 0)
	return client, server
end

local function open(transport)
	local client, server = ends(transport)
	local ok, why, ok2, why2 = pair.both(function() return client:handshake() end, function() return server:handshake() end)
	assert(ok and ok2, tostring(why) .. " / " .. tostring(why2))
	client:setoption("tcp-nodelay", true) -- what is sent apart shall arrive apart, and at once
	return client, server
end

local function read(conn, pattern)
	for _ = 1, 500 do
		local data, why, part = conn:receive(pattern)
		if data or part ~= "" or why ~= "wantread" then return data, why, part; end
		socket.sleep(0.002)
	end
	error "nothing came"
end

for _, transport in ipairs { "tls-only", "direct-tls", "starttls" } do
	test("a handshake over TCP by " .. transport, function()
		local client, server = open(transport)
		same(client:tls().version, "TLSv1.3")
		same(client:send "<presence/>", 11)
		same(select(3, read(server, 100)), "<presence/>")
		client:close()
		server:close()
	end)
end

test("a failure whose octets came with good ones is told after their plaintext", function()
	local near, far = pair.tcp()
	near:settimeout(0)
	local client = assert(xmpptls.initiate(client_context, { transport = "tls-only" }))
	local server = xmpptls.wrap(far, assert(xmpptls.accept(server_context, { transport = "tls-only" })))
	server:settimeout(0)
	for _ = 1, 500 do
		near:send(client:transmit())
		server:handshake()
		local data, _, part = near:receive(20000)
		client:receive(data or part)
		if client:phase() == "open" and server:phase() == "open" then break; end
		socket.sleep(0.002)
	end
	near:send((client:write_and_transmit "<presence/>") .. "\23\3\3\0\32" .. ("x"):rep(32))
	same(select(3, read(server, 11)) or "<presence/>", "<presence/>")
	local _, why = read(server, 1)
	matches(why, "%a")
	assert(why ~= "closed" and why ~= "wantread", why)
	same(server:phase(), "failed")
	near:settimeout(5)
	assert(near:receive(5), "the alert was sent at once")
	server:close()
	near:close()
end)

test("wrapping takes the descriptor and the connection away from their owners", function()
	local near, far = pair.tcp()
	local fd = near:getfd()
	local connection = assert(xmpptls.initiate(client_context, { transport = "tls-only" }))
	local wrapped = xmpptls.wrap(near, connection)
	same(near:getfd(), -1)
	same(wrapped:getfd(), fd)
	raises(connection.transmit, connection)
	raises(xmpptls.wrap, far, connection)
	same(far:getfd() >= 0, true)
	raises(xmpptls.wrap, near, assert(xmpptls.initiate(client_context, { transport = "tls-only" })))
end)

test("the handshake leaves what comes behind it in the kernel", function()
	local client, server = ends()
	client:handshake()
	socket.sleep(0.01)
	server:handshake()
	socket.sleep(0.01)
	assert(client:handshake())
	client:send "<stream:stream>"
	socket.sleep(0.01)
	assert(server:handshake())
	same(server:dirty(), false)
	same(#socket.select({ server }, nil, 0.2), 1)
	same(select(3, read(server, 4096)), "<stream:stream>")
end)

test("a receive of n octets gives exactly n, and dirty tells of the rest", function()
	local client, server = open()
	client:send "abcdef"
	same(read(server, 2), "ab")
	same(server:dirty(), true)
	same(server:receive(3), "cde")
	local data, why, part = server:receive(3)
	same(data, nil)
	same(why, "wantread")
	same(part, "f")
	same(server:dirty(), false)
end)

test("two records that came together are both told by dirty", function()
	local client, server = open()
	client:send "one"
	client:send "two"
	socket.sleep(0.02)
	same(server:receive(3), "one")
	same(server:dirty(), true)
	same(server:receive(3), "two")
	same(server:dirty(), false)
end)

test("lines lose their end, and a prefix comes first", function()
	local client, server = open()
	client:send "first\r\nsecond\nrest"
	same(read(server, "*l"), "first")
	same(server:receive("*l", "and "), "and second")
	same(select(3, server:receive "*a"), "rest")
end)

test("a full kernel is told with what was accepted, and an empty send flushes", function()
	local client, server = open()
	local block = ("0123456789abcdef"):rep(4096)
	local left, total, got, waited = block:rep(64), 64 * #block, {}, false
	for _ = 1, 100000 do
		local sent, why, accepted = client:send(left)
		if sent then break; end
		same(why, "wantwrite")
		waited = true
		left = left:sub(accepted + 1)
		local data, _, part = server:receive(65536)
		got[#got + 1] = data or part
	end
	same(waited, true, "the kernel was full once")
	same(client:send "", 0)
	local size = #table.concat(got)
	while size < total do
		local data, _, part = read(server, 65536)
		size = size + #(data or part)
	end
	same(size, total)
end)

test("send counts as string.sub does", function()
	local client, server = open()
	same(client:send("abcdefgh", 3, 5), 5)
	same(client:send("abcdefgh", -2), 8)
	same(client:send("abcdefgh", 5, 2), 4)
	same(client:send(""), 0)
	socket.sleep(0.02)
	same(select(3, read(server, 100)), "cdegh")
end)

test("the end of a stream: closed after close_notify, something else after a cut", function()
	local client, server = open()
	client:send "last words"
	client:close()
	socket.sleep(0.02)
	local data, why, part = read(server, 100)
	same(data, nil)
	same(part, "last words")
	if why == "wantread" then why = select(2, read(server, 100)); end
	same(why, "closed")
	same(select(2, server:receive(1)), "closed")

	local near, far = pair.tcp()
	server = xmpptls.wrap(far, assert(xmpptls.accept(server_context, { transport = "tls-only" })))
	server:settimeout(0)
	near:close()
	socket.sleep(0.02)
	local ok, reason = server:handshake()
	same(ok, false)
	assert(not reason:find "^want", reason)
end)

test("a peer that speaks no TLS gets an alert", function()
	local near, far = pair.tcp()
	local server = xmpptls.wrap(far, assert(xmpptls.accept(server_context, { transport = "tls-only" })))
	server:settimeout(0)
	near:send "GET / HTTP/1.1\r\n\r\n"
	socket.sleep(0.02)
	local ok, why = server:handshake()
	same(ok, false)
	assert(#why > 0 and not why:find "^want", why)
	server:close()
	near:settimeout(2)
	same(near:receive(1):byte(), 21, "content type of an alert")
end)

test("a waiting socket waits, and not longer than it may", function()
	local client, server = ends("tls-only", 0.2)
	local began = socket.gettime()
	local ok, why = client:handshake()
	same(ok, false)
	same(why, "timeout")
	local took = socket.gettime() - began
	assert(took > 0.15 and took < 2, took)
	server:close()
	ok, why = client:handshake()
	same(ok, false)
	assert(why ~= "timeout", why)
end)

test("addresses and options are those of the descriptor", function()
	local client, server = open()
	local address, port = client:getpeername()
	same(address, "127.0.0.1")
	local _, own = server:getsockname()
	same(port, own)
	same(client:setoption("keepalive", true), 1)
	same(client:setoption("tcp-nodelay", true), 1)
	same(client:setoption("linger", 1), nil)
	client:close()
	matches(select(2, client:getpeername()), "closed")
end)
