-- c2s_server: accepts XMPP clients, secures their streams, says who was connected and how, and offers nothing.
--
--     lua c2s_server.lua PORT starttls|direct-tls DOMAIN CERT.pem KEY.pem [DOMAIN CERT.pem KEY.pem ...]
--
-- One client at a time, each for ten seconds at most. The port is on 127.0.0.1; it says "ready" when it listens.
-- POLICY_FILE in the environment names a policy (TOML) that takes the place of the preset c2s-server.
-- With TICKET_STORE=HOST:PORT in the environment it shares ticket keys with other servers
-- (docs/guide/14-cluster.md): TICKET_STORE_PASSWORD, TICKET_CLUSTER, TICKET_SECRET_FILE, TICKET_EVERY (seconds).
-- SPDX-License-Identifier: MIT OR Apache-2.0
local socket = require "socket"
local xmpptls = require "xmpptls"

local port, transport = arg[1], arg[2]
if not arg[5] then
	io.stderr:write "usage: c2s_server.lua PORT starttls|direct-tls DOMAIN CERT KEY [DOMAIN CERT KEY ...]\n"
	os.exit(2)
end

local served = {}
for at = 3, #arg, 3 do
	served[#served + 1] = { domain = arg[at], certificate_file = arg[at + 1], key_file = arg[at + 2] }
end
local policy_file = os.getenv "POLICY_FILE"
local policy = assert(xmpptls.policy(policy_file and { toml = assert(io.open(policy_file)):read "*a" } or "c2s-server"))
local context = assert(xmpptls.context(policy, assert(xmpptls.credentials(served))))

-- Reads the cluster's keys before anything is served.
local function share_ticket_keys(store)
	local redis, ticket_keys = require "redis", require "ticket_keys"
	local host, store_port = store:match "^(.*):(%d+)$"
	local password = os.getenv "TICKET_STORE_PASSWORD"
	local keys = assert(ticket_keys.new {
		context = context, cluster = os.getenv "TICKET_CLUSTER" or "xmpp",
		secret = assert(ticket_keys.read_secret(os.getenv "TICKET_SECRET_FILE")),
		connect = function()
			local client = redis.connect { host = host, port = store_port, timeout = 2 }
			if password then client:auth(password); end
			return client
		end,
	})
	local ok, why = keys:begin()
	if not ok then
		io.stderr:write("ticket keys: ", why, "\n")
		os.exit(1)
	end
	return keys
end
local store = os.getenv "TICKET_STORE"
local keys = store and share_ticket_keys(store)
local every = tonumber(os.getenv "TICKET_EVERY" or 60)

local function serve(tcp)
	local tls = xmpptls.wrap(tcp, assert(xmpptls.accept(context, { transport = transport })))
	tls:settimeout(10)
	local ok, why = tls:handshake()
	if not ok then
		print("failed: " .. why)
		return
	end
	print(tls:report():text())
	repeat
		local octet = tls:receive(1)
	until not octet or octet == ">"
	tls:send(("<?xml version='1.0'?><stream:stream from='%s' id='c0ffee' version='1.0' xmlns='jabber:client' "
		.. "xmlns:stream='http://etherx.jabber.org/streams'><stream:features/>"):format(tls:server_name()))
	repeat
		local octet = tls:receive(1)
	until not octet
	tls:send "</stream:stream>"
	tls:close()
end

io.stdout:setvbuf "line"
local listener = assert(socket.bind("127.0.0.1", tonumber(port)))
listener:settimeout(1)
print "ready"
while true do
	local tcp = listener:accept()
	if tcp then serve(tcp); end
	if keys then keys:follow(every); end
end
