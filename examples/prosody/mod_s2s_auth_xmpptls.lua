-- Who is the other server? Decided by libxmpptls: PKIX, DANE and POSH, on outgoing and incoming streams.
--
-- Takes the place of mod_s2s_auth_certs. The verdict is the library's; this module asks it what it needs to know,
-- gets that by Prosody's own resolver and HTTP client, and writes one line that says how the peer was
-- authenticated, or why it was not. What follows from it (s2s_secure_auth, dialback) stays Prosody's policy.
--
-- It runs inside the session's thread: while an answer is awaited this stream stops and all others go on.
-- SPDX-License-Identifier: MIT OR Apache-2.0
module:set_global();

local xmpptls = require "xmpptls";
local adns = require "net.adns";
local async = require "util.async";
local http = require "net.http";
local json = require "util.json";
local promise = require "util.promise";
local timer = require "util.timer";

local preset = module:get_option_string("s2s_xmpptls_policy", "s2s");
local cafile = module:get_option_path("s2s_xmpptls_cafile", nil, "config");
local capath = module:get_option_path("s2s_xmpptls_capath", nil, "config");

-- The longest that one peer may keep its own stream waiting, in seconds.
local patience = module:get_option_number("s2s_xmpptls_timeout", 20);

-- POSH documents are small (RFC 7711 section 3.1 shows some); what is larger is none.
local largest_document = 64 * 1024;

-- Prosody 13 has DANE of its own for incoming streams, which answers before this module is asked.
if module:get_option_boolean("use_dane", false) and package.loaded["prosody.net.tls_luasec"] then
	module:log("warn", "Take use_dane out: with it, mod_s2s_auth_dane_in decides about incoming streams and not this module");
end

--- The policy ---

local policy;

-- The trust anchors of this module, else those of Prosody's ssl option, else the system's.
local function anchors()
	local ssl = module:get_option("ssl") or {};
	local file, directory = cafile, capath;
	if not file and not directory then file, directory = ssl.cafile, ssl.capath; end
	if file or directory then return xmpptls.trust_anchors { file = file, directory = directory }; end
	return xmpptls.trust_anchors { system = true };
end

local function load_policy()
	local trusted, new, err;
	trusted, err = anchors();
	if trusted then
		new, err = xmpptls.policy { preset = preset, trust_anchors = trusted };
	end
	if new then
		policy = new;
		return;
	end
	module:log("error", "The policy %q cannot be loaded, %s: %s", preset,
		policy and "the earlier one stays" or "no server will be authenticated", tostring(err));
end
load_policy();
module:hook_global("config-reloaded", load_policy);

--- Evidence: Prosody asks, the library judges ---

local resolver = adns.resolver();

-- The DNSSEC state of an answer, in the library's words.
local function state_of(answer)
	if answer.bogus then return "bogus"; end
	return answer.secure and "secure" or "insecure";
end

-- A promise of { state =, [1] = record, … }; of { failed = why } when nothing is known. It is never rejected.
local function look_up(name, kind)
	return promise.new(function (resolve)
		resolver:lookup(function (answer, err)
			if not answer then
				-- net.dns answers nothing for "no records"; it knows nothing of DNSSEC either
				return resolve(err and { failed = "server" } or { state = "insecure" });
			elseif answer.rcode and answer.rcode ~= 0 and answer.rcode ~= 3 then
				return resolve { failed = answer.bogus and "bogus" or "server" };
			elseif answer.bogus then
				return resolve { failed = "bogus" };
			end
			local found = { state = state_of(answer), ttl = answer.ttl, canonical = answer.canonname };
			for i, record in ipairs(answer) do found[i] = record[kind:lower()]; end
			resolve(found);
		end, name, kind, "IN");
	end);
end

-- Targets whose addresses are looked up: a stranger's domain must not make us ask without end.
local most_targets = 16;

local services = { { "_xmpps-server._tcp.", "direct-tls" }, { "_xmpp-server._tcp.", "starttls" } };

-- The addresses of a host, and their state: a forged answer of one family forbids the host (RFC 7673 section 3.2), else
-- the better of the answers that have addresses decides.
local function addresses_of(target)
	return promise.all { look_up(target, "A"), look_up(target, "AAAA") }:next(function (answers)
		local found, forged, best, absent = {}, nil, nil, nil;
		for _, answer in ipairs(answers) do
			if answer.failed == "bogus" then
				forged = "bogus";
			elseif answer[1] and best ~= "secure" then
				best = answer.state;
			elseif not answer.failed then
				absent = answer.state;
			end
			for _, address in ipairs(answer) do found[address] = true; end
		end
		found.state = forged or best or absent or "indeterminate";
		return found;
	end);
