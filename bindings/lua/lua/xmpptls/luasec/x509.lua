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
	xmpp_addr = "1.3.6.1.5.5.7.8.5", srv_name = "1.3.6.1.5.5.7.8.7",
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

-- OpenSSL's long names, which LuaSec shows.
local long_names = {
	CN = "commonName", SN = "surname", C = "countryName", L = "localityName", ST = "stateOrProvinceName",
	STREET = "streetAddress", O = "organizationName", OU = "organizationalUnitName", GN = "givenName",
	UID = "userId", DC = "domainComponent",
}

local function named(attributes)
	for _, attribute in ipairs(attributes) do
		attribute.name = long_names[attribute.name] or (attribute.name ~= "" and attribute.name or attribute.oid)
	end
	return attributes
end

function methods:subject()
	return named(native.subject(self))
end

function methods:issuer()
	return named(native.issuer(self))
end

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
	local _, bits = native.key(self)
	return compat.public_key_pem(self), compat.key_type(self), bits
end

-- Where OpenSSL's long name is not the one of the RFCs.
local signature_names = { ["id-RSASSA-PSS"] = "rsassaPss", ["id-Ed25519"] = "ED25519", ["id-Ed448"] = "ED448" }

function methods:getsignaturename()
	local name = native.signature_algorithm(self)
	return signature_names[name] or name
end

-- OpenSSL's codes that say "this is not the issuer": no path, or a signature that does not hold.
local not_issued = { [7] = true, [18] = true, [19] = true, [20] = true }

--- issued(certificate, …) -> whether this one issued that one, by way of the further ones
function methods:issued(...)
	local anchors = xmpptls.trust_anchors { certificate = native.der(self) }
	local policy = anchors and xmpptls.policy { preset = "s2s", trust_anchors = anchors }
	local question = policy and xmpptls.verification { domain = "issuer.invalid", policy = policy, chain = { ... } }
	if not question then return false; end -- an issuer that can be none
	for _, finding in ipairs(compat.verify_verdict(question:decide())) do
		if not_issued[finding.code] then return false; end
	end
	return true
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
