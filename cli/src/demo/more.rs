//! What else can be wrong: domains that are not shown, and that tests check one by one.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use xmpptls::name::{Service, Transport};

use super::certificates::{Wanted, self_signed};
use super::world::{Builder, host};
use super::xmpp::Manner;
use crate::check::facts::Severity;
use crate::failure::Failure;

/// A connection that is not made in this time finds the queue full.
const FULL: Duration = Duration::from_millis(300);
/// More connections than a queue of one takes.
const MOST_WAITING: usize = 16;

impl Builder {
    pub(super) fn faulty_certificates(&mut self) -> Result<(), Failure> {
        let dated =
            [("ends-soon.example", (-80, 5), Severity::Weak), ("early.example", (5, 95), Severity::Refused)];
        for (domain, days, expect) in dated {
            let identity = self.public.issue(&Wanted { days, ..Wanted::names(&[domain]) })?;
            self.scene(domain, "the dates of the certificate", expect);
            self.plain(domain, &identity)?;
        }

        let domain = "private.example";
        let identity = self.private.issue(&Wanted::names(&[domain]))?;
        self.scene(domain, "the issuer is not known, and not sent along", Severity::Refused);
        self.plain(domain, &identity)?;

        let domain = "purpose.example";
        let identity = self.public.issue(&Wanted { for_clients: true, ..Wanted::names(&[domain]) })?;
        self.scene(domain, "the certificate is made for clients", Severity::Refused);
        self.plain(domain, &identity)?;

        let domain = "posh-other.plain.example";
        let identity = self_signed(&Wanted::names(&[domain]))?;
        self.scene(domain, "the POSH document is for another certificate", Severity::Refused);
        self.plain(domain, &identity)?;
        let other = self_signed(&Wanted::names(&[domain]))?;
        self.posh(domain, &other)?;

        let domain = "posh-broken.plain.example";
        let identity = self_signed(&Wanted::names(&[domain]))?;
        self.scene(domain, "the POSH document is broken", Severity::Refused);
        self.plain(domain, &identity)?;
        self.document(domain, "{\"fingerprints\": [".into())
    }

    pub(super) fn faulty_tls(&mut self) -> Result<(), Failure> {
        let manners = [
            ("tls12.example", Transport::Starttls, Manner::OnlyTls12, Severity::Good),
            ("classic.example", Transport::Starttls, Manner::Classic, Severity::Good),
            ("no-alpn.example", Transport::DirectTls, Manner::WithoutAlpn, Severity::Good),
            ("optional.example", Transport::Starttls, Manner::OptionalStarttls, Severity::Weak),
            ("unoffered.example", Transport::Starttls, Manner::UnofferedStarttls, Severity::Weak),
            ("early-bytes.example", Transport::Starttls, Manner::EarlyBytes, Severity::Refused),
            ("not-xmpp.example", Transport::Starttls, Manner::NotXmpp, Severity::Refused),
        ];
        for (domain, transport, manner, expect) in manners {
            let identity = self.public.issue(&Wanted::names(&[domain]))?;
            self.scene(domain, "how TLS is spoken", expect);
            self.server(domain, Service::S2s, transport, manner, false, &identity)?;
        }
        Ok(())
    }

    pub(super) fn faulty_places(&mut self) -> Result<(), Failure> {
        let domain = "crowded.example";
        let identity = self.public.issue(&Wanted::names(&[domain]))?;
        self.scene(domain, "eight endpoints, of which half are dead ends", Severity::Weak);
        for _ in 0..4 {
            self.plain(domain, &identity)?;
            self.dead_end(domain)?;
        }

        let domain = "slow.example";
        let identity = self.public.issue(&Wanted::names(&[domain]))?;
        self.scene(domain, "eight endpoints, of which half let everybody wait", Severity::Weak);
        for _ in 0..4 {
            self.plain(domain, &identity)?;
        }
        for _ in 0..2 {
            self.server(domain, Service::S2s, Transport::Starttls, Manner::Stalled, false, &identity)?;
        }
        self.full_queue(domain)?;
        self.zones.srv("_xmpp-server", domain, 20, 5269, "nowhere.slow.example")?;

        let domain = "halves.example";
        let (good, expired) = (
            self.public.issue(&Wanted::names(&[domain]))?,
            self.public.issue(&Wanted { days: (-93, -3), ..Wanted::names(&[domain]) })?,
        );
        self.scene(domain, "one endpoint is proved and one is not", Severity::Refused);
        self.server(domain, Service::S2s, Transport::DirectTls, Manner::OnlyTls12, false, &good)?;
        self.plain(domain, &good)?;
        self.plain(domain, &expired)?;

        let domain = "gone.example";
        self.scene(domain, "nothing listens there", Severity::Untested);
        self.dead_end(domain)?;

        let domain = "none.example";
        self.scene(domain, "the domain says that it has no such service", Severity::Good);
        self.zones.srv("_xmpp-server", domain, 0, 0, ".")?;

        let domain = "im.forged.example";
        let identity = self.public.issue(&Wanted::names(&[domain]))?;
        self.scene(domain, "the zone is not the one that its parent vouches for", Severity::Refused);
        self.plain(domain, &identity)?;
        Ok(())
    }

    /// A target that takes no more connections: who tries waits.
    fn full_queue(&mut self, domain: &str) -> Result<(), Failure> {
        let failed = |error: std::io::Error| Failure::Demo(error.to_string());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().map_err(failed)?;
        let (address, held) = runtime
            .block_on(async {
                let socket = tokio::net::TcpSocket::new_v4()?;
                socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
                let listener = socket.listen(1)?;
                Ok((listener.local_addr()?, listener.into_std()?))
            })
            .map_err(failed)?;
        let waiting: Vec<TcpStream> = std::iter::from_fn(|| TcpStream::connect_timeout(&address, FULL).ok())
            .take(MOST_WAITING)
            .collect();
        thread::spawn(move || {
            // As long as the process runs.
            let _held = (held, waiting);
            loop {
                thread::park();
            }
        });
        self.zones.srv("_xmpp-server", domain, 20, address.port(), &host(domain))
    }

    /// A target at which nobody listens: a port that was free just now.
    fn dead_end(&mut self, domain: &str) -> Result<(), Failure> {
        let failed = |error: std::io::Error| Failure::Demo(error.to_string());
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        self.zones.srv("_xmpp-server", domain, 20, port, &host(domain))
    }
}