end

-- A promise of the endpoints of a domain, by SRV, and of the state of "there is none".
local function endpoints_of(domain)
	local jobs = {};
	for i, service in ipairs(services) do
		jobs[i] = look_up(service[1] .. domain, "SRV");
	end
	return promise.all(jobs):next(function (answers)
		local endpoints, hosts, absent = {}, {}, "secure";
		for i, answer in ipairs(answers) do
			if answer.failed then return { failed = answer.failed }; end
			if answer.state ~= "secure" then absent = answer.state; end
			table.sort(answer, function (a, b) return a.priority < b.priority; end);
			for _, srv in ipairs(answer) do
				local target = srv.target:gsub("%.$", "");
				if target ~= "" and #endpoints < most_targets then
					endpoints[#endpoints + 1] = { target = target, port = srv.port, transport = services[i][2], srv = answer.state };
					hosts[#hosts + 1] = addresses_of(target);
				end
			end
		end
		return promise.all(hosts):next(function (found)
			for i, addresses in ipairs(found) do
				endpoints[i].addresses, endpoints[i].known = addresses.state, addresses;
			end
			endpoints.state = absent;
			return endpoints;
		end);
	end);
end

-- Which of its endpoints an outgoing stream goes to: the one with this address and port. Nil when none is known.
local function endpoint_in_use(domain, address, port)
	local endpoints = async.wait_for(endpoints_of(domain));
	if not endpoints or endpoints.failed then return nil; end
	for _, endpoint in ipairs(endpoints) do
		if endpoint.port == port and endpoint.known[address] then return endpoint; end
	end
	if endpoints[1] then return nil; end
	local addresses = async.wait_for(addresses_of(domain));
	return { target = domain, port = port, transport = "starttls", addresses = addresses.state };
end

-- A promise of a POSH document. Prosody verifies the web server as it does for all its requests.
local function fetch(url)
	return promise.new(function (resolve)
		http.request(url, { suppress_errors = true }, function (body, code)
			if code == 0 then
				resolve { failed = tostring(body):find "certificate" and "https_unverified" or "unreachable" };
			elseif code == 404 or code == 410 then
				resolve { absent = true };
			elseif code ~= 200 then
				resolve { failed = "server" };
			elseif #body > largest_document then
				resolve { failed = "malformed" };
			else
				resolve { document = body };
			end
		end);
	end);
end

-- For each kind of question a promise of the verification's method that answers it, and its arguments.
local ask = {};

function ask.tlsa(question)
	return look_up(question.name, "TLSA"):next(function (found)
		if found.failed then return { "answer_failed", found.failed }; end
		if not found[1] then return { "answer_absent", found.state }; end
		local records = {};
		for i, tlsa in ipairs(found) do
			records[i] = string.char(tlsa.use, tlsa.select, tlsa.match) .. tlsa.data;
		end
		return { "answer_tlsa", { dnssec = found.state, records = records, valid_until = found.ttl and os.time() + found.ttl or nil } };
	end);
end

function ask.srv(question)
	return endpoints_of(question.name):next(function (found)
		if found.failed then return { "answer_failed", found.failed }; end
		if not found[1] then return { "answer_absent", found.state }; end
		return { "answer_srv", found };
	end);
end

function ask.posh(question)
	return fetch(question.name):next(function (found)
		if found.failed then return { "answer_failed", found.failed }; end
		if found.absent then return { "answer_absent", "insecure" }; end
		-- one reference to another place is followed (RFC 7711 section 3.2); the library judges both
		local document = json.decode(found.document);
		local reference = type(document) == "table" and document.url;
		if type(reference) ~= "string" or not reference:find "^https://" then
			return { "answer_posh", { document = found.document, https_verified = true } };
		end
		return fetch(reference):next(function (referred)
			if referred.failed then return { "answer_failed", referred.failed }; end
			if referred.absent then return { "answer_absent", "insecure" }; end
			return { "answer_posh", { document = found.document, referred = referred.document, https_verified = true } };
		end);
	end);
end

-- A promise of the answer, or of the failure that it is by now too late or that asking went wrong.
local function in_time(question, seconds)
	local asked = promise.resolve(question):next(ask[question.kind] or function () return { "answer_not_asked" }; end);
	local too_late = promise.new(function (resolve)
		timer.add_task(seconds, function () resolve { "answer_failed", "timeout" }; end);
	end);
	return promise.race { asked, too_late }:catch(function (err)
		module:log("error", "Asking about %s went wrong: %s", question.name, tostring(err));
		return { "answer_failed", "unreachable" };
	end);
end

-- Asks everything that is open, waits, answers, and again, since answers lead to questions.
local function gather(verification)
	local deadline = os.time() + patience;
	repeat
		local questions, jobs = {}, {};
		for question in verification.next_question, verification do
			questions[#questions + 1] = question;
			jobs[#jobs + 1] = in_time(question, math.max(1, deadline - os.time()));
		end
		local answers = async.wait_for(promise.all(jobs));
		for i, question in ipairs(questions) do
			local answer = answers and answers[i] or { "answer_failed", "unreachable" };
			local ok, err = verification[answer[1]](verification, question.id, answer[2]);
			if not ok then
				module:log("warn", "The answer about %s was not taken: %s", question.name, tostring(err));
				verification:answer_failed(question.id, "malformed");
			end
		end
	until not questions[1] or os.time() > deadline;
end

--- Verdicts ---

-- The method for the log and the shell: "pkix", "dane-ee", … or the level where there is none.
local function how(verdict)
	return verdict:method() or verdict:level();
end

local function judge(session, host)
	local socket = session.conn:socket();
	local request = { domain = host, policy = policy };
	if session.direction == "outgoing" then
		local address, port = socket:getpeername();
		local endpoint = endpoint_in_use(host, address, port);
		request.endpoint = endpoint and xmpptls.endpoint(endpoint);
	end
	local verification, err = socket:verification(request);
	if not verification then return nil, err; end
	gather(verification);
	return verification:decide();
end

-- One line for the log: the method, or the level with every reason.
local function in_words(verdict)
	if verdict:level() == "authenticated" then return how(verdict); end
	local texts = {};
	for i, reason in ipairs(verdict:reasons()) do texts[i] = reason.text; end
	return how(verdict) .. ": " .. table.concat(texts, "; ");
end

-- Prosody asks two things of a certificate; its other modules read these fields.
local function apply(session, verdict)
	session.cert_verified_by, session.cert_verdict = how(verdict), verdict;
	if verdict:level() == "authenticated" then
		session.cert_chain_status, session.cert_identity_status = "valid", "valid";
		return;
	end
	local texts = {};
	for i, reason in ipairs(verdict:reasons()) do texts[i] = reason.text; end
	session.cert_chain_errors = { texts };
end

module:hook("s2s-check-certificate", function (event)
	local session, host = event.session, event.host;
	local log = session.log or module._log;
	if not event.cert then
		log("warn", "%s presented no certificate", host or "A server that did not say its name");
		return;
	end
	if not host then return; end -- an incoming stream without "from": nobody to verify
	session.cert_chain_status, session.cert_identity_status = "invalid", "invalid"; -- until shown otherwise
	local verdict, err;
	if not policy then
		err = "there is no policy";
	elseif not session.conn:socket().verification then
		err = "its connection is not one of libxmpptls; is its directory first in LUA_PATH?";
	else
		verdict, err = judge(session, host);
	end
	if session.destroyed then return; end -- it ended while an answer was awaited
	if not verdict then
		log("error", "%s (%s) cannot be verified: %s", host, session.direction, tostring(err));
		return;
	end
	apply(session, verdict);
	log(verdict:level() == "authenticated" and "info" or "warn", "Certificate of %s (%s): %s",
		host, session.direction, in_words(verdict));
end, 509);

--- The admin shell: xmpptls:show() and xmpptls:show("example.org") ---

local shell = module:shared("/*/admin_shell/env");
shell.xmpptls = {};

function shell.xmpptls:show(domain)
	local print, count = self.session.print, 0;
	for _, session in pairs(module:shared("/*/s2s/sessions")) do
		local peer = session.direction == "outgoing" and session.to_host or session.from_host;
		local verdict = session.cert_verdict;
		if verdict and (not domain or domain == peer) then
			count = count + 1;
			print(("%s (%s): %s"):format(peer, session.direction, how(verdict)));
			for _, reason in ipairs(verdict:reasons()) do
				print(("   %s: %s"):format(reason.name, reason.text));
			end
		end
	end
	return true, ("%d s2s connections with a verdict"):format(count);
end

function module.unload()
	shell.xmpptls = nil;
end
