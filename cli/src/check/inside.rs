//! What a server says inside TLS, before anybody logs in: its features.
//!
//! Only names are taken from it: mechanisms, channel bindings, dialback. The text is the server's, so it is
//! read up to a limit and what is shown is escaped.

use std::time::{Duration, Instant};

use quick_xml::Reader;
use quick_xml::events::Event;
use xmpptls::certificate::escape_for_text;
use xmpptls::name::{Domain, Service};
use xmpptls::stream::{Dialback, Disclosure, InitialHeader, STREAM_END, Stage};

use super::dial::{End, Wire};

/// More than any server's features; what comes behind is not read.
const FEATURES_BYTES: usize = 64 * 1024;
/// More names of a kind than any server offers.
const NAMES: usize = 32;
const PATIENCE: Duration = Duration::from_secs(4);

/// What a server offers inside TLS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Offers {
    /// SASL mechanisms, of SASL and SASL2.
    pub(crate) mechanisms: Vec<String>,
    /// Channel bindings that it announces (XEP-0440).
    pub(crate) bindings: Vec<String>,
    /// It speaks dialback.
    pub(crate) dialback: bool,
    /// The stream error with which it answered instead.
    pub(crate) error: Option<String>,
}

/// Opens a stream inside TLS and reads the features; `None` when none came in time.
pub(crate) fn ask(wire: &mut Wire, service: Service, to: &Domain, from: &Domain) -> Option<Offers> {
    let header = header(service, to, from)?;
    wire.plain.clear();
    wire.write(header.as_bytes()).ok()?;
    let limit = Instant::now().checked_add(PATIENCE)?;
    let end = wire.drive(limit, |_, plain| plain.len() > FEATURES_BYTES || read(plain).is_some());
    let offers = read(&wire.plain);
    if end != Err(End::Closed) {
        // It may have gone away meanwhile.
        let _ = wire.write(STREAM_END.as_bytes());
    }
    offers
}

/// The header of our stream inside TLS.
pub(crate) fn header(service: Service, to: &Domain, from: &Domain) -> Option<String> {
    let header = InitialHeader {
        service,
        to: to.as_ascii(),
        from: (service == Service::S2s).then(|| from.as_ascii()),
        lang: None,
        dialback: if service == Service::S2s { Dialback::Announced } else { Dialback::Silent },
        disclosure: Disclosure::KeepPrivate,
    };
    header.text(Stage::Encrypted).ok()
}

/// Reads the features, once they or an error are there as a whole.
fn read(plain: &[u8]) -> Option<Offers> {
    let mut reader = Reader::from_reader(plain);
    let mut offers = Offers::default();
    let mut path: Vec<String> = Vec::new();
    let mut buffer = Vec::new();
    loop {
        match reader.read_event_into(&mut buffer).ok()? {
            Event::Start(start) => {
                path.push(start.local_name().as_ref().to_owned());
                let namespace = attribute(&start, "xmlns");
                note(&mut offers, &path, namespace.as_deref(), &start);
            }
            Event::Empty(start) => {
                path.push(start.local_name().as_ref().to_owned());
                let namespace = attribute(&start, "xmlns");
                note(&mut offers, &path, namespace.as_deref(), &start);
                path.pop();
            }
            Event::Text(text) if is_at(&path, &["features"], "mechanism") => {
                add(&mut offers.mechanisms, text.trim());
            }
            Event::End(_) => match path.pop().as_deref() {
                Some("features" | "error") if path.len() == 1 => return Some(offers),
                _ => {}
            },
            Event::Eof => return None,
            _ => {}
        }
        buffer.clear();
    }
}

fn note(
    offers: &mut Offers,
    path: &[String],
    namespace: Option<&str>,
    start: &quick_xml::events::BytesStart<'_>,
) {
    let own = path.last().map(String::as_str).unwrap_or_default();
    if is_at(path, &["features"], "dialback") || namespace == Some("urn:xmpp:features:dialback") {
        offers.dialback = true;
    } else if is_at(path, &["features", "sasl-channel-binding"], "channel-binding") {
        if let Some(kind) = attribute(start, "type") {
            add(&mut offers.bindings, &kind);
        }
    } else if is_at(path, &["error"], own) && path.len() == 3 && own != "text" && offers.error.is_none() {
        offers.error = Some(escape_for_text(own));
    }
}

fn add(list: &mut Vec<String>, text: &str) {
    let text = escape_for_text(text);
    if list.len() < NAMES && !text.is_empty() && !list.contains(&text) {
        list.push(text);
    }
}

/// Whether the open element is `last`, below the stream and all of `above` somewhere on the way.
fn is_at(path: &[String], above: &[&str], last: &str) -> bool {
    path.last().is_some_and(|own| own == last)
        && above.iter().all(|name| path.iter().skip(1).any(|own| own == name))
}

fn attribute(start: &quick_xml::events::BytesStart<'_>, name: &str) -> Option<String> {
    let own = start.attributes().flatten().find(|own| own.key.as_ref() == name)?;
    Some(own.value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "<?xml version='1.0'?><stream:stream xmlns='jabber:server' \
        xmlns:stream='http://etherx.jabber.org/streams' id='1' version='1.0'>";

    fn offers(rest: &str) -> Option<Offers> {
        read(format!("{HEADER}{rest}").as_bytes())
    }

    #[test]
    fn mechanisms_bindings_and_dialback_are_read_from_whole_features() {
        let whole = "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>\
            <mechanism>EXTERNAL</mechanism><mechanism>SCRAM-SHA-256-PLUS</mechanism></mechanisms>\
            <sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'><channel-binding type='tls-exporter'/>\
            </sasl-channel-binding><dialback xmlns='urn:xmpp:features:dialback'><errors/></dialback>\
            </stream:features>";
        let read = offers(whole).unwrap();
        assert_eq!(read.mechanisms, ["EXTERNAL", "SCRAM-SHA-256-PLUS"]);
        assert_eq!(read.bindings, ["tls-exporter"]);
        assert!(read.dialback);
        assert_eq!(offers(whole.strip_suffix("</stream:features>").unwrap()), None);
    }

    #[test]
    fn features_without_dialback_offer_none() {
        let read = offers("<stream:features><sm xmlns='urn:xmpp:sm:3'/></stream:features>").unwrap();
        assert_eq!(read, Offers::default());
    }

    #[test]
    fn a_stream_error_is_the_answer() {
        let read = offers(
            "<stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>",
        );
        assert_eq!(read.unwrap().error.as_deref(), Some("host-unknown"));
    }

    #[test]
    fn hum_08_what_a_server_says_is_escaped_and_bounded() {
        let many: String = (0..100).map(|n| format!("<mechanism>M\u{1b}[{n}</mechanism>")).collect();
        let read = offers(&format!("<stream:features>{many}</stream:features>")).unwrap();
        assert_eq!(read.mechanisms.len(), NAMES);
        assert!(read.mechanisms.iter().all(|name| !name.contains('\u{1b}')));
    }
}
