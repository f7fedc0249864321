-- Asks Prosody's util.x509 which certificates prove a host. Each line of the standard input has a number, the
-- host, the service ("-" for none) and a PEM file; each line of the output the number and the answer.
local library = arg[1];
package.path = library .. "/?.lua;" .. package.path;
package.cpath = library .. "/?.so;" .. package.cpath;

local load_certificate = require "ssl".loadcertificate;
local nameprep = require "util.encodings".stringprep.nameprep;
local verify_identity = require "util.x509".verify_identity;

for line in io.lines() do
	local number, host, service, file = line:match("^(%S+)\t(%S+)\t(%S+)\t(%S+)$");
	local pem = assert(io.open(file)):read("*a");
	local certificate = assert(load_certificate(pem));
	-- A host reaches this function as a part of an address that was prepared.
	local matched = verify_identity(assert(nameprep(host)), service ~= "-" and service or nil, certificate);
	print(number .. "\t" .. tostring(matched == true));
end
