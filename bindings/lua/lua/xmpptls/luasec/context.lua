-- ssl.newcontext(): LuaSec's configuration table, read into a policy and credentials of the library.
--
-- `false` means the same as absent, lists may be single strings, and lists come in any order. The policy of
-- such a context is "encrypt, and let the program decide": LuaSec's users judge certificates themselves.
-- SPDX-License-Identifier: MIT OR Apache-2.0
local xmpptls = require "xmpptls"
local compat, internal = xmpptls.compat, xmpptls.internal

local context = {}

-- OpenSSL's option names. Those of old protocol versions select versions; what remains has no meaning here.
local known_options = {}
for name in ([[ all allow_no_dhe_kex allow_unsafe_legacy_renegotiation cipher_server_preference cisco_anyconnect
	cleanse_plaintext cookie_exchange cryptopro_tlsext_bug dont_insert_empty_fragments enable_middlebox_compat
	ephemeral_rsa ignore_unexpected_eof legacy_server_connect microsoft_big_sslv3_buffer microsoft_sess_id_bug
	msie_sslv2_rsa_padding netscape_ca_dn_bug netscape_challenge_bug netscape_demo_cipher_change_bug
	netscape_reuse_cipher_change_bug no_anti_replay no_compression no_dtlsv1 no_dtlsv1_2 no_encrypt_then_mac
	no_extended_master_secret no_query_mtu no_renegotiation no_session_resumption_on_renegotiation no_ssl_mask
	no_sslv2 no_sslv3 no_ticket no_tlsv1 no_tlsv1_1 no_tlsv1_2 no_tlsv1_3 pkcs1_check_1 pkcs1_check_2
	prioritize_chacha safari_ecdhe_ecdsa_bug single_dh_use single_ecdh_use ssleay_080_client_dh_bug
	sslref2_reuse_cert_type_bug tls_block_padding_bug tls_d5_bug tls_rollback_bug tlsext_padding ]]):gmatch("%S+") do
	known_options[name] = true
end

local tls12, tls13 = "TLSv1.2", "TLSv1.3"
local protocols = {
	any = { tls12, tls13 }, sslv23 = { tls12, tls13 }, tlsv1_2 = { tls12, tls12 }, tlsv1_3 = { tls13, tls13 },
}

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

-- The first and last version that `protocol` and the no_tlsv1_x options leave, or nil.
local function version_range(protocol, options)
	local range = protocols[protocol]
	if not range then return nil; end
	local low, high = range[1], range[2]
	if options.no_tlsv1_2 and low == tls12 then low = tls13; end
	if options.no_tlsv1_3 and high == tls13 then high = tls12; end
	if low > high then return nil; end
	return low, high
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

-- What OpenSSL calls these, because Prosody gives advice by the words.
local reasons = {
	XMPP_TLS_NO_CERTIFICATE = "no start line",
	XMPP_TLS_NO_PRIVATE_KEY = "no start line",
	XMPP_TLS_MALFORMED_PEM = "bad base64 decode",
	XMPP_TLS_MALFORMED_CERTIFICATE = "wrong tag",
	XMPP_TLS_UNSUPPORTED_PRIVATE_KEY = "unsupported",
	XMPP_TLS_ENCRYPTED_PRIVATE_KEY = "bad password read",
}

local faults_of_key = {
	XMPP_TLS_NO_PRIVATE_KEY = true, XMPP_TLS_UNSUPPORTED_PRIVATE_KEY = true, XMPP_TLS_ENCRYPTED_PRIVATE_KEY = true,
}

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
	return nil, loading(faults_of_key[err.name] and "private key" or "certificate", reasons[err.name] or err.message)
end

-- ---- trust anchors: parsed once per path and state of the file or directory ----

local anchors_cache = {}

local function anchors_of(cfg)
	if not cfg.cafile and not cfg.capath then return false; end
	local stamps = { "" }
	for _, field in ipairs { "cafile", "capath" } do
		local path = cfg[field]
		if path then
			local stamp, message = internal.stamp(path)
			if not stamp then return nil, ("error loading CA locations (%s)"):format(message); end
			stamps[#stamps + 1] = field .. "\0" .. path .. "\0" .. stamp
		end
	end
	local name = table.concat(stamps, "\0")
	if anchors_cache[name] then return anchors_cache[name]; end
	local anchors, err = xmpptls.trust_anchors { file = cfg.cafile or nil, directory = cfg.capath or nil }
	if not anchors then
		return nil, ("error loading CA locations (%s)"):format(reasons[err.name] or err.message)
	end
	for old in pairs(anchors_cache) do -- a renewed bundle replaces its older state
		if old:gsub("%z[^%z]*$", "") == name:gsub("%z[^%z]*$", "") then anchors_cache[old] = nil; end
	end
	anchors_cache[name] = anchors
	return anchors
end

-- ---- the policy ----

local function colon_list(value)
	if type(value) == "table" then value = table.concat(value, ":"); end
	return value or nil
end

-- ciphers names suites of TLS 1.2, ciphersuites those of TLS 1.3; neither touches the other.
local function suites_of(parts, ciphersuites)
	local old = parts.oldest == tls12 and (parts.ciphers or "DEFAULT") or nil
	local new = parts.newest == tls13 and (ciphersuites or "DEFAULT") or nil
	local suites, message = compat.suites(old, new)
	if not suites then return nil, ("error setting cipher list (%s)"):format(message); end
	return suites
end

local function policy_of(cfg, parts)
	local anchors, message = anchors_of(cfg)
	if anchors == nil then return nil, message; end
	local suites
	suites, message = suites_of(parts, colon_list(cfg.ciphersuites))
	if not suites then return nil, message; end
	local groups
	local curves = colon_list(cfg.curveslist) or cfg.curve
	if curves then
		groups = compat.groups(curves)
		if not groups then return nil, ("unknown elliptic curve in \"%s\""):format(tostring(curves)); end
	end
	local policy, err = xmpptls.policy {
		preset = "s2s-with-dialback", trust_anchors = anchors or nil,
		requirement = "encrypt-only", gate = "host",
		["tls.oldest_version"] = parts.oldest, ["tls.newest_version"] = parts.newest,
		["tls.cipher_suites"] = suites, ["tls.groups"] = groups or nil,
		["tls.resumption"] = "off", ["tls.unknown_server_name"] = "use-default",
		["tls.client_certificate"] = parts.mode == "server" and not parts.verify.peer and "never" or "request",
		["pkix.revocation"] = (parts.verifyext.crl_check or parts.verifyext.crl_check_chain) and "require-known" or "off",
	}
	if not policy then return nil, tostring(err); end
	return policy
end

local function read_parts(cfg)
	local options, stranger = words(cfg.options, known_options)
	if not options then return nil, ("invalid option (%s)"):format(stranger); end
	local low, high = version_range(cfg.protocol, options)
	if not low then return nil, ("invalid protocol (%s)"):format(tostring(cfg.protocol)); end
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
		mode = cfg.mode, oldest = low, newest = high, verify = verify, verifyext = verifyext,
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
	local policy
	policy, message = policy_of(cfg, parts)
	if not policy then return nil, message; end
	local ctx, err = xmpptls.context(policy, credentials or nil)
	if not ctx then return nil, tostring(err); end
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

context.face = internal.face("xmpptls.context", { setcipher = context.setcipher })

return context
