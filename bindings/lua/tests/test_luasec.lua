-- The drop-in, where it differs from its model or goes beyond what Prosody needs.
-- SPDX-License-Identifier: MIT OR Apache-2.0
local ssl, xmpptls = require "ssl", require "xmpptls"
local harness, pair, pki = require "harness", require "pair", require "pki"
local test, same, matches, fails = harness.test, harness.same, harness.matches, harness.fails

local function server(more)
	local cfg = { mode = "server", protocol = "any", certificate = pki.path "leaf.pem", key = pki.path "leaf.key" }
	for name, value in pairs(more or {}) do cfg[name] = value; end
	return cfg
end

local function client(more)
	local cfg = { mode = "client", protocol = "any", cafile = pki.path "ca.pem", verify = "peer", verifyext = { "lsec_continue" } }
	for name, value in pairs(more or {}) do cfg[name] = value; end
	return cfg
end

local function shake(server_cfg, client_cfg, before)
	local near, far = pair.tcp()
	local c, s = assert(ssl.wrap(near, client_cfg)), assert(ssl.wrap(far, server_cfg))
	c:settimeout(0)
	s:settimeout(0)
	if before then before(c, s); end
	return c, s, pair.both(function() return c:dohandshake() end, function() return s:dohandshake() end)
end

test("parts are ours by whichever name they are loaded", function()
	for _, part in ipairs { "config", "context", "x509", "core" } do
		same(require("ssl." .. part), ssl[part])
	end
end)

test("old protocols and unknown words are refused with LuaSec's texts", function()
	local _, message = ssl.newcontext(server { protocol = "tlsv1" })
	same(message, "invalid protocol (tlsv1)")
	_, message = ssl.newcontext(server { options = { "no_tlsv1_2", "no_tlsv1_3" } })
	same(message, "invalid protocol (any)")
	_, message = ssl.newcontext(server { options = "no_such_option" })
	same(message, "invalid option (no_such_option)")
	_, message = ssl.newcontext(server { mode = "peer" })
	same(message, "invalid mode (peer)")
	_, message = ssl.newcontext(server { verify = "sometimes" })
	matches(message, "^invalid verify option")
end)

test("file errors have the words that Prosody gives advice by", function()
	local _, message = ssl.newcontext(server { key = "/nowhere/key" })
	same(message, "error loading private key (No such file or directory)")
	_, message = ssl.newcontext(server { certificate = "/nowhere/certificate" })
	same(message, "error loading certificate (No such file or directory)")
	_, message = ssl.newcontext(server { certificate = pki.path "leaf.key" })
	same(message, "error loading certificate (no start line)")
	_, message = ssl.newcontext(server { key = pki.path "leaf.pem" })
	same(message, "error loading private key (no start line)")
	_, message = ssl.newcontext(server { key = pki.path "other.key" })
	same(message, "private key does not match public key")
	_, message = ssl.newcontext(server { ciphers = "NO-SUCH" })
	same(message, "error setting cipher list (no cipher match)")
end)

test("a key with a passphrase is refused with what to do, and doing it helps", function()
	for _, name in ipairs { "leaf.pkcs8", "leaf.sec1" } do
		local ctx, message = ssl.newcontext(server { key = pki.path(name), password = "secret" })
		same(ctx, nil)
		matches(message, "^error loading private key %(bad password read: .* by openssl pkey %-in KEY %-out NEW%)$")
		local err = fails("XMPP_TLS_ENCRYPTED_PRIVATE_KEY", xmpptls.credentials {
			default = { certificate_file = pki.path "leaf.pem", key_file = pki.path(name) },
		})
		same(err.file, pki.path(name))
		matches(err.message, "openssl pkey")
		local new = pki.path(name .. ".new")
		local done = os.execute(("openssl pkey -passin pass:secret -in %s -out %s"):format(pki.path(name), new))
		assert(done == true or done == 0)
		assert(ssl.newcontext(server { key = new, password = "secret" }))
	end
end)

test("trust anchors of an older state are let go, whichever of file and directory was renewed", function()
	local carried = require "xmpptls".internal.carried
	local path, directory = pki.path "renewed.pem", pki.path "capath"
	assert(os.execute(("mkdir -p '%s'"):format(directory)))
	local function write(to, name)
		local file = assert(io.open(to, "wb"))
		file:write(pki.read(name))
		file:close()
	end
	write(directory .. "/01234567.0", "ca.pem")
	local function anchors(name)
		write(path, name)
		return carried(assert(ssl.newcontext(client { cafile = path, capath = directory }))).anchors
	end
	local kept = setmetatable({ anchors "ca.pem", anchors "other.pem" }, { __mode = "v" })
	collectgarbage()
	collectgarbage()
	same(kept[1], nil)
	same(type(kept[2]), "userdata")
end)

test("trust anchors are read once for the same state of a file", function()
	local xmpptls = require "xmpptls"
	local made, real = 0, xmpptls.trust_anchors
	xmpptls.trust_anchors = function(...) -- luacheck: ignore
		made = made + 1
		return real(...)
	end
	local path = pki.path "bundle.pem"
	local function write(name)
		local file = assert(io.open(path, "wb"))
		file:write(pki.read(name))
		file:close()
	end
	write "ca.pem"
	for _ = 1, 3 do assert(ssl.newcontext(client { cafile = path })); end
	same(made, 1)
	write "other.pem"
	local c = shake(server(), client { cafile = path })
	xmpptls.trust_anchors = real -- luacheck: ignore
	same(made, 2)
	same(c:getpeerverification(), false, "the CA that is not in the file any more")
end)

