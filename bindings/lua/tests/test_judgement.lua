-- Verifications and verdicts: questions, answers, and what follows.
-- SPDX-License-Identifier: MIT OR Apache-2.0
local xmpptls = require "xmpptls"
local harness, pair, pki = require "harness", require "pair", require "pki"
local test, same, fails, raises = harness.test, harness.same, harness.fails, harness.raises

local policy = pair.policy "s2s"
local leaf, other = assert(xmpptls.certificate(pki.read "leaf.pem")), assert(xmpptls.certificate(pki.read "other.pem"))

local function octets(hex)
	return (hex:gsub("%x%x", function(digits) return string.char(tonumber(digits, 16)) end))
end

-- A TLSA record 3 1 1 for a certificate's key.
local function tlsa_of(certificate)
	return "\3\1\1" .. octets(certificate:public_key_digest "sha256")
end

local function endpoint(state)
	return assert(xmpptls.endpoint {
		target = "xmpp.other.example", port = 5269, transport = "starttls", srv = state, addresses = state,
	})
end

-- Answers every question by the table's function of its kind, or "not asked", and decides.
local function judged(verification, answers)
	for question in verification.next_question, verification do
		if answers[question.kind] then
			assert(answers[question.kind](question))
		else
			assert(verification:answer_not_asked(question.id))
		end
	end
	return assert(verification:decide())
end

