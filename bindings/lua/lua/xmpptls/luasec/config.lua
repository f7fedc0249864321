-- ssl.config: what Prosody and others look at before they pass options.
-- SPDX-License-Identifier: MIT OR Apache-2.0

local function set(names)
	local found = {}
	for name in names:gmatch("%S+") do found[name] = true end
	return found
end

return {
	-- options that mean something here; others with an OpenSSL name are accepted without effect
	options = set "cipher_server_preference no_compression no_renegotiation no_ticket single_dh_use single_ecdh_use",
	protocols = set "any sslv23 tlsv1_2 tlsv1_3",
	algorithms = { ec = true },
	capabilities = {
		alpn = true,
		curves_list = true,
		ecdh_auto = true,
		dane = { no_ee_namechecks = true },
	},
	curves = set "X25519 P-256 prime256v1 secp256r1 P-384 secp384r1 X25519MLKEM768",
}
