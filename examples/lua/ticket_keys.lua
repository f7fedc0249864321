-- ticket_keys: keys of session tickets that the nodes of a cluster share, in Redis or Valkey (docs/guide/14-cluster.md).
--
--     local keys = assert(require "ticket_keys".new {
--         context = context, secret = assert(ticket_keys.read_secret "cluster.secret"), cluster = "example",
--         connect = function() return redis.connect { host = "127.0.0.1", timeout = 2 } end,
--     })
--     assert(keys:begin())        -- a node has read the keys before it serves
--     keys:follow(60)             -- in the main loop: looks into the store when a minute is over
--
-- Time is cut into periods, and each has its key. Whoever first finds none for this period or the one after makes it,
-- if there is still none; everybody else takes what is there. A record is sealed with the cluster's secret by OpenSSL's
-- AES-256-GCM (luaossl), so the store and its backups tell no keys. The client of the store is redis-lua, one file of pure
-- Lua, which Debian packages for Lua 5.1 to 5.3.
-- SPDX-License-Identifier: MIT OR Apache-2.0
local cipher = require "openssl.cipher"
local rand = require "openssl.rand"

local LABEL, NONCE, TAG, HEAD, KEY = "XTK\1", 12, 16, 16, 48
local LIFETIME = 12 * 3600 -- of a ticket, in the library

local ticket_keys = {}
local methods = {}

local function number_of(number, octets)
	local text = ""
	for _ = 1, octets do
		text = string.char(number % 256) .. text
		number = math.floor(number / 256)
	end
	return text
end

--- The secret of the cluster: a file with 64 hexadecimal digits, as `openssl rand -hex 32` prints them.
function ticket_keys.read_secret(path)
	local file, why = io.open(path)
	if not file then return nil, why; end
	local digits = file:read "*a":match "^(%x+)\n?$"
	file:close()
	if not digits or #digits ~= 64 then return nil, path .. ": 64 hexadecimal digits are needed"; end
	return (digits:gsub("%x%x", function(pair) return string.char(tonumber(pair, 16)); end))
end

-- What is sealed around the key.
local function head_of(self, begin)
	return LABEL .. number_of(begin, 8) .. number_of(self.period, 4)
end

local function seal(self, begin, key)
	local nonce = rand.bytes(NONCE)
	local aead = cipher.new "aes-256-gcm":encrypt(self.secret, nonce)
	local sealed = aead:final(head_of(self, begin) .. key .. self.cluster)
	return LABEL .. nonce .. sealed .. aead:getTag(TAG)
end

-- The key in a record, which must be that of this cluster and period; or nil and what is wrong.
local function unseal(self, begin, record)
	if record:sub(1, #LABEL) ~= LABEL or #record <= #LABEL + NONCE + HEAD + KEY + TAG then
		return nil, "a record of another layout"
	end
	local body = #LABEL + NONCE
	local aead = cipher.new "aes-256-gcm":decrypt(self.secret, record:sub(#LABEL + 1, body))
	aead:setTag(record:sub(-TAG))
	local plain = aead:final(record:sub(body + 1, -TAG - 1))
	if not plain then return nil, "not sealed with this cluster's secret, or changed since"; end
	if plain:sub(1, HEAD) ~= head_of(self, begin) or plain:sub(HEAD + KEY + 1) ~= self.cluster then
		return nil, "the record of another cluster, time or period"
	end
	return plain:sub(HEAD + 1, HEAD + KEY)
end

--- Options: context, secret, cluster, connect (gives a client of redis-lua, or raises), and period, clock, log.
function ticket_keys.new(options)
	local period = options.period or 24 * 3600
	if period < 3 * 3600 or period > 7 * 24 * 3600 then return nil, "a period is between three hours and seven days"; end
	if #options.cluster < 1 or #options.cluster > 64 then return nil, "a cluster's name has 1 to 64 bytes"; end
	return setmetatable({
		context = options.context, secret = options.secret, cluster = options.cluster, connect = options.connect,
		period = period, clock = options.clock or os.time,
		log = options.log or function(line) io.stderr:write(line, "\n"); end,
		kept = math.floor(LIFETIME / period) + 1, -- periods for which tickets come back, and one for clocks that differ
		held = {}, looked = 0,
	}, { __index = methods })
end

local function name_of(self, begin)
	return ("xmpptls:ticket-key:%s:%.0f"):format(self.cluster, begin)
end

-- Writes a key if there is still none; whatever stands there then is everybody's. A store that lost its records gets
-- back what is held.
local function make(self, store, begin, now)
	local record = seal(self, begin, self.held[begin] or rand.bytes(KEY))
	local seconds = begin + (self.kept + 1) * self.period - now
	store:set(name_of(self, begin), record, "NX", "EX", ("%.0f"):format(seconds))
	return store:get(name_of(self, begin))
end

local function look(self, now, current, problems)
	local store, found = self.connect(), {}
	for number = 1, -self.kept, -1 do
		local begin = current + number * self.period
		local record, held = store:get(name_of(self, begin)), self.held[begin]
		if not record and begin >= current then record = make(self, store, begin, now); end
		found[begin] = held
		if record then
			local key, why = unseal(self, begin, record)
			found[begin] = key or held
			if why then problems[#problems + 1] = name_of(self, begin) .. ": " .. why; end
			if held and key and key ~= held then
				self.log("ticket keys: " .. name_of(self, begin) .. ": replaced in the store, and here")
			end
		end
	end
	store:quit()
	return found
end

-- The newest key whose period has begun seals; all open. The last one stays, however old.
local function give(self, current)
	local first, begins, keys = nil, {}, {}
	for begin in pairs(self.held) do
		if begin <= current and (not first or begin > first) then first = begin; end
	end
	if not first then return; end
	for begin in pairs(self.held) do
		if begin ~= first and begin >= current - self.kept * self.period then begins[#begins + 1] = begin; end
	end
	table.sort(begins, function(one, other) return one > other; end)
	table.insert(begins, 1, first)
	local held = self.held
	self.held = {}
	for at, begin in ipairs(begins) do
		keys[at], self.held[begin] = held[begin], held[begin]
	end
	assert(self.context:set_ticket_keys(keys))
end

--- Takes over what lies in the store; returns a list of what could not be used.
function methods:refresh()
	local now = self.clock()
	local current, problems = now - now % self.period, {}
	local ok, found = pcall(look, self, now, current, problems)
	if ok then
		self.held = found
	else
		problems[#problems + 1] = "the store is away: " .. tostring(found)
	end
	give(self, current)
	return problems
end

--- Reads the keys, or makes those that nobody made yet; nil and why when there are none to be had.
function methods:begin()
	self.looked = self.clock()
	local problem = self:refresh()[1]
	if problem then return nil, problem; end
	return true
end

--- Looks into the store when so many seconds are over.
function methods:follow(every)
	local now = self.clock()
	if math.abs(now - self.looked) < every then return; end
	self.looked = now
	for _, problem in ipairs(self:refresh()) do
		self.log("ticket keys: " .. problem .. "; the keys held stay")
	end
end

return ticket_keys
