//! The DNS of the demonstration: the signed zone `example`, and one unsigned below it.
//!
//! One key signs everything in `example`; its public half is the trust anchor of the checks. The unsigned
//! zone is delegated without a DS record, which the signed one proves.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hickory_proto::dnssec::crypto::EcdsaSigningKey;
use hickory_proto::dnssec::rdata::{DNSKEY, DNSSECRData, DS};
use hickory_proto::dnssec::{Algorithm, DigestType, DnssecSigner, PublicKey, SigningKey};
use hickory_proto::rr::rdata::{A, NS, SOA, SRV, TLSA};
use hickory_proto::rr::{LowerName, Name, RData, Record, RecordType};
use hickory_server::Server;
use hickory_server::dnssec::NxProofKind;
use hickory_server::net::runtime::Time;
use hickory_server::server::{Request, RequestHandler, ResponseHandler, ResponseInfo};
use hickory_server::store::in_memory::InMemoryZoneHandler;
use hickory_server::zone_handler::{AxfrPolicy, Catalog, ZoneType};
use tokio::net::{TcpListener, UdpSocket};
use xmpptls::record::TlsaRecord;

use crate::failure::Failure;

/// The signed zone.
pub(crate) const SIGNED: &str = "example.";
/// The zone below it that nobody signs.
pub(crate) const UNSIGNED: &str = "plain.example.";

/// A zone below it whose DS record names a key that it does not have.
pub(crate) const FORGED: &str = "forged.example.";

const TTL: u32 = 300;
const DAY: Duration = Duration::from_secs(86_400);

/// Records in the making.
#[derive(Default)]
pub(crate) struct Zones {
    records: Vec<(String, RData)>,
}

/// A DNS server that runs until the process ends.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    /// The trust anchor, as a DNSKEY record.
    pub(crate) trust_anchor: String,
}

impl Zones {
    /// An address of a host: always this machine's own.
    pub(crate) fn host(&mut self, name: &str) {
        self.records.push((name.to_owned(), RData::A(A(Ipv4Addr::LOCALHOST))));
    }

    /// A service; the target `.` says that there is none.
    pub(crate) fn srv(
        &mut self,
        label: &str,
        domain: &str,
        priority: u16,
        port: u16,
        target: &str,
    ) -> Result<(), Failure> {
        let target = name(target)?;
        self.records
            .push((format!("{label}._tcp.{domain}"), RData::SRV(SRV::new(priority, 0, port, target))));
        Ok(())
    }

    pub(crate) fn tlsa(&mut self, port: u16, host: &str, record: &TlsaRecord) {
        let (usage, selector, matching) =
            (record.usage.number(), record.selector.number(), record.matching.number());
        let tlsa = TLSA::new(usage.into(), selector.into(), matching.into(), record.data.to_vec());
        self.records.push((format!("_{port}._tcp.{host}"), RData::TLSA(tlsa)));
    }

