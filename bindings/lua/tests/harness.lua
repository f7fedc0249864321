-- Tests are sentences; each runs alone, prints one line when it fails, and all are counted.
-- SPDX-License-Identifier: MIT OR Apache-2.0
local harness = { passed = 0, failed = 0 }

function harness.test(sentence, body)
	local ok, message = xpcall(body, debug.traceback)
	if ok then
		harness.passed = harness.passed + 1
		if os.getenv "VERBOSE" then print("ok    " .. sentence) end
	else
		harness.failed = harness.failed + 1
		print("FAIL  " .. sentence .. "\n      " .. tostring(message):gsub("\n", "\n      "))
	end
end

local function shown(value)
	if type(value) == "string" then return ("%q"):format(value:sub(1, 120)); end
	return tostring(value)
end

--- Raises unless both are the same.
function harness.same(found, wanted, what)
	if found ~= wanted then
		error(("%s: found %s, wanted %s"):format(what or "value", shown(found), shown(wanted)), 2)
	end
end

--- Raises unless the text has the pattern.
function harness.matches(text, pattern)
	if type(text) ~= "string" or not text:find(pattern) then
		error(("found %s, wanted something like %s"):format(shown(text), pattern), 2)
	end
end

--- Checks (nil, error table with this name) and returns the error.
function harness.fails(name, value, err)
	harness.same(value, nil, "first result")
	harness.same(type(err), "table", "type of the error")
	harness.same(err.name, name, "name of the error")
	harness.same(type(err.code), "number", "code of the error")
	assert(#err.message > 0 and tostring(err):find(err.message, 1, true), "an error has a sentence")
	return err
end

--- Raises unless the call raises.
function harness.raises(...)
	local ok, message = pcall(...)
	if ok then error("the call did not raise", 2); end
	return message
end

return harness
