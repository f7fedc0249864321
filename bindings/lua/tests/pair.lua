-- Two ends that talk to each other: in memory, or over a socket pair of LuaSocket.
-- SPDX-License-Identifier: MIT OR Apache-2.0
local xmpptls = require "xmpptls"
local pki = require "pki"
local pair = {}

--- The policy of a test: the preset, our CA, and what else is given.
function pair.policy(preset, more)
	local options = { preset = preset, trust_anchors = assert(xmpptls.trust_anchors { pem = pki.read "ca.pem" }) }
	for name, value in pairs(more or {}) do options[name] = value; end
	return assert(xmpptls.policy(options))
end

function pair.credentials(name)
	return assert(xmpptls.credentials { { certificate_file = pki.path(name .. ".pem"), key_file = pki.path(name .. ".key") } })
end

local open = { gate = "host", requirement = "encrypt-only", ["tls.unknown_server_name"] = "use-default" }

--- A server's and a client's context for ends that judge nobody.
function pair.contexts()
	local served = assert(xmpptls.credentials {
		default = { certificate_file = pki.path "leaf.pem", key_file = pki.path "leaf.key" },
	})
	return assert(xmpptls.context(pair.policy("s2s-with-dialback", open), served)),
		assert(xmpptls.context(pair.policy("s2s-with-dialback", open)))
end

--- Moves bytes between two connections until neither has any; returns the plaintext that each received.
function pair.shuttle(a, b)
	local to_a, to_b = {}, {}
	for _ = 1, 50 do
		local out_a, out_b = a:transmit(), b:transmit()
		if out_a == "" and out_b == "" then break; end
		if out_a ~= "" then to_b[#to_b + 1] = b:receive(out_a) or ""; end
		if out_b ~= "" then to_a[#to_a + 1] = a:receive(out_b) or ""; end
	end
	return table.concat(to_a), table.concat(to_b)
end

--- Two connected TCP sockets of LuaSocket.
function pair.tcp()
	local socket = require "socket"
	local listener = assert(socket.bind("127.0.0.1", 0))
	local near = assert(socket.tcp())
	near:settimeout(5)
	assert(near:connect(listener:getsockname()))
	listener:settimeout(5)
	local far = assert(listener:accept())
	listener:close()
	return near, far
end

--- Calls both until each says something other than "want …".
function pair.both(first, second)
	local function step(state, call)
		if state.over then return; end
		state.ok, state.why = call()
		state.over = state.ok or not tostring(state.why):find "^want"
	end
	local one, two = {}, {}
	for _ = 1, 2000 do
		step(one, first)
		step(two, second)
		if one.over and two.over then break; end
	end
	return one.ok, one.why, two.ok, two.why
end

return pair