local function reason_names(verdict)
	local names = {}
	for _, reason in ipairs(verdict:reasons()) do
		assert(reason.code > 0 and #reason.text > 0)
		names[reason.name] = true
	end
	return names
end

test("a certificate of our CA authenticates its name by PKIX", function()
	local verdict = judged(xmpptls.verification { domain = "example.org", policy = policy, chain = { leaf } }, {})
	same(verdict:level(), "authenticated")
	same(verdict:method(), "pkix")
	same(verdict:domain(), "example.org")
	assert(not verdict:is_permitted(), "possession of the key was not shown")
	assert(verdict:valid_until() > os.time())
	assert(verdict:json():find '"authenticated"')
end)

test("the same certificate is refused for another name, with the reason", function()
	local verdict = judged(xmpptls.verification { domain = "elsewhere.example", policy = policy, chain = { leaf } }, {})
	same(verdict:level(), "refused")
	same(verdict:method(), nil)
	assert(reason_names(verdict).name_mismatch)
	assert(not verdict:is_permitted())
end)

test("an unknown issuer and an expired certificate are told apart", function()
	local verdict = judged(xmpptls.verification { domain = "other.example", policy = policy, chain = { other } }, {})
	assert(reason_names(verdict).self_signed)
	local expired = assert(xmpptls.certificate(pki.read "expired.pem"))
	verdict = judged(xmpptls.verification { domain = "example.org", policy = policy, chain = { expired } }, {})
	assert(reason_names(verdict).expired)
end)

test("a TLSA record authenticates a self-signed server by DANE-EE", function()
	local verification = assert(xmpptls.verification {
		domain = "other.example", policy = policy, chain = { other }, endpoint = endpoint "secure",
	})
	local asked
	local verdict = judged(verification, {
		tlsa = function(question)
			asked = question.name
			return verification:answer_tlsa(question.id, { dnssec = "secure", records = { tlsa_of(other) } })
		end,
	})
	assert(asked:find "^_5269%._tcp%.xmpp%.other%.example", asked)
	same(verdict:level(), "authenticated")
	same(verdict:method(), "dane-ee")
end)

test("a TLSA record for another key refuses the server", function()
	local verification = assert(xmpptls.verification {
		domain = "other.example", policy = policy, chain = { other }, endpoint = endpoint "secure",
	})
	local verdict = judged(verification, {
		tlsa = function(question)
			return verification:answer_tlsa(question.id, { dnssec = "secure", records = { tlsa_of(leaf) } })
		end,
	})
	same(verdict:level(), "refused")
	assert(reason_names(verdict).dane_mismatch)
end)

test("without DNSSEC nobody is asked for TLSA records, and none helps", function()
	local verification = assert(xmpptls.verification {
		domain = "other.example", policy = policy, chain = { other }, endpoint = endpoint "insecure",
	})
	local verdict = judged(verification, { tlsa = function() error "asked for TLSA" end })
	same(verdict:level(), "refused")
end)

test("an inbound server is asked about by SRV, then by TLSA", function()
	local verification = assert(xmpptls.verification {
		domain = "other.example", policy = policy, chain = { other }, direction = "receiving",
	})
	local kinds = {}
	local verdict = judged(verification, {
		srv = function(question)
			kinds[#kinds + 1] = "srv " .. question.name
			return verification:answer_srv(question.id, {
				endpoint "secure", { target = "b.other.example", port = 5270, transport = "direct-tls", srv = "secure", addresses = "secure" },
			})
		end,
		tlsa = function(question)
			kinds[#kinds + 1] = "tlsa"
			return verification:answer_tlsa(question.id, { dnssec = "secure", records = { tlsa_of(other) } })
		end,
	})
	same(kinds[1], "srv other.example")
	same(kinds[2], "tlsa")
	same(verdict:method(), "dane-ee")
end)

test("a zone with many records is an answer as any other", function()
	local verification = assert(xmpptls.verification {
		domain = "other.example", policy = policy, chain = { other }, endpoint = endpoint "secure",
	})
	local records = {}
	for i = 1, 300 do records[i] = "\3\1\1" .. i; end -- none has the length of a digest
	records[#records + 1] = tlsa_of(other)
	local verdict = judged(verification, {
		tlsa = function(question)
			return verification:answer_tlsa(question.id, { dnssec = "secure", records = records })
		end,
	})
	same(verdict:method(), "dane-ee")
end)

test("a domain with more targets than are considered is an error and not a crash", function()
	for _, count in ipairs { 64, 65, 128, 129, 5000 } do
		local verification = assert(xmpptls.verification {
			domain = "other.example", policy = policy, chain = { other }, direction = "receiving",
		})
		local question = assert(verification:next_question())
		same(question.kind, "srv")
		local targets = {}
		for i = 1, count do targets[i] = { target = "xmpp.other.example", port = i, addresses = "insecure" }; end
		local answered = coroutine.wrap(function() -- which has the smallest stack
			return { verification:answer_srv(question.id, targets) }
		end)()
		if count <= 64 then
			same(answered[1], true)
		else
			fails("XMPP_TLS_INVALID_PARAMETER", answered[1], answered[2])
		end
	end
end)

test("a POSH document authenticates by its fingerprint, and not without verified HTTPS", function()
	local mime = { [0] = "" }
	local letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	local digest = octets(other:digest "sha256")
	local bits = digest:gsub(".", function(octet)
		local value, text = octet:byte(), ""
		for i = 7, 0, -1 do text = text .. math.floor(value / 2 ^ i) % 2; end
		return text
	end)
	for i = 1, #bits, 6 do
		local index = tonumber((bits:sub(i, i + 5) .. "00000"):sub(1, 6), 2) + 1
		mime[#mime + 1] = letters:sub(index, index)
	end
	local document = ('{"fingerprints":[{"sha-256":"%s="}],"expires":3600}'):format(table.concat(mime))
	for _, verified in ipairs { true, false } do
		local verification = assert(xmpptls.verification { domain = "other.example", policy = policy, chain = { other } })
		local verdict = judged(verification, {
			posh = function(question)
				assert(question.name:find "^https://other%.example/%.well%-known/posh/", question.name)
				local ok, err = verification:answer_posh(question.id, { document = document, https_verified = verified })
				return ok or verification:answer_failed(question.id, "https_unverified"), err
			end,
		})
		same(verdict:method(), verified and "posh" or nil)
	end
end)

test("a broken POSH document is an error, and can be answered as malformed", function()
	local verification = assert(xmpptls.verification { domain = "other.example", policy = policy, chain = { other } })
	judged(verification, {
		posh = function(question)
			fails("XMPP_TLS_MALFORMED_DOCUMENT", verification:answer_posh(question.id, { document = "{", https_verified = true }))
			return verification:answer_failed(question.id, "malformed")
		end,
	})
end)

test("an answer to no question is refused", function()
	local verification = assert(xmpptls.verification { domain = "example.org", policy = policy, chain = { leaf } })
	fails("XMPP_TLS_INVALID_PARAMETER", verification:answer_absent(99, "secure"))
	raises(verification.answer_absent, verification, 1, "sometimes")
	raises(verification.answer_tlsa, verification, 1, { dnssec = "secure", records = { 5 } })
end)

test("a verification of a connection judges by another policy, and its verdict concludes", function()
	local server_context, client_context = pair.contexts()
	local client = assert(xmpptls.initiate(client_context, { transport = "tls-only" }))
	local server = assert(xmpptls.accept(server_context, { transport = "tls-only" }))
	fails("XMPP_TLS_WRONG_PHASE", client:verification { domain = "example.org", policy = policy })
	pair.shuttle(client, server)
	local verdict = judged(assert(client:verification { domain = "example.org", policy = policy }), {})
	same(verdict:level(), "authenticated")
	assert(verdict:is_permitted())
	same(client:verdict "example.org", nil)
	assert(client:conclude(verdict))
	same(client:verdict("example.org"):method(), "pkix")
	fails("XMPP_TLS_FOREIGN_VERDICT", server:conclude(verdict))
end)

test("a report says what a person should know", function()
	local server_context, client_context = pair.contexts()
	local client = assert(xmpptls.initiate(client_context, { transport = "direct-tls", domain = "example.org" }))
	local server = assert(xmpptls.accept(server_context, { transport = "tls-only" }))
	pair.shuttle(client, server)
	local report = assert(client:report())
	assert(report:is_encrypted())
	assert(#report:text() > 0 and report:json():find "^{")
	same(type(report:summary()), "string")
end)

test("evidence gathered ahead refuses inside the handshake", function()
	local context = assert(xmpptls.context(policy))
	local function attempt(record)
		local verification = assert(xmpptls.verification { domain = "other.example", policy = policy, endpoint = endpoint "secure" })
		for question in verification.next_question, verification do
			if question.kind == "tlsa" then
				assert(verification:answer_tlsa(question.id, { dnssec = "secure", records = { record } }))
			else
				assert(verification:answer_not_asked(question.id))
			end
		end
		local served = assert(xmpptls.credentials { { certificate_file = pki.path "other.pem", key_file = pki.path "other.key" } })
		local server = assert(xmpptls.accept(assert(xmpptls.context(policy, served)), { transport = "direct-tls" }))
		local client = assert(xmpptls.initiate(context, { transport = "direct-tls", domain = "other.example", verification = verification }))
		verification = nil -- luacheck: ignore
		collectgarbage()
		pair.shuttle(client, server)
		return client
	end
	same(attempt(tlsa_of(other)):phase(), "open")
	local refused = attempt(tlsa_of(leaf))
	same(refused:phase(), "failed")
	same((refused:alert()), "bad_certificate")
end)
