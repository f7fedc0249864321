rockspec_format = "3.0"
package = "xmpptls"
version = "0.1.0-1"
source = {
	url = "git+https://github.com/libxmpptls/libxmpptls.git",
	dir = "libxmpptls/bindings/lua",
}
description = {
	summary = "TLS for XMPP: STARTTLS, direct TLS, and who the peer is by PKIX, DANE and POSH",
	detailed = [[
		The Lua binding of libxmpptls, for clients and servers with or without LuaSocket, and a drop-in for LuaSec
		("xmpptls.luasec") that an unmodified Prosody runs on.
	]],
	license = "MIT OR Apache-2.0",
}
dependencies = {
	"lua >= 5.1, < 5.5",
}
external_dependencies = {
	XMPPTLS = { header = "xmpptls.h", library = "xmpptls" },
}
build = {
	type = "builtin",
	modules = {
		xmpptls = {
			sources = {
				"src/argument.c", "src/certificate.c", "src/compat.c", "src/connection.c", "src/connection_facts.c",
				"src/context.c", "src/credentials.c", "src/descriptor.c", "src/dialback.c", "src/endpoint.c",
				"src/error.c", "src/external.c", "src/module.c", "src/object.c", "src/policy.c", "src/report.c",
				"src/socket.c", "src/socket_names.c", "src/stamp.c", "src/trust_anchors.c", "src/verdict.c",
				"src/verification.c",
			},
			incdirs = { "$(XMPPTLS_INCDIR)" },
			libdirs = { "$(XMPPTLS_LIBDIR)" },
			libraries = { "xmpptls" },
		},
		["xmpptls.luasec"] = "lua/xmpptls/luasec.lua",
		["xmpptls.luasec.config"] = "lua/xmpptls/luasec/config.lua",
		["xmpptls.luasec.connection"] = "lua/xmpptls/luasec/connection.lua",
		["xmpptls.luasec.context"] = "lua/xmpptls/luasec/context.lua",
		["xmpptls.luasec.x509"] = "lua/xmpptls/luasec/x509.lua",
	},
}
