//! The domains of the demonstration, and what is wrong with each.

use xmpptls::certificate::Certificate;
use xmpptls::connection::Context;
use xmpptls::name::{Domain, Service, Transport};
use xmpptls::record::{PoshCertificate, posh_document, posh_url};

use super::certificates::{Authority, Identity, Wanted, self_signed};
use super::dns::{Running, Zones};
use super::web::{self, Documents};
use super::xmpp::{self, Manner, Server};
use crate::check::facts::Severity;
use crate::check::mend::{dane_ee, dane_ta};
use crate::clock::wall_seconds;
use crate::failure::Failure;

/// One domain, and what a check should find.
pub(crate) struct Scene {
    pub(crate) domain: String,
    /// What it is, in one line.
    pub(crate) about: &'static str,
    pub(crate) services: Vec<Service>,
    pub(crate) expect: Severity,
    /// The certificate that it changes to between two checks.
    pub(crate) change: Option<(Context, Identity)>,
}

/// Everything that runs.
pub(crate) struct World {
    pub(crate) scenes: Vec<Scene>,
    pub(crate) dns: Running,
    pub(crate) https_port: u16,
    /// The authority that the checks trust.
    pub(crate) authority: Vec<u8>,
}

pub(super) struct Builder {
    pub(super) public: Authority,
    pub(super) private: Authority,
    pub(super) zones: Zones,
    documents: Documents,
    web_names: Vec<String>,
    scenes: Vec<Scene>,
}

/// Starts it all: what is shown, and, where `more` is wanted, what else can be wrong.
pub(crate) fn build(more: bool) -> Result<World, Failure> {
    let mut own = Builder {
        public: Authority::new("Demonstration Root")?,
        private: Authority::new("An authority that nobody knows")?,
        zones: Zones::default(),
        documents: Documents::new(),
        web_names: Vec::new(),
        scenes: Vec::new(),
    };
    own.good()?;
    own.bad()?;
    if more {
        own.faulty_certificates()?;
        own.faulty_tls()?;
        own.faulty_places()?;
    }
    let names: Vec<&str> = own.web_names.iter().map(String::as_str).collect();
    let web = own.public.issue(&Wanted::names(&names))?;
    let https_port = web::serve(&web, own.documents)?;
    let dns = own.zones.serve()?;
    Ok(World { scenes: own.scenes, dns, https_port, authority: own.public.der })
}

impl Builder {
    fn good(&mut self) -> Result<(), Failure> {
        let domain = "pkix.example";
        let identity = self.public.issue(&Wanted::names(&[domain]))?;
        self.scene(domain, "a certificate from an authority, direct TLS beside STARTTLS", Severity::Good);
        for service in [Service::C2s, Service::S2s] {
            for transport in [Transport::DirectTls, Transport::Starttls] {
                self.server(domain, service, transport, Manner::Good, false, &identity)?;
            }
        }
        self.both_services();

        let domain = "srvid.example";
        let wanted = Wanted { srv_name: Some("_xmpp-server.srvid.example"), ..Wanted::names(&[]) };
        let identity = self.public.issue(&wanted)?;
        self.scene(domain, "a certificate for the XMPP service alone (SRVName)", Severity::Good);
        self.plain(domain, &identity)?;

        let domain = "dane-ee.example";
        let identity = self_signed(&Wanted::names(&["anything.example"]))?;
        self.scene(domain, "no authority at all: the signed zone names the key (DANE-EE)", Severity::Good);
        let port = self.plain(domain, &identity)?;
        self.zones.tlsa(port, &host(domain), &dane_ee(&parsed(identity.leaf())?));

        let domain = "dane-ta.example";
        let identity = self.private.issue_with_own(&Wanted::names(&[domain]))?;
        self.scene(domain, "the signed zone names an authority of its own (DANE-TA)", Severity::Good);
        let port = self.plain(domain, &identity)?;
        self.zones.tlsa(port, &host(domain), &dane_ta(&parsed(&self.private.der)?));

        let domain = "posh.plain.example";
        let identity = self_signed(&Wanted::names(&["hosting.example"]))?;
        self.scene(
            domain,
            "an unsigned zone and another's certificate, which the domain's web server names (POSH)",
            Severity::Good,
        );
        self.plain(domain, &identity)?;
        self.posh(domain, &identity)
    }

