-- Runs every test of the binding that needs no server:  lua all.lua DIRECTORY [NAME …]
-- SPDX-License-Identifier: MIT OR Apache-2.0
local directory = assert(arg[1], "usage: all.lua DIRECTORY [NAME ...]")
package.path = directory .. "/?.lua;" .. package.path
local harness = require "harness"
local pki = require "pki".create()

local names = { "values", "memory", "sockets", "phases", "judgement", "servers", "luasec", "garbage" }
if arg[2] then names = { select(2, (unpack or table.unpack)(arg)) }; end
for _, name in ipairs(names) do
	local ok, message = pcall(require, "test_" .. name)
	if not ok then
		harness.failed = harness.failed + 1
		print("FAIL  " .. name .. " did not run: " .. tostring(message))
	end
end
pki.remove()
print(("%s: %d passed, %d failed"):format(jit and jit.version or _VERSION, harness.passed, harness.failed))
if harness.failed > 0 or harness.passed == 0 then os.exit(1, true); end
-- the script ends here and the interpreter closes its state, with the objects that are still alive
