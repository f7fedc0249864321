-- ssl.newcontext(): LuaSec's configuration table, read into a policy and credentials of the library.
--
-- `false` means the same as absent, lists may be single strings, and lists come in any order. The policy of
-- such a context is "encrypt, and let the program decide": LuaSec's users judge certificates themselves.
-- SPDX-License-Identifier: MIT OR Apache-2.0
local xmpptls = require "xmpptls"
local compat, internal = xmpptls.compat, xmpptls.internal

local context = {}

local verify_words = { none = true, peer = true, client_once = true, fail_if_no_peer_cert = true }
local verifyext_words = { lsec_continue = true, lsec_ignore_purpose = true, crl_check = true, crl_check_chain = true }

-- A string, a list, false or nil as a set; nil and the stranger if a word is unknown.
local function words(value, known)
	local found = {}
	if not value then return found; end
	for _, word in ipairs(type(value) == "table" and value or { value }) do
		if not known[word] then return nil, tostring(word); end
		found[word] = true
	end
	return found
end

-- OpenSSL's option names, joined; or nil and the one that is none.
local function options_of(value)
	local list = value and (type(value) == "table" and value or { value }) or {}
	for _, name in ipairs(list) do
		if not compat.is_option(name) then return nil, tostring(name); end
	end
	return table.concat(list, "|")
end

-- ---- files ----

local function read_file(path)
	local file, message = io.open(path, "rb")
	if not file then return nil, (message:gsub("^.-: ", "")); end
	local content = file:read("*a")
	file:close()
	if not content then return nil, "system lib"; end -- a directory
	return content
end

local faults_of_key = {
	XMPP_TLS_NO_PRIVATE_KEY = true, XMPP_TLS_UNSUPPORTED_PRIVATE_KEY = true, XMPP_TLS_ENCRYPTED_PRIVATE_KEY = true,
}

-- In OpenSSL's words, because Prosody gives advice by them. A key with a passphrase is not read, whatever `password` says.
local function reason_of(err)
	local reason = compat.credential_reason(err.code) or err.message
	if err.name == "XMPP_TLS_ENCRYPTED_PRIVATE_KEY" then
		reason = reason .. ": the key is encrypted, store it without a passphrase by openssl pkey -in KEY -out NEW"
	end
	return reason
end

local function loading(what, reason)
	return ("error loading %s (%s)"):format(what, reason)
end

-- The key is looked at first, as LuaSec does. Text in place of a path is not a thing in LuaSec.
local function read_pair(pair)
	local key, certificate, reason
	if pair.key then
		key, reason = read_file(pair.key)
		if not key then return nil, loading("private key", reason); end
	end
	if pair.certificate then
		certificate, reason = read_file(pair.certificate)
		if not certificate then return nil, loading("certificate", reason); end
	end
	if key and not certificate then return nil, loading("certificate", "no certificate assigned"); end
	return { certificate = certificate, key = key }
end

