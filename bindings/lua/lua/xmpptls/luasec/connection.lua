-- Connections in LuaSec's words: what has no hot path. send, receive, dirty, getfd and close are C.
--
-- Methods are fetched once and called later as plain functions, so each takes the connection first. On a closed
-- connection they answer nil or "closed". Names are never checked in the handshake: LuaSec's users do that.
-- SPDX-License-Identifier: MIT OR Apache-2.0
local xmpptls = require "xmpptls"
local internal, compat = xmpptls.internal, xmpptls.compat
local context = require "xmpptls.luasec.context"
local x509 = require "xmpptls.luasec.x509"
local native, carried = internal.socket, internal.carried

local unrecognized_name = 112 -- the alert (RFC 6066 section 3)

local methods = {}
for _, name in ipairs { "send", "receive", "settimeout", "getfd", "dirty", "close", "getpeername", "getsockname",
		"setoption" } do
	methods[name] = native[name]
end

-- The library's own, for modules that ask for more than LuaSec can tell.
for _, name in ipairs { "verification", "conclude", "verdict", "report", "tls" } do
	methods[name] = native[name]
end

local function is_open(conn)
	return native.getfd(conn) >= 0
end

-- ---- before the handshake ----

--- client: sni(name); server: sni(map of name to context, strict). The map is kept, not copied: it may change.
function methods:sni(name_or_map, strict)
	if not is_open(self) then return; end
	if type(name_or_map) == "table" then
		local state = carried(self)
		state.names, state.strict = name_or_map, strict
		native.set_stop_at_client_hello(self, true)
	elseif name_or_map then
		native.set_server_name(self, name_or_map)
	end
end

--- setdane(base domain) -> true if the context allows DANE
function methods:setdane(host)
	local state = carried(self)
	if not is_open(self) or not state.context.dane then return false; end
	state.dane_host, state.tlsa = host, {}
	return true
end

