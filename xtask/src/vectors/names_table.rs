//! The table of presented names and questions.

use super::ca::{Recipe, SRV_NAME, XMPP_ADDR};
use super::der::{other_name, tlv};

/// How a question about a certificate ends.
#[derive(Clone, Copy)]
pub(super) enum End {
    /// By this kind of reference identity.
    By(&'static str),
    Mismatch,
    Nothing,
}
use End::{By, Mismatch, Nothing};

/// Certificate, rule, clause, and questions: service, domain, end.
pub(super) type Row = (
    &'static str,
    &'static str,
    &'static str,
    fn(Recipe) -> Recipe,
    &'static [(&'static str, &'static str, End)],
);

pub(super) const ROWS: &[Row] = &[
    (
        "dns",
        "PKI-04",
        "RFC 9525 §6.3",
        |own| own.dns("im.example.com"),
        &[
            ("s2s", "im.example.com", By("dns-id")),
            ("c2s", "im.example.com", By("dns-id")),
            ("s2s", "IM.Example.COM", By("dns-id")),
            ("s2s", "im.example.com.", By("dns-id")),
            ("s2s", "example.com", Mismatch),
            ("s2s", "a.im.example.com", Mismatch),
            ("s2s", "xim.example.com", Mismatch),
        ],
    ),
    (
        "dns-upper-case",
        "PKI-09",
        "RFC 9525 §6.3",
        |own| own.dns("IM.EXAMPLE.COM"),
        &[("s2s", "im.example.com", By("dns-id"))],
    ),
    (
        "several",
        "PKI-12",
        "RFC 9525 §6.2",
        |own| own.dns("a.example").dns("im.example.com"),
        &[
            ("s2s", "im.example.com", By("dns-id")),
            ("s2s", "a.example", By("dns-id")),
            ("s2s", "b.example", Mismatch),
        ],
    ),
    (
        "wildcard",
        "PKI-06",
        "RFC 9525 §6.3",
        |own| own.dns("*.example.com"),
        &[
            ("s2s", "a.example.com", By("dns-id")),
            ("s2s", "example.com", Mismatch),
            ("s2s", "a.b.example.com", Mismatch),
        ],
    ),
    (
        "wildcard-part-of-label",
        "PKI-06",
        "RFC 9525 §6.3",
        |own| own.dns("f*o.example.com"),
        &[("s2s", "foo.example.com", Nothing)],
    ),
    (
        "wildcard-in-the-middle",
        "PKI-06",
        "RFC 9525 §6.3",
        |own| own.dns("a.*.example.com"),
        &[("s2s", "a.b.example.com", Nothing)],
    ),
    (
        "two-wildcards",
        "PKI-06",
        "RFC 9525 §6.3",
        |own| own.dns("*.*.example.com"),
        &[("s2s", "a.b.example.com", Nothing)],
    ),
    ("wildcard-alone", "PKI-08", "RFC 9525 §7.1", |own| own.dns("*"), &[("s2s", "example", Nothing)]),
    (
        "wildcard-below-top",
        "PKI-08",
        "RFC 9525 §7.1",
        |own| own.dns("*.com"),
        &[("s2s", "example.com", Nothing)],
    ),
    (
        "srv",
        "PKI-10",
        "RFC 4985 §2",
        |own| own.srv_name("_xmpp-server.im.example.com"),
        &[
            ("s2s", "im.example.com", By("srv-id")),
            ("c2s", "im.example.com", Mismatch),
            ("s2s", "other.example.com", Mismatch),
        ],
    ),
    (
        "srv-client",
        "PKI-04",
        "RFC 6120 §13.7.1.2.1",
        |own| own.srv_name("_xmpp-client.im.example.com"),
        &[("c2s", "im.example.com", By("srv-id")), ("s2s", "im.example.com", Mismatch)],
    ),
    (
        "srv-other-case",
        "PKI-10",
        "RFC 4985 §2",
        |own| own.srv_name("_XMPP-Server.IM.Example.COM"),
        &[("s2s", "im.example.com", By("srv-id"))],
    ),
    (
        "srv-with-tcp",
        "PKI-10",
        "RFC 4985 §2",
        |own| own.srv_name("_xmpp-server._tcp.im.example.com"),
        &[("s2s", "im.example.com", Mismatch)],
    ),
    (
        "srv-direct-tls",
        "DTLS-16",
        "XEP-0368 §3",
        |own| own.srv_name("_xmpps-server.im.example.com"),
        &[("s2s", "im.example.com", Mismatch)],
    ),
    (
        "srv-other-service",
        "PKI-10",
        "RFC 9525 §6.5",
        |own| own.srv_name("_https.im.example.com"),
        &[("s2s", "im.example.com", Mismatch)],
    ),
    (
        "srv-parts-apart",
        "PKI-10",
        "RFC 9525 §6.5",
        |own| own.srv_name("_xmpp-server.a.example").srv_name("_xmpp-client.im.example.com"),
        &[("s2s", "im.example.com", Mismatch), ("s2s", "a.example", By("srv-id"))],
    ),
    (
        "srv-wildcard",
        "PKI-07",
        "RFC 9525 §6.5",
        |own| own.srv_name("_xmpp-server.*.example.com"),
        &[
            ("s2s", "im.example.com", By("srv-id")),
            ("s2s", "a.b.example.com", Mismatch),
            ("c2s", "im.example.com", Mismatch),
        ],
    ),
    (
        "srv-without-service",
        "PKI-10",
        "RFC 4985 §2",
        |own| own.srv_name("im.example.com"),
        &[("s2s", "im.example.com", Nothing)],
    ),
    (
        "srv-wrong-string",
        "SEC-04",
        "RFC 4985 §2",
        |own| own.name_entry(other_name(SRV_NAME, 0x0c, "_xmpp-server.im.example.com")),
        &[("s2s", "im.example.com", Nothing)],
    ),
    (
        "xmpp-addr",
        "PKI-11",
        "RFC 6120 §13.7.1.4",
        |own| own.xmpp_addr("im.example.com"),
        &[
            ("s2s", "im.example.com", By("xmpp-addr")),
            ("c2s", "im.example.com", By("xmpp-addr")),
            ("s2s", "other.example.com", Mismatch),
        ],
    ),
    (
        "xmpp-addr-unicode",
        "PKI-11",
        "RFC 6120 §13.7.1.4",
        |own| own.xmpp_addr("bücher.example"),
        &[("s2s", "xn--bcher-kva.example", By("xmpp-addr"))],
    ),
    (
        "xmpp-addr-of-a-user",
        "PKI-11",
        "RFC 6120 §13.7.2.1",
        |own| own.xmpp_addr("juliet@im.example.com"),
        &[("s2s", "im.example.com", Mismatch)],
    ),
    (
        "xmpp-addr-with-resource",
        "PKI-11",
        "RFC 6120 §13.7.2.1",
        |own| own.xmpp_addr("im.example.com/x"),
        &[("s2s", "im.example.com", Mismatch)],
    ),
    (
        "xmpp-addr-wildcard",
        "PKI-07",
        "RFC 6120 §13.7.1.4",
        |own| own.xmpp_addr("*.example.com"),
        &[("s2s", "im.example.com", Nothing)],
    ),
    (
        "xmpp-addr-wrong-string",
        "SEC-04",
        "RFC 6120 §13.7.1.4",
        |own| own.name_entry(other_name(XMPP_ADDR, 0x16, "im.example.com")),
        &[("s2s", "im.example.com", Nothing)],
    ),
    (
        "xmpp-addr-broken-inside",
        "ATK-ID-12",
        "RFC 6120 §13.7.1.4",
        |own| own.name_entry(other_name(XMPP_ADDR, 0x0c, b"\xff\xfe")).dns("other.example"),
        &[("s2s", "other.example", By("dns-id")), ("s2s", "im.example.com", Mismatch)],
    ),
    (
        "common-name",
        "PKI-05",
        "RFC 9525 §2",
        |own| own.subject("im.example.com"),
        &[("s2s", "im.example.com", Nothing)],
    ),
    (
        "common-name-and-other",
        "PKI-05",
        "RFC 9525 §2",
        |own| own.subject("im.example.com").dns("x.example"),
        &[("s2s", "im.example.com", Mismatch), ("s2s", "x.example", By("dns-id"))],
    ),
    (
        "common-name-in-a-value",
        "ATK-ID-09",
        "RFC 9525 §2",
        |own| own.subject("x,CN=im.example.com"),
        &[("s2s", "im.example.com", Nothing)],
    ),
    (
        "empty-names",
        "SEC-04",
        "RFC 5280 §4.2.1.6",
        Recipe::empty_names,
        &[("s2s", "im.example.com", Nothing)],
    ),
    (
        "uri-and-email",
        "PKI-04",
        "RFC 9525 §6",
        |own| own.uri("xmpp:im.example.com").email("a@im.example.com"),
        &[("s2s", "im.example.com", Nothing)],
    ),
    (
        "nul-byte",
        "SEC-03",
        "RFC 5280 §4.2.1.6",
        |own| own.dns("im.example.com\0.evil.example"),
        &[("s2s", "im.example.com", Nothing)],
    ),
    (
        "line-end",
        "SEC-03",
        "RFC 5280 §4.2.1.6",
        |own| own.dns("im.example.com\n"),
        &[("s2s", "im.example.com", Nothing)],
    ),
    (
        "blank",
        "SEC-03",
        "RFC 5280 §4.2.1.6",
        |own| own.dns("im.example.com "),
        &[("s2s", "im.example.com", Nothing)],
    ),
    (
        "beyond-ascii",
        "PKI-09",
        "RFC 9525 §6.3",
        |own| own.name_entry(tlv(0x82, "bücher.example")),
        &[("s2s", "bücher.example", Nothing)],
    ),
    (
        "a-label",
        "PKI-09",
        "RFC 9525 §6.3",
        |own| own.dns("xn--bcher-kva.example"),
        &[
            ("s2s", "bücher.example", By("dns-id")),
            ("s2s", "BÜCHER.example", By("dns-id")),
            ("s2s", "xn--bcher-kva.example", By("dns-id")),
            ("s2s", "bucher.example", Mismatch),
        ],
    ),
    (
        "sharp-s",
        "PKI-09",
        "RFC 9525 §6.3",
        |own| own.dns("fass.example"),
        &[("s2s", "faß.example", Mismatch), ("s2s", "fass.example", By("dns-id"))],
    ),
    (
        "a-label-of-ascii",
        "ATK-ID-14",
        "RFC 9525 §6.3",
        |own| own.dns("xn--example-.org"),
        &[("s2s", "example.org", Nothing)],
    ),
    (
        "address",
        "PKI-13",
        "RFC 9525 §6.4",
        |own| own.ip(&[192, 0, 2, 1]),
        &[
            ("s2s", "192.0.2.1", By("ip-id")),
            ("s2s", "192.0.2.2", Mismatch),
            ("s2s", "im.example.com", Mismatch),
        ],
    ),
    (
        "address-6",
        "PKI-13",
        "RFC 9525 §6.4",
        |own| own.ip(&[0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
        &[("s2s", "[2001:db8::1]", By("ip-id")), ("s2s", "[2001:db8::2]", Mismatch)],
    ),
    (
        "address-as-name",
        "PKI-13",
        "RFC 9525 §7.4",
        |own| own.dns("192.0.2.1"),
        &[("s2s", "192.0.2.1", Nothing)],
    ),
    (
        "address-too-long",
        "PKI-13",
        "RFC 5280 §4.2.1.6",
        |own| own.ip(&[192, 0, 2, 1, 0]),
        &[("s2s", "192.0.2.1", Nothing)],
    ),
    (
        "name-of-an-address",
        "PKI-13",
        "RFC 9525 §7.4",
        |own| own.dns("*.0.2.1"),
        &[("s2s", "192.0.2.1", Mismatch)],
    ),
    (
        "all-kinds",
        "PKI-12",
        "RFC 9525 §6.2",
        |own| {
            own.dns("im.example.com")
                .dns("*.im.example.com")
                .srv_name("_xmpp-client.im.example.com")
                .srv_name("_xmpp-server.im.example.com")
                .xmpp_addr("im.example.com")
        },
        &[
            ("s2s", "im.example.com", By("srv-id")),
            ("c2s", "im.example.com", By("srv-id")),
            ("s2s", "rooms.im.example.com", By("dns-id")),
            ("s2s", "a.rooms.im.example.com", Mismatch),
        ],
    ),
    (
        "a-hundred-names",
        "SEC-01",
        "RFC 5280 §4.2.1.6",
        |own| (0..100).fold(own, |own, n| own.dns(&format!("n{n}.example"))).dns("im.example.com"),
        &[("s2s", "im.example.com", By("dns-id")), ("s2s", "n100.example", Mismatch)],
    ),
];