local function credentials_of(cfg)
	local list = cfg.certificates or { cfg }
	local entries = {}
	for _, pair in ipairs(list) do
		local entry, message = read_pair(pair)
		if not entry then return nil, message; end
		if entry.certificate then
			if entries.default then entries[#entries + 1] = entry; else entries.default = entry; end
		end
	end
	if not entries.default then return false; end -- none: the names are served by other contexts
	local credentials, err = xmpptls.credentials(entries)
	if credentials then return credentials; end
	if err.name == "XMPP_TLS_KEY_MISMATCH" then return nil, "private key does not match public key"; end
	return nil, loading(faults_of_key[err.name] and "private key" or "certificate", reason_of(err))
end

-- ---- trust anchors: parsed once per path and state of the file or directory ----

local anchors_cache = {}

local function anchors_of(cfg)
	if not cfg.cafile and not cfg.capath then return false; end
	local paths, stamps = {}, {}
	for _, field in ipairs { "cafile", "capath" } do
		local path = cfg[field]
		if path then
			local stamp, message = internal.stamp(path)
			if not stamp then return nil, ("error loading CA locations (%s)"):format(message); end
			paths[#paths + 1], stamps[#stamps + 1] = field .. "\0" .. path, stamp
		end
	end
	local name, state = table.concat(paths, "\0"), table.concat(stamps, "\0")
	local kept = anchors_cache[name]
	if kept and kept.state == state then return kept.anchors; end
	local anchors, err = xmpptls.trust_anchors { file = cfg.cafile or nil, directory = cfg.capath or nil }
	if not anchors then
		return nil, ("error loading CA locations (%s)"):format(reason_of(err))
	end
	anchors_cache[name] = { state = state, anchors = anchors } -- a renewed bundle replaces its older state
	return anchors
end

-- ---- the policy ----

local function colon_list(value)
	if type(value) == "table" then value = table.concat(value, ":"); end
	return value or nil
end

local function policy_of(cfg, parts)
	local anchors, message = anchors_of(cfg)
	if anchors == nil then return nil, message; end
	local policy, err = xmpptls.policy {
		preset = "s2s-with-dialback", trust_anchors = anchors or nil,
		compat = {
			oldest = parts.oldest, newest = parts.newest,
			ciphers = parts.ciphers, ciphersuites = colon_list(cfg.ciphersuites),
			groups = colon_list(cfg.curveslist) or cfg.curve or nil,
		},
		requirement = "encrypt-only", gate = "host",
		["tls.resumption"] = parts.tickets and "tls-1.3" or "off", ["tls.unknown_server_name"] = "use-default",
		["tls.client_certificate"] = parts.mode == "server" and not parts.verify.peer and "never" or "request",
		["pkix.revocation"] = (parts.verifyext.crl_check or parts.verifyext.crl_check_chain) and "require-known" or "off",
	}
	if policy then return policy, anchors; end
	if err.name == "XMPP_TLS_UNKNOWN_NAME" then return nil, ("error setting cipher list (%s)"):format(err.message); end
	return nil, tostring(err)
end

local function read_parts(cfg)
	local options, stranger = options_of(cfg.options)
	if not options then return nil, ("invalid option (%s)"):format(stranger); end
	local oldest, newest = compat.versions(tostring(cfg.protocol), options)
	if not oldest then return nil, ("invalid protocol (%s)"):format(tostring(cfg.protocol)); end
	if cfg.mode ~= "server" and cfg.mode ~= "client" then
		return nil, ("invalid mode (%s)"):format(tostring(cfg.mode))
	end
	local verify
	verify, stranger = words(cfg.verify, verify_words)
	if not verify then return nil, ("invalid verify option (%s)"):format(stranger); end
	local verifyext
	verifyext, stranger = words(cfg.verifyext, verifyext_words)
	if not verifyext then return nil, ("invalid verifyext option (%s)"):format(stranger); end
	return {
		-- A server offers tickets unless it is told not to, as OpenSSL does; a client keeps none.
		tickets = cfg.mode == "server" and not ("|" .. options .. "|"):find("|no_ticket|", 1, true),
		mode = cfg.mode, oldest = oldest, newest = newest, verify = verify, verifyext = verifyext,
		alpn = cfg.alpn or nil, dane = cfg.dane and true or false, ciphers = colon_list(cfg.ciphers), cfg = cfg,
	}
end

--- newcontext(cfg) -> context; or nil, message
function context.create(cfg)
	if type(cfg) ~= "table" then return nil, "configuration table expected"; end
	local parts, message = read_parts(cfg)
	if not parts then return nil, message; end
	local credentials
	credentials, message = credentials_of(cfg)
	if credentials == nil then return nil, message; end
	local policy, anchors = policy_of(cfg, parts)
	if not policy then return nil, anchors; end
	local ctx, err = xmpptls.context(policy, credentials or nil)
	if not ctx then return nil, tostring(err); end
	parts.anchors = anchors or nil
	local carried = internal.carried(ctx)
	for name, value in pairs(parts) do carried[name] = value; end
	return internal.wear(ctx, "xmpptls.context", context.face)
end

--- setcipher(ctx, list) -> true; or false, message. Prosody repeats the list that the context was made with.
function context.setcipher(ctx, list)
	local parts = internal.carried(ctx)
	if list == parts.ciphers then return true; end
	local before = parts.ciphers
	parts.ciphers = list
	local policy, message = policy_of(parts.cfg, parts)
	if not policy then
		parts.ciphers = before
		return false, message
	end
	local ok, err = internal.context.set_policy(ctx, policy)
	if not ok then return false, tostring(err); end
	return true
end

--- The policy by which TLSA records that a program gives are judged, made when first needed.
function context.dane_policy(parts)
	if not parts.dane_policy then
		parts.dane_policy = assert(xmpptls.policy {
			preset = "s2s", trust_anchors = parts.anchors, ["posh.enabled"] = false,
			["pkix.enabled"] = parts.anchors ~= nil, ["dane.usages"] = parts.anchors and "all" or "dane",
			["pkix.revocation"] = "off",
		})
	end
	return parts.dane_policy
end

context.face = internal.face("xmpptls.context", { setcipher = context.setcipher })

return context