test("a chain that holds is true, one that does not is a list of texts by depth", function()
	local c = shake(server(), client())
	same(c:getpeerverification(), true)
	c = shake(server { certificate = pki.path "other.pem", key = pki.path "other.key" }, client())
	local ok, errors = c:getpeerverification()
	same(ok, false)
	same(errors[1][1], "self signed certificate")
	c = shake(server { certificate = pki.path "expired.pem", key = pki.path "expired.key" }, client())
	ok, errors = c:getpeerverification()
	same(ok, false)
	same(errors[1][1], "certificate has expired")
end)

test("verify peer without lsec_continue lets no data pass when the chain does not hold", function()
	local strict = client { verifyext = false }
	local c, _, ok, why = shake(server { certificate = pki.path "other.pem", key = pki.path "other.key" }, strict)
	same(ok, false)
	same(why, "certificate verify failed")
	same(select(2, c:send "secret"), "closed")
	same(select(2, c:dohandshake()), "certificate verify failed")
	assert(c:getfd() >= 0, "the loop still watches the descriptor")
	c, _, ok = shake(server(), strict)
	same(ok, true)
	same(c:send "secret", 6)
end)

test("a server that demands a certificate gets one or refuses", function()
	local demanding = server { verify = { "peer", "fail_if_no_peer_cert" }, cafile = pki.path "ca.pem" }
	local _, _, _, _, ok, why = shake(demanding, client())
	same(ok, false)
	same(why, "peer did not return a certificate")
	_, _, _, _, ok = shake(demanding, client { certificate = pki.path "leaf.pem", key = pki.path "leaf.key" })
	same(ok, true)
end)

test("a TLSA record of the program decides", function()
	local certificate = ssl.loadcertificate(pki.read "other.pem")
	local digest = require "xmpptls".internal.certificate.public_key_digest(certificate, "sha256")
	local function attempt(hex)
		local c = shake(server { certificate = pki.path "other.pem", key = pki.path "other.key" }, client { dane = true }, function(conn)
			same(conn:setdane "other.example", true)
			same(conn:settlsa(3, 1, 1, (hex:gsub("%x%x", function(d) return string.char(tonumber(d, 16)) end))), true)
		end)
		return c:getpeerverification()
	end
	same(attempt(digest), true)
	local ok, errors = attempt(("00"):rep(32))
	same(ok, false)
	same(errors[1][1], "no matching DANE TLSA records")
end)

test("records are refused where the context does not allow DANE", function()
	shake(server(), client(), function(conn)
		same(conn:setdane "example.org", false)
		same(conn:settlsa(3, 1, 1, ("x"):rep(32)), false)
	end)
end)

test("a server name is found in the map in its other form", function()
	local map = { ["bücher.example"] = assert(ssl.newcontext(server())) }
	local _, s, ok, why = shake({ mode = "server", protocol = "any" }, client(), function(c, conn)
		conn:sni(map, true)
		c:sni "xn--bcher-kva.example"
	end)
	same(ok, true, why)
	same(s:getsniname(), "xn--bcher-kva.example")
end)

test("a server without any certificate fails the handshake and says why", function()
	local _, _, _, _, ok, why = shake({ mode = "server", protocol = "any" }, client())
	same(ok, false)
	assert(#why > 0 and not why:find "^want", why)
end)

test("only the exporter for channel binding is exported, and tls-unique is not", function()
	local c, s = shake(server(), client())
	same(c:exportkeyingmaterial("EXPORTER-Channel-Binding", 32, ""), s:exportkeyingmaterial("EXPORTER-Channel-Binding", 32, ""))
	local value, message = c:exportkeyingmaterial("EXPORTER-Other", 32, "")
	same(value, nil)
	matches(message, "tls%-exporter")
	same(c:getpeerfinished(), nil)
end)

test("a certificate has LuaSec's names for attributes and key", function()
	local certificate = ssl.loadcertificate(pki.read "leaf.pem")
	same(certificate:subject()[1].name, "organizationName")
	same(certificate:subject()[2].name, "commonName")
	local pem, kind, bits = certificate:pubkey()
	matches(pem, "^%-%-%-%-%-BEGIN PUBLIC KEY%-%-%-%-%-\n")
	same(kind, "EC")
	same(bits, 256)
	same(ssl.loadcertificate(pki.read "expired.pem"):notafter(), "Jan  1 00:00:00 2001 GMT")
	same(certificate:extensions()["2.5.29.17"].iPAddress[1], "127.0.0.1")
	same(certificate:issued(certificate), false)
	same(ssl.loadcertificate(pki.read "ca.pem"):issued(certificate), true)
	same(ssl.loadcertificate(pki.read "other.pem"):issued(certificate), false)
end)

test("the public key is the one that openssl reads", function()
	local path = pki.path "key.pub"
	local file = assert(io.open(path, "wb"))
	file:write((ssl.loadcertificate(pki.read "leaf.pem"):pubkey()))
	file:close()
	local pipe = assert(io.popen(("openssl pkey -pubin -in '%s' -outform DER | openssl dgst -sha256 -r"):format(path)))
	local found = pipe:read "*a"
	pipe:close()
	same(found:match "^%x+", require "xmpptls".certificate(pki.read "leaf.pem"):public_key_digest "sha256")
end)
