-- SCRAM bound to the TLS 1.3 channel by `tls-exporter` (RFC 9266), for Prosody 0.12.
--
-- Prosody 0.12 knows one channel binding, `tls-unique`, which TLS 1.3 has not. This module adds the other one to
-- what mod_saslauth offers: the mechanisms SCRAM-…-PLUS, and the list of bindings by which a client chooses
-- (XEP-0440). Whoever sits between client and server with a TLS session to each has two different values, and the
-- login fails.
--
-- It needs a module `ssl` whose connections have `exportkeyingmaterial`. Prosody 13 does all this by itself; there the
-- module finds it done and adds nothing.
-- SPDX-License-Identifier: MIT OR Apache-2.0

local sasl = require "util.sasl";

local xmlns_sasl = "urn:ietf:params:xml:ns:xmpp-sasl";
local xmlns_bindings = "urn:xmpp:sasl-cb:0";
local binding = "tls-exporter";
local disabled = module:get_option_set("disable_sasl_mechanisms", { "DIGEST-MD5" });

-- Which bindings a mechanism takes is said when it is registered: register those of SCRAM again. The back ends stay as
-- they are, hence the empty list.
require "util.sasl.scram".init(function (name, _, mechanism, bindings)
	if bindings then
		sasl.registerMechanism(name, {}, mechanism, { "tls-unique", binding });
	end
end);

-- The value, or nil where the connection has none. RFC 9266 section 4.2: with TLS 1.2 it would need the extended master
-- secret, and tls-unique is there.
local function exported(socket)
	if not socket.exportkeyingmaterial or socket:info("protocol") ~= "TLSv1.3" then return nil; end
	return socket:exportkeyingmaterial("EXPORTER-Channel-Binding", 32, "");
end

-- Behind mod_saslauth, which makes the handler and the list of mechanisms at priority 0.
module:hook("stream-features", function (event)
	local session, features = event.origin, event.features;
	local handler = session.sasl_handler;
	local offered = features:get_child("mechanisms", xmlns_sasl);
	if session.username or not session.encrypted or not offered or not handler.add_cb_handler then return; end
	if handler.profile and handler.profile.cb and handler.profile.cb[binding] then return; end -- Prosody 13
	local socket = session.conn:socket();
	if not exported(socket) then return; end

	handler:add_cb_handler(binding, function () return exported(socket); end);
	for mechanism in pairs(handler:mechanisms()) do
		if mechanism:match "%-PLUS$" and not disabled:contains(mechanism) then
			offered:tag("mechanism"):text(mechanism):up();
		end
	end
	features:tag("sasl-channel-binding", { xmlns = xmlns_bindings }):tag("channel-binding", { type = binding }):up():up();
end, -1);