    /// Signs, serves, and says where.
    pub(crate) fn serve(self) -> Result<Running, Failure> {
        let (signed, trust_anchor) = self.signed()?;
        let handler = Delegating {
            cuts: [LowerName::new(&name(UNSIGNED)?), LowerName::new(&name(FORGED)?)],
            above: catalog([(SIGNED, signed)])?,
            below: catalog([(UNSIGNED, self.unsigned(UNSIGNED)?), (FORGED, self.unsigned(FORGED)?)])?,
        };
        let (sender, receiver) = sync_channel(1);
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let Ok(runtime) = runtime else { return };
            runtime.block_on(async move {
                let address = async {
                    let tcp = TcpListener::bind(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0)).await?;
                    let udp = UdpSocket::bind(tcp.local_addr()?).await?;
                    std::io::Result::Ok((tcp.local_addr()?, tcp, udp))
                };
                match address.await {
                    Err(error) => drop(sender.send(Err(error))),
                    Ok((address, tcp, udp)) => {
                        let mut server = Server::new(handler);
                        server.register_socket(udp);
                        server.register_listener(tcp, Duration::from_secs(5), 64);
                        drop(sender.send(Ok(address)));
                        // It ends with the process.
                        let _ = server.block_until_done().await;
                    }
                }
            });
        });
        let address = receiver.recv().map_err(|error| failed(&error))?.map_err(|error| failed(&error))?;
        Ok(Running { address, trust_anchor })
    }

    fn signed(&self) -> Result<(InMemoryZoneHandler, String), Failure> {
        let origin = name(SIGNED)?;
        let kind = Some(NxProofKind::Nsec);
        let mut zone = InMemoryZoneHandler::empty(origin.clone(), ZoneType::Primary, AxfrPolicy::Deny, kind);
        self.fill(&mut zone, SIGNED, |owner| !owner.ends_with(UNSIGNED) && !owner.ends_with(FORGED))?;
        for cut in [UNSIGNED, FORGED] {
            put(&mut zone, cut, RData::NS(NS(name(&format!("ns.{SIGNED}"))?)))?;
        }
        let ds = DS::new(1, Algorithm::ECDSAP256SHA256, DigestType::SHA256, vec![0; 32]);
        put(&mut zone, FORGED, RData::DNSSEC(DNSSECRData::DS(ds)))?;
        let pkcs8 =
            EcdsaSigningKey::generate_pkcs8(Algorithm::ECDSAP256SHA256).map_err(|error| failed(&error))?;
        let key = EcdsaSigningKey::from_pkcs8(&pkcs8, Algorithm::ECDSAP256SHA256)
            .map_err(|error| failed(&error))?;
        let public = key.to_public_key().map_err(|error| failed(&error))?;
        let encoded = STANDARD.encode(public.public_bytes());
        let dnskey = DNSKEY::from_key(&public);
        let trust_anchor = format!("{SIGNED} {TTL} IN DNSKEY {} 3 13 {encoded}\n", dnskey.flags());
        let signer = DnssecSigner::new(dnskey, Box::new(key), origin, DAY.saturating_mul(30));
        zone.add_zone_signing_key_mut(signer).map_err(|error| failed(&error))?;
        zone.secure_zone_mut().map_err(|error| failed(&error))?;
        Ok((zone, trust_anchor))
    }

    fn unsigned(&self, origin: &str) -> Result<InMemoryZoneHandler, Failure> {
        let mut zone = InMemoryZoneHandler::empty(name(origin)?, ZoneType::Primary, AxfrPolicy::Deny, None);
        self.fill(&mut zone, origin, |owner| owner.ends_with(origin))?;
        Ok(zone)
    }

    fn fill(
        &self,
        zone: &mut InMemoryZoneHandler,
        origin: &str,
        is_own: impl Fn(&str) -> bool,
    ) -> Result<(), Failure> {
        let server = format!("ns.{SIGNED}");
        let soa = SOA::new(name(&server)?, name(&format!("admin.{SIGNED}"))?, 1, 3600, 600, 86_400, TTL);
        put(zone, origin, RData::SOA(soa))?;
        put(zone, origin, RData::NS(NS(name(&server)?)))?;
        if origin == SIGNED {
            put(zone, &server, RData::A(A(Ipv4Addr::LOCALHOST)))?;
        }
        for (owner, data) in self.records.iter().map(|(owner, data)| (format!("{owner}."), data)) {
            if is_own(&owner) {
                put(zone, &owner, data.clone())?;
            }
        }
        Ok(())
    }
}

/// Asks the zone above about a delegation, and the zone below about everything else in it.
struct Delegating {
    cuts: [LowerName; 2],
    above: Catalog,
    below: Catalog,
}

#[async_trait::async_trait]
impl RequestHandler for Delegating {
    async fn handle_request<R: ResponseHandler, T: Time>(
        &self,
        request: &Request,
        response_handle: R,
    ) -> ResponseInfo {
        let is_below = request.request_info().is_ok_and(|info| {
            let query = info.query;
            let cut = self.cuts.iter().find(|cut| cut.zone_of(query.name()));
            cut.is_some_and(|cut| *query.name() != *cut || query.query_type() != RecordType::DS)
        });
        let catalog = if is_below { &self.below } else { &self.above };
        catalog.handle_request::<R, T>(request, response_handle).await
    }
}

fn catalog<const N: usize>(zones: [(&str, InMemoryZoneHandler); N]) -> Result<Catalog, Failure> {
    let mut catalog = Catalog::new();
    for (origin, zone) in zones {
        catalog.upsert(LowerName::new(&name(origin)?), vec![Arc::new(zone)]);
    }
    Ok(catalog)
}

fn put(zone: &mut InMemoryZoneHandler, owner: &str, data: RData) -> Result<(), Failure> {
    if zone.upsert_mut(Record::from_rdata(name(owner)?, TTL, data), 1) {
        Ok(())
    } else {
        Err(Failure::Demo(format!("the zone does not take the record of {owner}")))
    }
}

fn name(text: &str) -> Result<Name, Failure> {
    let mut name = Name::from_str(text).map_err(|error| failed(&error))?;
    name.set_fqdn(true);
    Ok(name)
}

fn failed(error: &dyn std::fmt::Display) -> Failure {
    Failure::Demo(error.to_string())
}
