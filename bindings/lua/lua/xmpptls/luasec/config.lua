-- ssl.config: what Prosody and others look at before they pass options.
-- SPDX-License-Identifier: MIT OR Apache-2.0
local compat = require "xmpptls".compat

return {
	-- options that are done or hold in any case; others with an OpenSSL name are accepted without effect
	options = compat.options(),
	curves = compat.groups(),
	protocols = { any = true, sslv23 = true, tlsv1_2 = true, tlsv1_3 = true },
	algorithms = { ec = true },
	capabilities = { alpn = true, curves_list = true, ecdh_auto = true, dane = { no_ee_namechecks = true } },
}
