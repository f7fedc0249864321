"""What a person can do about a reason or a failure, one sentence each."""

REASONS = {
    "name_mismatch": "The server's admin: get a certificate for the XMPP domain itself, not only for the host.",
    "no_identifiers": "The server's admin: get a certificate that names the XMPP domain in subjectAltName.",
    "untrusted_ca": "The server's admin: send the whole chain, or publish TLSA records; a private authority has to be "
                    "among your trust anchors.",
    "self_signed": "The server's admin: use a certificate of a public authority, or publish TLSA records with DNSSEC. "
                   "Your own server: accept this key with a TrustException.",
    "expired": "The server's admin: renew the certificate and reload it. If it was renewed: check this machine's clock.",
    "not_yet_valid": "Check this machine's clock; if it is right, the server's admin has to use another certificate.",
    "revoked": "Do not connect. The server's admin: replace certificate and key.",
    "revocation_unknown": "Hand in a current revocation list, or have the policy only refuse what is revoked.",
    "must_staple_missing": "The server's admin: staple OCSP answers, or get a certificate without that demand.",
    "bad_eku": "The server's admin: get a certificate whose purposes have serverAuth.",
    "bad_key_usage": "The server's admin: get a certificate whose keyUsage has digitalSignature.",
    "ee_is_ca": "The server's admin: do not use an authority's certificate for the server.",
    "issuer_is_no_ca": "Do not connect. The server's admin: find out who issued this certificate.",
    "name_constraint": "The server's admin: get a certificate of an authority that may issue for this name.",
    "weak_key": "The server's admin: use a key of P-256, or RSA of 2048 bits or more.",
    "weak_signature": "The server's admin: get a certificate that is signed with SHA-256 or better.",
    "unsupported_signature": "The server's admin: get a certificate with a common kind of signature, such as ECDSA.",
    "bad_signature": "Do not connect. The server's admin: install the chain anew.",
    "malformed_cert": "The server's admin: install a certificate that follows RFC 5280.",
    "unsupported_critical_extension": "The server's admin: get a certificate without the unusual critical extension.",
    "chain_too_long": "The server's admin: send only the certificates that lead to the authority.",
    "path_not_accepted": "The server's admin: get a certificate that public authorities' rules allow.",
    "no_certificate": "The peer's admin: have the server show its certificate to other servers.",
    "dane_mismatch": "The server's admin: publish TLSA records for the certificate in use. Until then do not connect.",
    "dane_dns_bogus": "The domain's admin: mend DNSSEC. On this machine: try another resolver, check the clock.",
    "dane_records_stale": "Look the TLSA records up again.",
    "posh_mismatch": "The domain's admin: publish a POSH document for the certificate in use.",
    "posh_stale": "Fetch the POSH document again.",
    "posh_bad_document": "The domain's admin: mend the POSH document.",
    "posh_fetch_failed": "Try again; the domain's admin: see that the POSH document can be fetched.",
    "posh_foreign_document": "Hand in the POSH document of this domain and service.",
    "dialback_invalid": "The peer does not speak for that domain. Its admin: check that all its servers share one secret.",
    "dialback_without_tls": "The peer's admin: offer TLS on the way to the authoritative server.",
    "dialback_unanswered": "Try again; the domain's admin: see that its server can be reached.",
    "pin_mismatch": "Ask the server's admin, by another way, whether the key was changed; then pin the new one.",
    "exception_ended": "Look at the certificate anew, and renew the exception only if it is still needed.",
    "user_no_identity": "The user: get a certificate that names the account.",
    "user_authzid_required": "The client: say which account is meant, since the certificate does not.",
    "user_authzid_foreign": "The client: ask for the account that the certificate names.",
    "user_authzid_malformed": "The client: send a bare JID.",
    "authentication_required": "The peer's admin: see the other reasons; one proof has to succeed.",
    "dane_required": "The domain's admin: sign the zone and publish TLSA records; or do not demand DANE of this peer.",
    "posh_mismatch_final": "The domain's admin: publish a POSH document for the certificate in use.",
}

CODES = {
    "no_trust_anchors": "Hand in trust_anchors, or install the system's ca-certificates, or set pkix_enabled=False.",
    "unknown_preset": "The presets are c2s-client, c2s-server, s2s and s2s-with-dialback.",
    "already_driven": "Set the connection up before the first call that drives it.",
    "time_limit_before_tls": "Try again; if it stays so, the server is overloaded or the port is another service's.",
    "time_limit_handshake": "Try again; if it stays so, the network or the server is too slow.",
    "time_limit_verdict": "Give a verdict with conclude() sooner, or allow more time_limits_verdict.",
    "stream_tls_not_offered": "The server's admin: offer STARTTLS. Someone on the way may have removed the offer.",
    "stream_injected_plaintext": "Somebody on the way, or a faulty server, put bytes in front of TLS. Do not connect.",
    "stream_spoke_tls": "The port expects TLS at once: use transport=\"direct-tls\".",
    "tls_not_tls": "The port does not speak TLS: use transport=\"starttls\", or another port.",
    "tls_plaintext_xml": "The port expects STARTTLS: use transport=\"starttls\".",
    "tls_no_common_version": "The peer's admin: switch TLS 1.2 or 1.3 on.",
    "tls_no_common_suite": "The peer's admin: switch on a cipher suite of RFC 9325.",
    "tls_unknown_server_name": "Give this domain a credential, or a default one.",
    "tls_certificate_rejected": "The peer does not accept our certificate: see the alert.",
    "tls_handshake_truncated": "Try again; the peer, or something on the way, cut the connection.",
    "not_ready": "Ask for it when the handshake is done.",
    "not_offered": "Use tls-exporter; TLS 1.3 has no tls-unique.",
    "no_extended_master_secret": "Use TLS 1.3.",
    "no_server": "Name DNS servers, or mend /etc/resolv.conf.",
    "timed_out": "Try again, or allow more time.",
    "forked": "Make a new Lookup after the fork.",
    "damaged": "Keep the text and look at it; start anew only by a person's decision.",
    "key_does_not_match": "Use the key that the certificate was made for.",
    "key_encrypted": "Store the key without a passphrase, readable by the server alone.",
    "service_not_offered": "The domain says that it does not offer this service; check the spelling.",
    "no_address": "Check the spelling of the domain; its admin: publish address records for the target.",
    "no_targets": "Check the spelling of the domain; its admin: publish SRV or address records.",
    "endpoints_exhausted": "See failures for each endpoint.",
    "dnssec_forbids": "The domain's admin: mend DNSSEC. On this machine: try another resolver, check the clock.",
}

DEFAULT = "See the message; nothing more is known."


def for_reason(name: str) -> str:
    """The advice for a reason of a verdict."""
    return REASONS.get(name, DEFAULT)


def for_code(code: str) -> str:
    """The advice for the code of an exception."""
    return CODES.get(code, DEFAULT)
