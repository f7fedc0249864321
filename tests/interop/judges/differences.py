"""Where a judge and our rules answer differently, and the clause that decides.

Each table maps the id of a case to (clause, our rule). A difference that is not listed fails, and so does a
listed one that no longer occurs.
"""

_TARGETS = "RFC 4985 §2, RFC 6120 §13.7.1.2.1", "an SRV-ID of the service is a name; the judge reads dNSNames"
_ADDRESSES = "RFC 6120 §13.7.1.4", "an XmppAddr that is a bare domain is a name; the judge reads dNSNames"
_INBOUND = ("RFC 5280 §4.2.1.12",
            "a server that connects to us is judged as a server: serverAuth counts; the judge asks for clientAuth")
_ANY = "RFC 5280 §4.2.1.12", "anyExtendedKeyUsage does not restrict use; the judge asks for the purpose by name"

OPENSSL_PATH = {
    "rfc5280::leaf::ca": ("RFC 6120 §13.7.1.1", "an end entity is no authority: cA must not be TRUE"),
    "rfc5280::leaf::encipherment-only": (
        "RFC 8446 §4.4.2.2", "the key signs the handshake, so a keyUsage has digitalSignature; the judge also knows "
        "key exchange by encipherment"),
    "rfc5280::issuer::eleven": ("RFC 5280 §6.1", "at most ten certificates are taken: a limit of ours"),
    "rfc5280::purpose::server::s2s-receiving": _INBOUND,
    "rfc5280::purpose::client::s2s-receiving": (
        "RFC 5280 §4.2.1.12", "clientAuth alone proves no server, unless the policy says so"),
    "rfc5280::purpose::any::c2s-client": _ANY,
    "rfc5280::purpose::any::s2s-initiating": _ANY,
    "rfc5280::purpose::any::s2s-receiving": _ANY,
    "rfc5280::purpose::any::user": _ANY,
    "policy::purpose::server-as-client": _INBOUND,
    "rfc9325::key::p-256": (
        "RFC 9325 §4.5, RFC 8446 §4.4.3", "the path looks at the curve; whether the octets are a point of it, which "
        "they are not here, is settled by the signature of the handshake, which the case takes for good"),
    "rfc5280::constraint::srv-name-outside": (
        "RFC 9525 §7.6", "constraints on dNSNames hold for SRV-IDs; the judge applies them to dNSNames"),
    "rfc5280::constraint::xmpp-addr-outside": (
        "RFC 9525 §7.6", "constraints on dNSNames hold for XmppAddr; the judge applies them to dNSNames"),
    "rfc7633::staple::absent": (
        "RFC 7633 §4.2.3", "\"must staple\" demands an answer in the handshake; the judge of a path sees none"),
    "rfc5280::dates::last-second": ("RFC 5280 §4.1.2.5", "notAfter itself is within the validity"),
} | {f"rfc7590::level::{requirement}::receiving::{shown}": _INBOUND
     for requirement in ("authenticate", "or-dialback", "encrypt-only")
     for shown in ("proved", "chain-alone", "resumed")}

OPENSSL_NAME = {
    "rfc9525::names::srv::0": _TARGETS,
    "rfc9525::names::srv-client::0": _TARGETS,
    "rfc9525::names::srv-other-case::0": _TARGETS,
    "rfc9525::names::srv-parts-apart::1": _TARGETS,
    "rfc9525::names::srv-wildcard::0": _TARGETS,
    "rfc5280::constraint::srv-name-inside": _TARGETS,
    "rfc9525::names::xmpp-addr::0": _ADDRESSES,
    "rfc9525::names::xmpp-addr::1": _ADDRESSES,
    "rfc9525::names::xmpp-addr-unicode::0": _ADDRESSES,
    "rfc9525::names::common-name::0": ("RFC 9525 §2", "the common name is never read"),
}

PROSODY_NAME = {
    "rfc9525::names::wildcard-below-top::0": ("RFC 9525 §7.1", "a wildcard needs two labels behind it"),
    "rfc9525::names::srv-other-case::0": ("RFC 4985 §2", "the service of an SRV-ID is compared without regard to case"),
    "rfc9525::names::srv-wrong-string::0": ("RFC 4985 §2", "an SRVName is an IA5String"),
    "rfc9525::names::xmpp-addr-wrong-string::0": ("RFC 6120 §13.7.1.4", "an XmppAddr is a UTF8String"),
    "rfc9525::names::common-name::0": ("RFC 9525 §2", "the common name is never read"),
    "rfc9525::names::sharp-s::0": ("RFC 5891 §5, RFC 5894 §7.2", "sharp s is a letter of its own in IDNA 2008"),
    "rfc9525::names::address::0": ("RFC 9525 §6.4", "an address matches an iPAddress; the judge compares domains"),
    "rfc9525::names::address-6::0": ("RFC 9525 §6.4", "an address matches an iPAddress; the judge compares domains"),
    "rfc9525::names::address-as-name::0": ("RFC 9525 §7.4", "an address in a dNSName is no name"),
    "rfc9525::names::name-of-an-address::0": ("RFC 9525 §7.4", "an address matches no wildcard and no dNSName"),
}

TLSA_MATCH = {
    "rfc7671::agility::stronger-is-wrong": (
        "RFC 7671 §9", "of several digests of one usage and selector the strongest alone counts"),
    "rfc7671::agility::order": ("RFC 7671 §9", "the order of the records does not matter to the strongest digest"),
    "rfc7671::base::end-is-wrong": ("RFC 7671 §7", "records at the end of the CNAMEs are used, not those before"),
}