--- settlsa(usage, selector, matching type, data) -> true; once for each record of a DNSSEC-secure answer
function methods:settlsa(usage, selector, matching, data)
	local tlsa = carried(self).tlsa
	if not tlsa then return false; end
	tlsa[#tlsa + 1] = string.char(usage, selector, matching) .. data
	return true
end

-- ---- the handshake ----

-- The context for a server name: the exact key, else a key that is the same domain in another form.
local function context_for(names, name)
	local found = names[name]
	if found or not name:find("xn--", 1, true) then return found; end
	for key, ctx in pairs(names) do
		local endpoint = xmpptls.endpoint { target = key, port = 1 } -- which has the name as an A-label
		if endpoint and endpoint:target() == name then return ctx; end
	end
end

-- Our first protocol that was offered. A function decides by the offer and answers a protocol or a list.
local function protocol_for(alpn, offer)
	if type(alpn) == "function" then alpn = alpn(offer); end
	if type(alpn) == "string" then alpn = { alpn }; end
	for _, ours in ipairs(alpn or {}) do
		for _, theirs in ipairs(offer) do
			if ours == theirs then return ours; end
		end
	end
end

-- Answers the stop after the client hello.
local function choose(conn)
	local state = carried(conn)
	local name, ctx = native.server_name(conn), nil
	if name and state.names then
		ctx = context_for(state.names, name)
		if not ctx and state.strict then
			native.refuse(conn, unrecognized_name)
			return
		end
	end
	local alpn = (ctx and carried(ctx).alpn) or state.context.alpn
	local offer = alpn and native.offered_alpn(conn) or {}
	native.choose(conn, { context = ctx, alpn = offer[1] and protocol_for(alpn, offer) or nil })
end

-- verify = "peer" without lsec_continue: the chain must hold.
local function demand(conn, parts)
	if not parts.verify.peer or parts.verifyext.lsec_continue then return true; end
	if not native.peer_certificate(conn) then
		if parts.mode == "client" or not parts.verify.fail_if_no_peer_cert then return true; end
		return false, "peer did not return a certificate"
	end
	if methods.getpeerverification(conn) then return true; end
	return false, "certificate verify failed"
end

--- dohandshake() -> true; or false, "wantread" | "wantwrite" | why it failed
function methods:dohandshake()
	local ok, why = native.handshake(self)
	while why == "client hello" do
		choose(self)
		ok, why = native.handshake(self)
	end
	if not ok then return ok, why; end
	local state = carried(self)
	if state.demanded == nil then
		state.demanded, state.refusal = demand(self, state.context)
		if not state.demanded then native.shut(self); end -- no data will pass
	end
	if not state.demanded then return false, state.refusal; end
	return true
end

-- ---- after it ----

--- info() -> table; info(field) -> value
function methods:info(field)
	local info = is_open(self) and compat.info(self) or {}
	if field then return info[field]; end
	return info
end

function methods:getsniname()
	return is_open(self) and native.server_name(self) or nil
end

function methods:getalpn()
	return is_open(self) and native.alpn(self) or nil
end

function methods:getpeercertificate(n)
	return is_open(self) and x509.wear(native.peer_certificate(self, n)) or nil
end

function methods:getlocalcertificate(n)
	return is_open(self) and x509.wear(native.own_certificate(self, n)) or nil
end

local function chain(conn, read)
	local list = {}
	while is_open(conn) do
		local certificate = read(conn, #list + 1)
		if not certificate then break; end
		list[#list + 1] = x509.wear(certificate)
	end
	return list
end

function methods:getpeerchain()
	return chain(self, native.peer_certificate)
end

function methods:getlocalchain()
	return chain(self, native.own_certificate)
end

-- TLSA records that the program gave decide, and the base domain counts as the peer's name.
local function judge_by_dane(conn, state)
	local _, port = native.getpeername(conn)
	local endpoint = xmpptls.endpoint { target = state.dane_host, port = port, addresses = "secure", srv = "secure" }
	local question, err = native.verification(conn, {
		domain = state.dane_host, endpoint = endpoint, policy = context.dane_policy(state.context),
	})
	if not question then return nil, err; end
	for asked in question.next_question, question do
		if asked.kind == "tlsa" then
			question:answer_tlsa(asked.id, { dnssec = "secure", records = state.tlsa })
		else
			question:answer_not_asked(asked.id)
		end
	end
	return compat.verify_verdict(question:decide())
end

-- What is wrong with the peer's chain, never with its name.
local function findings(conn, state)
	if not native.peer_certificate(conn) then return {}; end
	if state.context.mode == "server" and not state.context.verify.peer then return {}; end
	if state.tlsa and state.tlsa[1] then return judge_by_dane(conn, state); end
	return compat.verify_chain(conn)
end

--- getpeerverification() -> true; or false, { [depth + 1] = { text, … } }
function methods:getpeerverification()
	if not is_open(self) then return false, { { "closed" } }; end
	local found, err = findings(self, carried(self))
	if not found then return false, { { tostring(err) } }; end
	if not found[1] then return true; end
	local errors = {}
	for _, finding in ipairs(found) do
		for depth = #errors + 1, finding.depth + 1 do errors[depth] = {}; end
		table.insert(errors[finding.depth + 1], finding.text)
	end
	return false, errors
end

--- tls-unique does not exist here: nil, which programs read as "not to be had".
function methods.getpeerfinished()
	return nil
end
methods.getfinished = methods.getpeerfinished

--- exportkeyingmaterial(label, length [, context]) -> octets; or nil, message. Only the value of RFC 9266 is there.
function methods:exportkeyingmaterial(label, length, context_value)
	if not is_open(self) then return nil, "closed"; end
	if label ~= "EXPORTER-Channel-Binding" or length ~= 32 or context_value ~= "" then
		return nil, "only tls-exporter (EXPORTER-Channel-Binding, 32 octets, empty context) is exported"
	end
	local value, err = native.channel_binding(self, "tls-exporter")
	if not value then return nil, tostring(err); end
	return value
end

local face = internal.face("xmpptls.socket", methods)

local connection = {}

--- wrap(socket, context or configuration) -> connection; or nil, message
function connection.wrap(sock, ctx)
	if type(ctx) == "table" then
		local message
		ctx, message = context.create(ctx)
		if not ctx then return nil, message; end
	end
	local parts = carried(ctx)
	local start = parts.mode == "server" and xmpptls.accept or xmpptls.initiate
	local tls, err = start(ctx, {
		transport = "tls-only", stop_at_client_hello = parts.mode == "server" and parts.alpn and true or nil,
		alpn = parts.mode == "client" and parts.alpn or nil,
	})
	if not tls then return nil, tostring(err); end
	local conn = internal.wear(xmpptls.wrap(sock, tls), "xmpptls.socket", face)
	local state = carried(conn)
	state.context, state.context_object = parts, ctx
	return conn
end

--- info(connection [, field]), as "ssl.core" has it
connection.info = methods.info

return connection
