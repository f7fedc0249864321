"""What others say of a domain, as text: TLSA records and POSH documents.

>>> tlsa_owner("xmpp.example.org", 5269)
'_5269._tcp.xmpp.example.org.'
>>> posh_url("example.org", "s2s")
'https://example.org/.well-known/posh/xmpp-server.json'
>>> domain_to_ascii("B\u00fccher.example")
'xn--bcher-kva.example'
"""

from xmpptls._xmpptls import domain_to_ascii, judge_case, posh_url, read_posh, tlsa_owner, tlsa_rdata

__all__ = ["domain_to_ascii", "judge_case", "posh_url", "read_posh", "tlsa_owner", "tlsa_rdata"]
