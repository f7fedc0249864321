//! The keys that are trusted to issue: parsed once, shared by all that use them (RFC 5280 §6.1.1 (d)).
//!
//! An anchor is a name and a key, with what its certificate says beside when there is one. A set comes
//! from the system's trust store or an operator's file, or is made for one question, as DANE-TA does.
//! Certificates that cannot be anchors are left out with a reason; a set with none left is no error
//! here, and issues nothing. Clones of a set share it.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, OnceLock};

use rustls::pki_types::{CertificateDer, Der, TrustAnchor};

use super::constraints;
use super::signatures::Signatures;
use crate::certificate::der::{self, Reader};
use crate::certificate::{Certificate, CertificateError, NameConstraints, pem, sha_256};
use crate::limits::TRUST_ANCHORS;

/// A set of trust anchors. Clones share it.
#[derive(Clone, Default)]
pub struct TrustAnchors(Arc<Set>);

#[derive(Default)]
struct Set {
    anchors: Vec<Anchor>,
    /// The same, in the same order, as the path building wants them.
    built: Vec<TrustAnchor<'static>>,
    skipped: Vec<SkippedCertificate>,
    digest: OnceLock<[u8; 32]>,
    /// What was found right by questions about this set.
    signatures: Signatures,
}

/// One trust anchor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    subject: Box<[u8]>,
    spki: Box<[u8]>,
    /// The content of the certificate's NameConstraints, as the path building wants them.
    constraints: Option<Box<[u8]>>,
    certificate: Option<Certificate>,
}

/// A certificate that was offered as trust anchor and is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedCertificate {
    /// Its place among those offered, counted from 0.
    pub index: usize,
    /// Why.
    pub reason: SkipReason,
}

/// Why a certificate is no trust anchor.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SkipReason {
    /// It cannot be read.
    Unreadable(CertificateError),
    /// It can be read, but not used to build a path.
    Unusable,
    /// The text around it is no PEM (RFC 7468).
    NotPem,
    /// The set holds [`TRUST_ANCHORS`](crate::limits::TRUST_ANCHORS) already.
    TooMany,
}

impl Anchor {
    /// The anchor that a certificate describes: its subject, key and name constraints. Its own signature
    /// is not judged (PAR-11); its dates are, when a path is built (ATK-ID-18).
    ///
    /// # Errors
    /// [`SkipReason::Unusable`], when no path can be built with it.
    pub fn from_certificate(certificate: Certificate) -> Result<Self, SkipReason> {
        let der = CertificateDer::from(certificate.der());
        let anchor = webpki::anchor_from_trusted_cert(&der).map_err(|_| SkipReason::Unusable)?;
        let constraints = anchor.name_constraints.map(|der| constraints::without_other_names(&der).into());
        let (subject, spki) = (certificate.subject_der().into(), certificate.spki().into());
        Ok(Self { subject, spki, constraints, certificate: Some(certificate) })
    }

    /// The anchor of a key that a record gives without a certificate (DANE-TA with selector 1, RFC 7671
    /// §5.2.3): `subject` is the name of the issuer that the topmost presented certificate names, `spki`
    /// the key; both the whole SEQUENCE. It has no dates and no constraints.
    ///
    /// # Errors
    /// [`SkipReason::Unusable`], when one of the two is no SEQUENCE.
    pub fn from_key(subject: &[u8], spki: &[u8]) -> Result<Self, SkipReason> {
        let is_sequence = |bytes| Reader::inside(bytes, der::SEQUENCE).is_ok();
        if !is_sequence(subject) || !is_sequence(spki) {
            return Err(SkipReason::Unusable);
        }
        Ok(Self { subject: subject.into(), spki: spki.into(), constraints: None, certificate: None })
    }

    /// The anchor's name in DER, the whole SEQUENCE.
    pub fn subject_der(&self) -> &[u8] {
        &self.subject
    }

    /// The anchor's SubjectPublicKeyInfo, the whole SEQUENCE.
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// The certificate that describes the anchor, when one was given.
    pub fn certificate(&self) -> Option<&Certificate> {
        self.certificate.as_ref()
    }

    /// The constraints on the names below it (RFC 5280 §6.1.1).
    pub(crate) fn name_constraints(&self) -> Option<&NameConstraints> {
        self.certificate.as_ref().and_then(Certificate::name_constraints)
    }

    fn built(&self) -> Option<TrustAnchor<'static>> {
        let content = |bytes: &[u8]| {
            let element = Reader::new(bytes).expect(der::SEQUENCE).ok()?;
            Some(Der::from(element.content.to_vec()))
        };
        Some(TrustAnchor {
            subject: content(&self.subject)?,
            subject_public_key_info: content(&self.spki)?,
            name_constraints: self.constraints.as_deref().map(|own| Der::from(own.to_vec())),
        })
    }
}

