-- c2s_client: connects to an XMPP server as a client, secures the stream, says who the server is and how that is
-- known, and opens the stream inside TLS.
--
--     lua c2s_client.lua DOMAIN HOST PORT [starttls|direct-tls] [CA-FILE]
--
-- LuaSocket makes the connection, the library speaks on its descriptor. The policy lets no octet of ours pass
-- before the server has proved its name, so a handshake that succeeded is a server that is who it should be.
-- SPDX-License-Identifier: MIT OR Apache-2.0
local socket = require "socket"
local xmpptls = require "xmpptls"

local domain, host, port, transport, ca_file = (table.unpack or unpack)(arg) -- luacheck: ignore
if not port then
	io.stderr:write "usage: c2s_client.lua DOMAIN HOST PORT [starttls|direct-tls] [CA-FILE]\n"
	os.exit(2)
end

-- What we demand, and whom we trust to vouch for names.
local anchors = assert(xmpptls.trust_anchors(ca_file and { file = ca_file } or { system = true }))
local policy = assert(xmpptls.policy { preset = "c2s-client", trust_anchors = anchors })
local context = assert(xmpptls.context(policy))

local tcp = assert(socket.connect(host, tonumber(port)))
local tls = xmpptls.wrap(tcp, assert(xmpptls.initiate(context, {
	transport = transport or "starttls", domain = domain,
})))
tls:settimeout(10)

local ok, why = tls:handshake()
local verdict = tls:verdict()
if verdict then print("peer:      " .. verdict:summary()); end
if not ok then
	print("no stream: " .. why)
	os.exit(1)
end

local agreed = tls:tls()
print(("channel:   %s, %s, key exchange %s"):format(agreed.version, agreed.suite_name, agreed.group_name))

-- From here on it is an XMPP stream like any other, inside TLS.
assert(tls:send(("<?xml version='1.0'?><stream:stream to='%s' version='1.0' xmlns='jabber:client' "
	.. "xmlns:stream='http://etherx.jabber.org/streams'>"):format(domain)))
local answer = ""
repeat
	local octet, err = tls:receive(1)
	if not octet then error("the server ended the stream: " .. err); end
	answer = answer .. octet
until answer:find "</stream:features>" or answer:find "<stream:features/>"
print("features:  " .. answer:match "<stream:features.*")
tls:send "</stream:stream>"
tls:close()
