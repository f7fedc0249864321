-- What Prosody relies on in a module named `ssl`, shown on two ends in one process over loopback TCP.
--
--   lua5.4 conformance.lua PKI              PKI: the directory `pki` that run.py makes (lab/pki.py)
--   VERBOSE=1                               prints the checks that pass as well
--
-- Runs on Lua 5.1 to 5.4 and LuaJIT, and needs LuaSocket. Each check has a weight:
--   must     without it client or server streams break
--   should   administration commands, log lines and channel bindings need it
--   extra    community modules use it

local pki = assert(arg[1], "usage: conformance.lua PKI")
local socket = require "socket"
local ssl = require "ssl"
local unpack = table.unpack or unpack -- luacheck: ignore

-- That a closed connection can still be asked is promised by our module alone; everything else here holds for
-- LuaSec too.
local survives_use_after_close = not tostring(ssl._COPYRIGHT):match("^LuaSec")

--- Counting -----------------------------------------------------------------------------------------

local passed, failed = 0, 0
local section = ""

local function describe(value, depth)
	depth = depth or 0
	if type(value) == "string" then
		local text = value:sub(1, 60):gsub("[%c\128-\255]", "?")
		return #value > 60 and ("%q and so on, %d in all"):format(text, #value) or ("%q"):format(text)
	elseif type(value) == "table" and depth < 3 then
		local parts = {}
		for key, item in pairs(value) do
			parts[#parts + 1] = tostring(key) .. "=" .. describe(item, depth + 1)
		end
		table.sort(parts)
		return "{" .. table.concat(parts, ",") .. "}"
	end
	return tostring(value)
end

local function record(weight, sentence, good, ...)
	if good then passed = passed + 1 else failed = failed + 1 end
	if good and not os.getenv("VERBOSE") then return end
	local seen = {}
	for i = 1, select("#", ...) do seen[i] = describe((select(i, ...))) end
	print(("%s %-6s %s: %s [%s]"):format(good and "ok  " or "FAIL", weight, section, sentence, table.concat(seen, ", ")))
end
local function must(...) record("must", ...) end
local function should(...) record("should", ...) end
local function extra(...) record("extra", ...) end

local function about(name, body)
	section = name
	local fine, err = pcall(body)
	if not fine then must("ran to its end", false, err) end
end

local function results(...) return { n = select("#", ...), ... } end
local function retry(err) return err == "wantread" or err == "wantwrite" end

--- Contexts and connections -------------------------------------------------------------------------

local function file(name)
	local handle = assert(io.open(pki .. "/" .. name))
	local text = handle:read("*a")
	handle:close()
	return text
end

-- A configuration of the shape that Prosody's certificate manager hands over. `false` removes a field.
local function config(mode, ...)
	local made = {
		mode = mode; protocol = "sslv23"; verify = "none"; depth = 9; capath = pki .. "/capath";
		curve = false; dane = false; curveslist = "X25519:prime256v1:secp384r1";
		verifyext = { "lsec_continue", "lsec_ignore_purpose" };
		options = {
			"single_dh_use", "single_ecdh_use", "no_ticket", "no_compression", "no_renegotiation";
			"no_sslv2", "no_sslv3", "no_tlsv1", "no_tlsv1_1";
		};
		ciphersuites = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
		ciphers = table.concat({
			"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384";
			"ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305";
			"DHE-RSA-AES128-GCM-SHA256", "DHE-RSA-AES256-GCM-SHA384";
		}, ":");
		password = function() end;
	}
	for _, changes in ipairs { ... } do
		for field, value in pairs(changes) do made[field] = value or nil end
	end
	return made
end
local function credentials(name)
	return { certificate = pki .. "/" .. name .. ".crt", key = pki .. "/" .. name .. ".key" }
end
local function context(...) return assert(ssl.newcontext(config(...))) end
local asks = { verify = { "peer", "client_once" } } -- what Prosody sets for server-to-server streams

local plain_server = context("server", credentials "trusted")
local plain_client = context("client")

local function sockets()
	local listener = assert(socket.bind("127.0.0.1", 0))
	listener:settimeout(5)
	local near = assert(socket.tcp())
	near:settimeout(5)
	assert(near:connect(listener:getsockname()))
	local far = assert(listener:accept())
	listener:close()
	far:settimeout(0)
	near:settimeout(0)
	return far, near
end

-- Both ends wrapped, nothing sent yet.
local function ends(server_context, client_context, prepare)
	local far, near = sockets()
	local server, client = assert(ssl.wrap(far, server_context)), assert(ssl.wrap(near, client_context))
	server:settimeout(0)
	client:settimeout(0)
	if prepare then prepare(server, client) end
	return server, client
end

-- Drives both handshakes until each is done or has failed.
local function shake(server, client)
	local state = { server = {}, client = {} }
	local function step(conn, of)
		if of.over then return end
		of.done, of.err = conn:dohandshake()
		of.over = of.done or not retry(of.err)
	end
	for _ = 1, 500 do
		step(client, state.client)
		step(server, state.server)
		if state.client.over and state.server.over then break end
		socket.sleep(0.001)
	end
	return state.server, state.client
end

local function established(server_context, client_context, prepare)
	local server, client = ends(server_context, client_context, prepare)
	local at_server, at_client = shake(server, client)
	return server, client, at_server, at_client
end
local function finish(...) for _, conn in ipairs { ... } do conn:close() end end

-- Waits until `receive` has something to say.
local function receive(conn, pattern)
	for _ = 1, 500 do
		local data, err, partial = conn:receive(pattern)
		if data or (partial or "") ~= "" or not (retry(err) or err == "timeout") then return data, err, partial end
		socket.sleep(0.001)
	end
	return nil, "nothing came within half a second"
end

--- The checks ---------------------------------------------------------------------------------------

about("module", function()
	must("_VERSION begins with two numbers", tostring(ssl._VERSION):match("^%d+%.%d+"), ssl._VERSION)
	for _, name in ipairs { "newcontext", "wrap", "loadcertificate" } do
		must(name .. " is a function", type(ssl[name]) == "function")
	end
	must("context.setcipher is a function", type((ssl.context or require "ssl.context").setcipher) == "function")
	for _, name in ipairs { "options", "algorithms", "capabilities", "curves" } do
		must("config." .. name .. " is a table", type(ssl.config) == "table" and type(ssl.config[name]) == "table")
	end
	should("config says that lists of curves are understood", ssl.config.capabilities.curves_list == true)
	for _, name in ipairs { "ssl.core", "ssl.context", "ssl.x509", "ssl.config" } do
		local found, value = pcall(require, name)
		extra("require '" .. name .. "' gives a table", found and type(value) == "table", value)
	end
end)

about("newcontext", function()
	local server = ssl.newcontext(config("server", credentials "trusted"))
	must("makes a server's context", server ~= nil)
	local setcipher = (ssl.context or require "ssl.context").setcipher
	must("and takes its ciphers once more", setcipher(server, config("server").ciphers) == true)
	must("makes a client's without a certificate", ssl.newcontext(config("client")))
	must("makes a server's without one, for SNI", ssl.newcontext(config("server")))
	must("takes an RSA key", ssl.newcontext(config("server", credentials "rsa")))
	for _, protocol in ipairs { "any", "sslv23", "tlsv1_2", "tlsv1_3" } do
		must("takes protocol " .. protocol, ssl.newcontext(config("server", credentials "trusted", { protocol = protocol })))
	end
	for _, list in ipairs { "HIGH+kEECDH:HIGH+kEDH:HIGH:!PSK:!SRP:!3DES:!aNULL", "DEFAULT" } do
		must("takes the ciphers " .. list, ssl.newcontext(config("server", credentials "trusted", { ciphers = list })))
	end
	must("takes a curve that it may not know beside one it knows",
		ssl.newcontext(config("server", credentials "trusted", { curveslist = "P-384:X25519" })))

	local function refuses(weight, sentence, pattern, changes)
		local r = results(ssl.newcontext(config("server", credentials "trusted", changes)))
		record(weight, sentence, not r[1] and type(r[2]) == "string" and r[2]:match(pattern), unpack(r, 1, r.n))
	end
	refuses("should", "an unknown protocol", ".", { protocol = "nonsense" })
	refuses("should", "a missing key, in words that Prosody knows", "^error loading private key %(.+%)$", { key = "/nowhere.key" })
	refuses("should", "a missing certificate, likewise", "^error loading certificate %(.+%)$", { certificate = "/nowhere.crt" })
	refuses("should", "a file that is no certificate, likewise", "^error loading certificate %(.+%)$", { certificate = pki .. "/trusted.key" })
	refuses("must", "a key that belongs to another certificate", ".", { key = pki .. "/serveronly.key" })
	refuses("should", "ciphers of which none is known", "^error setting cipher list", { ciphers = "NO-SUCH-CIPHER" })
	refuses("should", "an option that does not exist", "^invalid option %(no_such_option%)", { options = { "no_such_option" } })
end)

about("wrap", function()
	local far, near = sockets()
	local descriptor = near:getfd()
	local client = assert(ssl.wrap(near, plain_client))
	must("takes the descriptor from the socket", client:getfd() == descriptor and near:getfd() == -1, client:getfd(), near:getfd())
	must("gives no second value", select("#", ssl.wrap(far, config("server", credentials "trusted"))) == 1
		or select(2, ssl.wrap((sockets()), plain_server)) == nil)
	must("settimeout gives something true", client:settimeout(0))
	must("a field that is not there reads as nil", client.no_such_method == nil)
	client:close()

	far, near = sockets()
	local fine, conn = pcall(ssl.wrap, far, nil)
	must("without a context throws or gives nil", not fine or not conn, fine, conn)
	near:close()
end)

about("handshake", function()
	local far, near = sockets()
	local client = assert(ssl.wrap(near, plain_client))
	client:settimeout(0)
	local r = results(client:dohandshake())
	must("waiting for the peer: false, 'wantread'", r[1] == false and r[2] == "wantread", unpack(r, 1, r.n))
	local server = assert(ssl.wrap(far, config("server", credentials "trusted")))
	must("a configuration table serves as a context", server ~= nil)
	server:settimeout(0)
	local at_server, at_client = shake(server, client)
	must("done: true at both ends", at_server.done == true and at_client.done == true, at_server.err, at_client.err)
	must("done: no second value", at_server.err == nil and at_client.err == nil, at_server.err, at_client.err)
	must("again after it is done: still true", client:dohandshake() == true)
	finish(client, server)

	server, client, at_server, at_client = established(context("server", credentials "rsa"), plain_client)
	must("works with an RSA key", at_server.done and at_client.done, at_server.err, at_client.err)
	finish(client, server)

	server, client = sockets()
	server = assert(ssl.wrap(server, plain_server))
	server:settimeout(0)
	client:close()
	local done, err
	for _ = 1, 200 do
		done, err = server:dohandshake()
		if not retry(err) then break end
		socket.sleep(0.001)
	end
	must("the peer hangs up: false and a reason", done == false and type(err) == "string" and not retry(err), done, err)
	server:close()

	server, client = sockets()
	server = assert(ssl.wrap(server, plain_server))
	server:settimeout(0)
	client:send("<?xml version='1.0'?><stream:stream to='trusted.example.test'>")
	for _ = 1, 200 do
		done, err = server:dohandshake()
		if not retry(err) then break end
		socket.sleep(0.001)
	end
	must("the peer speaks XML: false and a reason", done == false and type(err) == "string" and not retry(err), done, err)
	finish(server, client)

	server, client, at_server, at_client = established(
		context("server", credentials "trusted", { protocol = "tlsv1_3", ciphers = "DEFAULT" }),
		context("client", { protocol = "tlsv1_2" }))
	must("no version in common: fails at both ends", not at_server.done and not at_client.done, at_server.err, at_client.err)
	finish(server, client)
end)

about("after close", function()
	local server, client = established(plain_server, plain_client)
	client:close()
	must("getfd is -1", client:getfd() == -1, client:getfd())
	must("close again does nothing", pcall(client.close, client))
	local r = results(client:send("x"))
	must("send: nil, 'closed'", r[1] == nil and r[2] == "closed", unpack(r, 1, r.n))
	r = results(client:receive(10))
	must("receive: nil, 'closed'", r[1] == nil and r[2] == "closed", unpack(r, 1, r.n))
	must("dirty: false", client:dirty() == false)
	if survives_use_after_close then
		r = results(client:dohandshake())
		should("dohandshake: false, 'closed'", r[1] == false and r[2] == "closed", unpack(r, 1, r.n))
		for _, name in ipairs { "info", "getpeercertificate", "getpeerverification", "getsniname", "getalpn", "settimeout" } do
			pcall(client[name], client)
			should(name .. " leaves the process alive", true)
		end
	end
	server:close()
end)

about("receive", function()
	local server, client = established(plain_server, plain_client)
	for _, pattern in ipairs { 4096, "*a" } do
		local r = results(server:receive(pattern))
		must(("%s, nothing there: nil, 'wantread', ''"):format(pattern), r[1] == nil and r[2] == "wantread" and r[3] == "", unpack(r, 1, r.n))
	end
	must("nothing there: not dirty", server:dirty() == false)

	client:send("hello")
	local r = results(receive(server, 4096))
	must("less than asked for: nil, 'wantread' and the part", r[1] == nil and r[2] == "wantread" and r[3] == "hello", unpack(r, 1, r.n))
	client:send("ABCDE")
	r = results(receive(server, 2))
	must("as much as asked for: the data alone", r[1] == "AB" and r[2] == nil, unpack(r, 1, r.n))
	must("more is there: dirty", server:dirty() == true)
	r = results(server:receive("*a"))
	must("'*a' takes the rest: nil, 'wantread' and the part", r[1] == nil and r[2] == "wantread" and r[3] == "CDE", unpack(r, 1, r.n))
	must("all taken: not dirty", server:dirty() == false)

	client:send("one\r\ntwo")
	extra("'*l' takes a line without its end", receive(server, "*l") == "one")
	server:receive("*a")

	client:send("first")
	client:send("second")
	socket.sleep(0.01)
	r = results(receive(server, 4096))
	local together = r[3] or r[1] or ""
	if together == "first" then together = together .. (select(3, receive(server, 4096)) or "") end
	must("two records arrive in order", together == "firstsecond", together)

	client:send("last words")
	client:close()
	r = results(receive(server, "*a"))
	must("what came before the end is given", (r[1] or r[3]) == "last words", unpack(r, 1, r.n))
	r = results(receive(server, "*a"))
	must("after the end: nil, a reason, ''", r[1] == nil and not retry(r[2]) and r[2] ~= "timeout" and (r[3] or "") == "", unpack(r, 1, r.n))
	server:close()
end)

about("send", function()
	local server, client = established(plain_server, plain_client)
	for name, conn in pairs { server = server, client = client } do
		must("nothing, right after the handshake, at the " .. name .. ": 0", conn:send("") == 0)
	end
	must("gives the index of the last octet", client:send("hello") == 5)
	local r = results(client:send("..abc..", 3, 5))
	must("of a part too", r[1] == 5, unpack(r, 1, r.n))
	socket.sleep(0.01)
	must("and only the part was sent", select(3, receive(server, 4096)) == "helloabc")

	-- Far more than the kernel takes, sent as Prosody does: what `send` says it took is cut off, the rest is
	-- given again, and an empty string once nothing is left.
	local all = ("0123456789abcdef"):rep(6 * 65536)
	local rest, arrived, full, wrong = all, {}, false, nil
	local count, rounds = 0, 0
	while count < #all and rounds < 200000 and not wrong do
		rounds = rounds + 1
		local last, err, taken = client:send(rest)
		if last then
			rest = ""
		elseif err == "wantwrite" and type(taken) == "number" and taken >= 0 and taken <= #rest then
			full, rest = true, rest:sub(taken + 1)
		else
			wrong = { last, err, taken }
		end
		if full then
			local data, why, part = server:receive(8192)
			local piece = data or part or ""
			arrived[#arrived + 1], count = piece, count + #piece
			if not data and not retry(why) then wrong = { why } end
		end
	end
	must("a full socket: nil, 'wantwrite' and how far it came", full and not wrong, wrong)
	must("everything arrives, unchanged", table.concat(arrived) == all, count, #all)
	local _, err = server:receive(1)
	must("receive never asks for 'wantwrite'", err == "wantread", err)
	finish(server, client)
end)

about("reading ahead", function()
	-- Prosody's libevent loop waits for the descriptor once the handshake is over: octets behind the peer's
	-- Finished must still be in the kernel then.
	local server, client = ends(plain_server, plain_client)
	client:dohandshake()
	socket.sleep(0.01)
	server:dohandshake()
	local client_done
	for _ = 1, 100 do
		client_done = client:dohandshake()
		if client_done then break end
		socket.sleep(0.001)
	end
	client:send("<stream:stream>")
	socket.sleep(0.01)
	local done, err = server:dohandshake()
	local waiting = socket.select({ { getfd = function() return server:getfd() end } }, nil, 0.2)
	must("the handshake takes no more than is its own", client_done and done and #waiting == 1, client_done, done, err, #waiting)
	must("and what came behind it is received", select(3, receive(server, 4096)) == "<stream:stream>")
	finish(server, client)
end)

about("info", function()
	for version, changes in pairs { ["TLSv1.3"] = {}, ["TLSv1.2"] = { protocol = "tlsv1_2" } } do
		local server, client = established(plain_server, context("client", changes))
		local info = server:info()
		must(version .. ": is a table and has the protocol", type(info) == "table" and info.protocol == version, info)
		local pattern = version == "TLSv1.3" and "^TLS_" or "^ECDHE%-ECDSA%-"
		must(version .. ": has the cipher by OpenSSL's name", tostring(info.cipher):match(pattern), info.cipher)
		should(version .. ": has a number of bits and no compression", type(info.bits) == "number" and not info.compression, info)
		should(version .. ": gives a single field", server:info("protocol") == version)
		local exported, keys = pcall(function()
			local label = "EXPORTER-Channel-Binding"
			return { server:exportkeyingmaterial(label, 32, ""), client:exportkeyingmaterial(label, 32, "") }
		end)
		should(version .. ": both ends export the same keying material", exported and #(keys[1] or "") == 32 and keys[1] == keys[2], keys)
		finish(server, client)
	end
end)

about("verification", function()
	local server, client, at_server, at_client = established(plain_server, plain_client)
	must("a server that does not ask has no certificate of the client", server:getpeercertificate() == nil)
	must("a chain to a trusted root: true", client:getpeerverification() == true)
	should("the certificate above the leaf can be asked for", client:getpeercertificate(2) ~= nil)
	should("the chain has both", #client:getpeerchain() == 2)
	finish(server, client)

	for name, pattern in pairs {
		selfsigned = "[Ss]elf.signed certificate"; expired = "^certificate has expired$";
		["unknown-ca"] = "unable to"; ["not-yet-valid"] = "^certificate is not yet valid$";
	} do
		server, client, at_server, at_client = established(context("server", credentials(name)), context("client", asks))
		must(name .. ": the handshake is completed nevertheless", at_client.done == true, at_client.err)
		local verified, errors = client:getpeerverification()
		local text
		for _, list in pairs(type(errors) == "table" and errors or {}) do
			for _, line in ipairs(type(list) == "table" and list or {}) do
				if tostring(line):match(pattern) then text = line end
			end
		end
		must(name .. ": false, and a table of texts by depth that says why", verified == false and text, verified, errors)
		must(name .. ": the certificate can be read", client:getpeercertificate() ~= nil)
		finish(server, client)
	end

	server, client = established(
		context("server", credentials "trusted", asks), context("client", credentials "serveronly", asks))
	must("a client that shows a server's certificate is verified as one", server:getpeerverification() == true,
		select(2, server:getpeerverification()))
	must("and its certificate can be read", server:getpeercertificate() ~= nil)
	should("and its chain", #server:getpeerchain() == 2, #server:getpeerchain())
	finish(server, client)

	server, client, at_server, at_client = established(
		context("server", credentials "trusted", asks), context("client", credentials "selfsigned", asks))
	must("a self-signed client gets through the handshake", at_server.done == true, at_server.err)
	must("and is not verified", server:getpeerverification() == false)
	finish(server, client)

	server, client, at_server = established(context("server", credentials "trusted", asks), plain_client)
	must("a client without a certificate gets through the handshake", at_server.done == true, at_server.err)
	must("and has none", server:getpeercertificate() == nil)
	finish(server, client)

	local strict = config("client", { verify = "peer", verifyext = false })
	server, client, at_server, at_client = established(context("server", credentials "selfsigned"), strict)
	must("without lsec_continue an untrusted server fails the handshake",
		not at_client.done and not retry(at_client.err), at_client.err)
	finish(server, client)
	server, client, at_server, at_client = established(plain_server, strict)
	must("and a trusted one does not", at_client.done == true, at_client.err)
	finish(server, client)
end)

about("SNI", function()
	local names = { "trusted.example.test", "serveronly.example.test" }
	local map = {
		[names[1]] = context("server", credentials "trusted"),
		[names[2]] = context("server", credentials "serveronly"),
	}
	local nameless = context("server")
	local function asking(name, by_name)
		return function(server, client)
			server:sni(by_name or map, true)
			if name then client:sni(name) end
		end
	end
	for _, name in ipairs(names) do
		local server, client, at_server, at_client = established(nameless, plain_client, asking(name))
		local certificate = at_client.done and client:getpeercertificate()
		must("picks the context of " .. name, certificate and certificate:subject()[1].value == name, at_server.err, at_client.err)
		should("and the server can tell the name", server:getsniname() == name, server:getsniname())
		finish(server, client)
	end
	local server, client, at_server, at_client = established(plain_server, plain_client, asking("unknown.example.test"))
	must("an unknown name fails the handshake", not at_server.done and not at_client.done, at_server.err, at_client.err)
	finish(server, client)
	server, client, at_server, at_client = established(plain_server, plain_client, asking(nil))
	must("no name: the context given to wrap", at_server.done and at_client.done, at_server.err, at_client.err)
	finish(server, client)
	server, client, at_server, at_client = established(nameless, plain_client, asking(nil))
	must("no name and no certificate: fails", not at_server.done and not at_client.done, at_server.err, at_client.err)
	finish(server, client)

	local later = {}
	server, client = ends(nameless, plain_client, asking("later.example.test", later))
	later["later.example.test"] = map[names[1]]
	at_server, at_client = shake(server, client)
	must("a name added to the map after the call is found", at_client.done == true, at_server.err, at_client.err)
	finish(server, client)
end)

about("ALPN", function()
	local client_context = context("client", { alpn = "xmpp-server" })
	local function negotiates(sentence, offered, expected)
		local server, client, at_server, at_client = established(
			context("server", credentials "trusted", { alpn = offered }), client_context)
		must(sentence, at_server.done and at_client.done and server:getalpn() == expected and client:getalpn() == expected,
			at_server.err, at_client.err, server:getalpn(), client:getalpn())
		finish(server, client)
	end
	negotiates("a server without it: none", false, nil)
	negotiates("a list", { "xmpp-client", "xmpp-server" }, "xmpp-server")
	negotiates("nothing in common: none, and no failure", { "h2" }, nil)
	negotiates("a function that gives a list", function(offered)
		return offered[1] == "xmpp-server" and { "xmpp-client", "xmpp-server" } or nil
	end, "xmpp-server")
	negotiates("a function that gives a name", function(offered) return offered[1] end, "xmpp-server")
end)

about("DANE", function()
	must("config says that it is understood", ssl.config.capabilities.dane)
	local function digest(name)
		local hex = file(name .. ".tlsa"):match("^3 1 1 (%x+)")
		return (hex:gsub("%x%x", function(octet) return string.char(tonumber(octet, 16)) end))
	end
	local client_context = context("client", asks, { dane = { "no_ee_namechecks" } })
	local function judged(sentence, server_name, record_of, expected)
		local server, client = ends(context("server", credentials(server_name)), client_context)
		must(sentence .. ": setdane gives true", client:setdane("selfsigned.example.test") == true)
		must(sentence .. ": settlsa gives true", client:settlsa(3, 1, 1, digest(record_of)) == true)
		local _, at_client = shake(server, client)
		local verified, errors = client:getpeerverification()
		must(sentence .. ": the verdict", at_client.done and verified == expected, at_client.err, verified, errors)
		finish(server, client)
	end
	judged("its own record", "selfsigned", "selfsigned", true)
	judged("another's record", "selfsigned", "trusted", false)
	judged("a trusted chain with another's record", "trusted", "selfsigned", false)
end)

about("certificates", function()
	must("rubbish gives nil", ssl.loadcertificate("rubbish") == nil)
	local leaf = assert(ssl.loadcertificate(file "trusted.crt"))
	local issuer = assert(ssl.loadcertificate(file "sub.crt"))
	must("setencode('utf8') gives true", leaf:setencode("utf8") == true)

	local names = leaf:extensions()["2.5.29.17"]
	must("alternative names: dNSName", names and names.dNSName and names.dNSName[1] == "trusted.example.test", names)
	local addresses, services = names["1.3.6.1.5.5.7.8.5"], names["1.3.6.1.5.5.7.8.7"]
	must("alternative names: XmppAddr", addresses and addresses[1] == "trusted.example.test", addresses)
	must("alternative names: SRVName", services and services[1] == "_xmpp-server.trusted.example.test"
		and services[2] == "_xmpp-client.trusted.example.test", services)
	must("alternative names: none of a kind that is not there", names.uniformResourceIdentifier == nil)
	local without = issuer:extensions()
	must("without alternative names: a table without them", type(without) == "table" and without["2.5.29.17"] == nil, without)

	local subject = leaf:subject()
	must("subject: a list of oid, name and value", subject[1].oid == "2.5.4.3" and subject[1].name == "commonName"
		and subject[1].value == "trusted.example.test", subject)
	must("valid now", leaf:validat(os.time()) == true)
	must("not in forty days, nor forty days ago", leaf:validat(os.time() + 40 * 86400) == false
		and leaf:validat(os.time() - 40 * 86400) == false)
	should("issuer", leaf:issuer()[1].value == "Laboratory Issuing CA", leaf:issuer())
	should("digest: SHA-1, or what is asked for, in lower case", leaf:digest():match("^[0-9a-f]+$") and #leaf:digest() == 40
		and #leaf:digest("sha256") == 64, leaf:digest(), leaf:digest("sha256"))
	should("pem gives what was loaded", leaf:pem():match("^%-%-%-%-%-BEGIN CERTIFICATE%-%-%-%-%-\n")
		and file("trusted.crt"):find(leaf:pem():gsub("%s+$", ""), 1, true), leaf:pem())
	local key, kind, bits = leaf:pubkey()
	should("pubkey: PEM, kind and size", tostring(key):match("BEGIN PUBLIC KEY") and kind == "EC" and bits == 256, key, kind, bits)
	key, kind, bits = assert(ssl.loadcertificate(file "rsa.crt")):pubkey()
	should("pubkey of an RSA key", tostring(key):match("BEGIN PUBLIC KEY") and kind == "RSA" and bits == 2048, key, kind, bits)
	local date = "^%a%a%a [ %d]%d %d%d:%d%d:%d%d %d%d%d%d GMT$"
	extra("notbefore and notafter are dates", leaf:notbefore():match(date) and leaf:notafter():match(date), leaf:notbefore(), leaf:notafter())
	extra("serial is hexadecimal", leaf:serial():match("^%x+$"), leaf:serial())
	local root = assert(ssl.loadcertificate(file "ca.crt"))
	extra("issued tells whose certificate it is", root:issued(issuer) == true and root:issued(leaf, issuer) == true
		and not issuer:issued(root), root:issued(issuer))
	extra("getsignaturename is a text", type(leaf:getsignaturename()) == "string", leaf:getsignaturename())

	local server, client = established(plain_server, plain_client)
	should("the peer's is the one that was loaded", client:getpeercertificate():digest("sha256") == leaf:digest("sha256"))
	finish(server, client)
end)

about("memory", function()
	for _ = 1, 50 do
		local server, client = established(plain_server, plain_client)
		client:send("left unread")
		server:getpeercertificate()
		client:getpeerchain()
		if _ % 2 == 0 then finish(server, client) end
	end
	collectgarbage()
	collectgarbage()
	must("connections that nobody closed are collected", true)
	local server, client = established(context("server", credentials "trusted"), context("client"))
	collectgarbage()
	collectgarbage()
	client:send("still here")
	must("a connection outlives the variables that held its context", select(3, receive(server, 4096)) == "still here")
	local certificate = client:getpeercertificate()
	finish(server, client)
	server, client = nil, nil
	collectgarbage()
	must("a certificate outlives its connection", certificate:subject()[1].value == "trusted.example.test")
end)

print(("%d passed, %d failed"):format(passed, failed))
os.exit(failed == 0 and 0 or 1)