    fn bad(&mut self) -> Result<(), Failure> {
        let domain = "dialback.example";
        let identity = self_signed(&Wanted::names(&[domain]))?;
        self.scene(domain, "a certificate that vouches for itself, and dialback", Severity::Weak);
        self.server(domain, Service::S2s, Transport::Starttls, Manner::Good, true, &identity)?;

        let domain = "expired.example";
        let identity = self.public.issue(&Wanted { days: (-93, -3), ..Wanted::names(&[domain]) })?;
        self.scene(domain, "the renewal was forgotten", Severity::Refused);
        self.plain(domain, &identity)?;

        let domain = "wrong-name.example";
        let identity = self.public.issue(&Wanted::names(&["www.wrong-name.example"]))?;
        self.scene(domain, "the certificate is for the web server", Severity::Refused);
        self.plain(domain, &identity)?;

        let domain = "mismatch.example";
        let (identity, other) =
            (self.public.issue(&Wanted::names(&[domain]))?, self_signed(&Wanted::names(&[domain]))?);
        self.scene(domain, "the TLSA record still names the last key", Severity::Refused);
        let port = self.plain(domain, &identity)?;
        self.zones.tlsa(port, &host(domain), &dane_ee(&parsed(other.leaf())?));

        let domain = "stripped.example";
        let identity = self.public.issue(&Wanted::names(&[domain]))?;
        self.scene(domain, "STARTTLS is not offered, or somebody on the way takes it out", Severity::Refused);
        self.server(domain, Service::S2s, Transport::Starttls, Manner::WithoutStarttls, false, &identity)?;

        let domain = "injecting.example";
        let identity = self.public.issue(&Wanted::names(&[domain]))?;
        self.scene(domain, "what comes in the clear behind <starttls/> is taken into TLS", Severity::Weak);
        self.server(domain, Service::S2s, Transport::Starttls, Manner::TakesInjected, false, &identity)?;

        let domain = "stalled.example";
        self.scene(domain, "it accepts connections and says nothing", Severity::Untested);
        self.server(domain, Service::S2s, Transport::Starttls, Manner::Stalled, false, &identity)?;

        let domain = "changed.example";
        let (identity, next) =
            (self.public.issue(&Wanted::names(&[domain]))?, self_signed(&Wanted::names(&[domain]))?);
        self.scene(
            domain,
            "it was good the last time; now it shows another key, which nobody vouches for",
            Severity::Refused,
        );
        let shown = self.server(domain, Service::S2s, Transport::Starttls, Manner::Good, false, &identity)?.1;
        if let Some(scene) = self.scenes.last_mut() {
            scene.change = Some((shown, next));
        }
        Ok(())
    }

    /// A domain with a host of its own, checked for s2s.
    pub(super) fn scene(&mut self, domain: &str, about: &'static str, expect: Severity) {
        self.zones.host(domain);
        self.zones.host(&host(domain));
        self.web_names.push(domain.to_owned());
        let services = vec![Service::S2s];
        self.scenes.push(Scene { domain: domain.to_owned(), about, services, expect, change: None });
    }

    fn both_services(&mut self) {
        if let Some(scene) = self.scenes.last_mut() {
            scene.services = vec![Service::C2s, Service::S2s];
        }
    }

    /// A good server for s2s with STARTTLS, and where it listens.
    pub(super) fn plain(&mut self, domain: &str, identity: &Identity) -> Result<u16, Failure> {
        Ok(self.server(domain, Service::S2s, Transport::Starttls, Manner::Good, false, identity)?.0)
    }

    pub(super) fn server(
        &mut self,
        domain: &str,
        service: Service,
        transport: Transport,
        manner: Manner,
        dialback: bool,
        identity: &Identity,
    ) -> Result<(u16, Context), Failure> {
        let context = xmpp::context(service, xmpp::credentials(domain, identity)?, &self.public.der, manner)?;
        let shown = context.clone();
        let server = Server { domain: domain.to_owned(), service, transport, manner, dialback, context };
        let port = server.start()?;
        let (label, priority) = match transport {
            Transport::DirectTls => (service.direct_srv_label(), 5),
            _ => (service.srv_label(), 10),
        };
        self.zones.srv(label, domain, priority, port, &host(domain))?;
        Ok((port, shown))
    }

    /// A document for the certificate, as it should be.
    pub(super) fn posh(&mut self, domain: &str, identity: &Identity) -> Result<(), Failure> {
        let leaf = parsed(identity.leaf())?;
        let certificate = PoshCertificate { der: leaf.der(), not_after: leaf.validity().not_after };
        let (document, _) = posh_document(&[certificate], 3600, wall_seconds());
        self.document(domain, document)
    }

    /// A document, whatever is in it.
    pub(super) fn document(&mut self, domain: &str, document: String) -> Result<(), Failure> {
        let domain = Domain::parse(domain).map_err(|error| Failure::Demo(error.to_string()))?;
        let url = posh_url(&domain, Service::S2s);
        let place = url.as_str().trim_start_matches("https://").to_owned();
        self.documents.insert(place, document);
        Ok(())
    }
}

/// The host that serves a domain.
pub(super) fn host(domain: &str) -> String {
    format!("xmpp.{domain}")
}

fn parsed(der: &[u8]) -> Result<Certificate, Failure> {
    Certificate::parse(der).map_err(|error| Failure::Demo(error.to_string()))
}