impl TrustAnchors {
    /// A set of these anchors.
    pub fn new(anchors: impl IntoIterator<Item = Anchor>) -> Self {
        let mut set = Set::default();
        for (index, anchor) in anchors.into_iter().enumerate() {
            set.add(index, Ok(anchor));
        }
        Self(Arc::new(set))
    }

    /// A set of the certificates in DER.
    pub fn from_der<'a>(certificates: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut set = Set::default();
        for (index, der) in certificates.into_iter().enumerate() {
            set.add_der(index, der);
        }
        Self(Arc::new(set))
    }

    /// A set of the certificates in a PEM text; other blocks and text between are passed over.
    pub fn from_pem(text: &[u8]) -> Self {
        let mut set = Set::default();
        let is_wanted = |block: &pem::Block<'_>| block.label == b"CERTIFICATE";
        let offered = pem::blocks(text).filter(|block| block.as_ref().map_or(true, is_wanted));
        for (index, block) in offered.enumerate() {
            match block.ok().and_then(|block| block.decode()) {
                Some(der) => set.add_der(index, &der),
                None => set.add(index, Err(SkipReason::NotPem)),
            }
        }
        Self(Arc::new(set))
    }

    /// How many anchors there are.
    pub fn len(&self) -> usize {
        self.0.anchors.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.anchors.is_empty()
    }

    /// The anchors.
    pub fn iter(&self) -> impl Iterator<Item = &Anchor> {
        self.0.anchors.iter()
    }

    /// What was offered and is no anchor, with the reason.
    pub fn skipped(&self) -> &[SkippedCertificate] {
        &self.0.skipped
    }

    /// The certificate of the anchor with this name and key, both the whole SEQUENCE.
    pub fn certificate_of(&self, subject: &[u8], spki: &[u8]) -> Option<&Certificate> {
        let mut own = self.iter().filter(|anchor| *anchor.subject == *subject && *anchor.spki == *spki);
        own.find_map(Anchor::certificate)
    }

    /// One value for the whole set, equal only for sets of the same anchors in whatever order. Computed at
    /// the first call, and shared by clones.
    pub(crate) fn digest(&self) -> [u8; 32] {
        let digest_of = |anchor: &Anchor| {
            let certificate = anchor.certificate().map_or(&[][..], Certificate::der);
            sha_256([anchor.subject_der(), anchor.spki(), certificate])
        };
        *self.0.digest.get_or_init(|| {
            let all: BTreeSet<[u8; 32]> = self.iter().map(digest_of).collect();
            sha_256(all.iter().map(<[u8; 32]>::as_slice))
        })
    }

    /// Whether an anchor has this name, the whole SEQUENCE.
    pub(crate) fn has_subject(&self, subject: &[u8]) -> bool {
        self.iter().any(|anchor| *anchor.subject == *subject)
    }

    pub(super) fn signatures(&self) -> &Signatures {
        &self.0.signatures
    }

    pub(crate) fn built(&self) -> &[TrustAnchor<'static>] {
        &self.0.built
    }

    /// The anchor that the path building means.
    pub(crate) fn of_built(&self, built: &TrustAnchor<'_>) -> Option<&Anchor> {
        let is_same = |own: &&TrustAnchor<'static>| std::ptr::addr_eq(std::ptr::from_ref(*own), built);
        let index = self.0.built.iter().position(|own| is_same(&own))?;
        self.0.anchors.get(index)
    }
}

impl Set {
    fn add_der(&mut self, index: usize, der: &[u8]) {
        let anchor =
            Certificate::parse(der).map_err(SkipReason::Unreadable).and_then(Anchor::from_certificate);
        self.add(index, anchor);
    }

    fn add(&mut self, index: usize, anchor: Result<Anchor, SkipReason>) {
        let made = anchor.and_then(|anchor| {
            if self.anchors.len() >= TRUST_ANCHORS {
                return Err(SkipReason::TooMany);
            }
            let built = anchor.built().ok_or(SkipReason::Unusable)?;
            Ok((anchor, built))
        });
        match made {
            Ok((anchor, built)) => {
                self.anchors.push(anchor);
                self.built.push(built);
            }
            Err(reason) => self.skipped.push(SkippedCertificate { index, reason }),
        }
    }
}

impl fmt::Debug for TrustAnchors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrustAnchors")
            .field("anchors", &self.len())
            .field("skipped", &self.skipped().len())
            .finish()
    }
}
