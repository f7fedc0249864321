-- LuaSec's face on libxmpptls: the names, returns and error texts that its users rely on.
--
-- What differs, and why:
-- * TLS 1.2 and 1.3 only, with the suites that RFC 9325 recommends; other names in lists are skipped.
-- * No tls-unique: getpeerfinished() answers nil.
-- * Certificates are asked for, never required to name a CA, and judged as server certificates in both
--   directions, whether or not lsec_ignore_purpose is given.
-- * No method crashes or raises on a closed connection.
--
-- No rule about certificates or names is decided here: the library judges, this translates.
-- SPDX-License-Identifier: MIT OR Apache-2.0
local xmpptls = require "xmpptls"
local config = require "xmpptls.luasec.config"
local context = require "xmpptls.luasec.context"
local connection = require "xmpptls.luasec.connection"
local x509 = require "xmpptls.luasec.x509"

local ssl = {
	_VERSION = "1.3.2", -- whose names these are; feature tests compare it
	_COPYRIGHT = ("libxmpptls %s, compatible with LuaSec"):format((xmpptls.version())),
	newcontext = context.create,
	wrap = connection.wrap,
	loadcertificate = x509.load,
	config = config,
	context = context,
	x509 = x509,
	core = connection,
}

-- Parts that are loaded by name must not come from a real LuaSec: its C code refuses our objects.
for _, part in ipairs { "config", "context", "x509", "core" } do
	package.loaded["ssl." .. part] = ssl[part]
end

return ssl
