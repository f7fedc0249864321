-- Certificates in LuaSec's words.
-- SPDX-License-Identifier: MIT OR Apache-2.0
local xmpptls = require "xmpptls"
local internal, compat = xmpptls.internal, xmpptls.compat
local native = internal.certificate

local methods = {}

-- LuaSec converts texts; ours are UTF-8 always.
function methods.setencode(_, encoding)
	return encoding == "utf8"
end

local san_fields = {
	dns = "dNSName", uri = "uniformResourceIdentifier", email = "rfc822Name", ip = "iPAddress",
	["xmpp-addr"] = "1.3.6.1.5.5.7.8.5", ["srv-name"] = "1.3.6.1.5.5.7.8.7",
}
local san_names = { ["1.3.6.1.5.5.7.8.5"] = "XmppAddr", ["1.3.6.1.5.5.7.8.7"] = "SRVName" }

function methods:extensions()
	local san
	for _, name in ipairs(native.names(self)) do
		local field = san_fields[name.kind]
		san = san or { name = "X509v3 Subject Alternative Name" }
		if field then
			local list = san[field] or { name = san_names[field] }
			list[#list + 1] = name.value
			san[field] = list
		end
	end
	return san and { ["2.5.29.17"] = san } or {}
end

methods.subject, methods.issuer = native.subject, native.issuer
methods.pem, methods.serial = native.pem, native.serial

function methods:digest(algorithm)
	return native.digest(self, algorithm or "sha1")
end

local months = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" }
local function written(seconds)
	local at = os.date("!*t", seconds)
	return ("%s %2d %02d:%02d:%02d %d GMT"):format(months[at.month], at.day, at.hour, at.min, at.sec, at.year)
end

function methods:notbefore()
	return written(native.not_before(self))
end

function methods:notafter()
	return written(native.not_after(self))
end

function methods:validat(at)
	return native.not_before(self) <= at and at <= native.not_after(self)
end

--- pubkey() -> PEM of the SubjectPublicKeyInfo, "RSA" | "EC" | …, bits
function methods:pubkey()
	local kind, bits = native.key(self)
	return compat.pem("PUBLIC KEY", native.public_key(self)), kind, bits
end

function methods:getsignaturename()
	return compat.signature_name(self)
end

--- issued(certificate) -> whether this one's subject issued that one
function methods:issued(other)
	return compat.is_issued_by(other, self)
end

local face = internal.face("xmpptls.certificate", methods)

local x509 = {}

--- The certificate object of the library, with these names.
function x509.wear(certificate)
	return internal.wear(certificate, "xmpptls.certificate", face)
end

--- load(pem) -> certificate of the first block; or nil, message
function x509.load(pem)
	local certificate, err = xmpptls.certificate(pem)
	if not certificate then return nil, tostring(err); end
	return x509.wear(certificate)
end

return x509
