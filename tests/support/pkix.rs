//! Asking for a verdict by PKIX in few words.

use xmpptls::certificate::Chain;
use xmpptls::name::{Domain, ReferenceIdentity, Service, reference_identities};
use xmpptls::policy::Revocation;
use xmpptls::proof::pkix::{
    CandidatePath, PathDemand, PkixFailure, PkixPath, Purpose, RevocationDemand, RevocationLists, Staple,
    TrustAnchors, verify,
};

use super::ca::{Issued, NOW, Recipe, authority, leaf, root};
use super::scene::DOMAIN;

/// A question, good but for what a test changes.
pub(crate) struct Question<'a> {
    pub(crate) purpose: Purpose,
    pub(crate) time: i64,
    pub(crate) references: Vec<ReferenceIdentity>,
    pub(crate) revocation: Revocation,
    pub(crate) lists: RevocationLists,
    pub(crate) staple: Staple,
    pub(crate) accept_path: Option<&'a dyn Fn(&CandidatePath<'_>) -> bool>,
}

/// Whether the certificates prove the s2s service of `domain`.
pub(crate) fn s2s<'a>(domain: &str) -> Question<'a> {
    Question {
        purpose: Purpose::Server,
        time: NOW,
        references: references(domain, Service::S2s),
        revocation: Revocation::Off,
        lists: RevocationLists::default(),
        staple: Staple::NotApplicable,
        accept_path: None,
    }
}

/// Whether the certificates prove the c2s service of `domain`.
pub(crate) fn c2s<'a>(domain: &str) -> Question<'a> {
    Question { references: references(domain, Service::C2s), ..s2s(domain) }
}

/// Whether the certificates are a good user's.
pub(crate) fn user<'a>() -> Question<'a> {
    Question { purpose: Purpose::User, references: Vec::new(), ..s2s("unused.example") }
}

pub(crate) fn references(domain: &str, service: Service) -> Vec<ReferenceIdentity> {
    reference_identities(&Domain::parse(domain).unwrap(), service, None, false)
}

impl Question<'_> {
    /// Asks about these certificates, leaf first, with these anchors.
    pub(crate) fn ask(&self, chain: &[&Issued], anchors: &[&Issued]) -> Result<PkixPath, Vec<PkixFailure>> {
        let anchors = TrustAnchors::from_der(anchors.iter().map(|anchor| &*anchor.der));
        assert!(anchors.skipped().is_empty(), "{:?}", anchors.skipped());
        self.ask_of(chain, &anchors)
    }

    pub(crate) fn ask_of(
        &self,
        chain: &[&Issued],
        anchors: &TrustAnchors,
    ) -> Result<PkixPath, Vec<PkixFailure>> {
        let chain = Chain::parse(chain.iter().map(|one| &*one.der)).unwrap();
        self.ask_chain(&chain, anchors)
    }

    pub(crate) fn ask_chain(
        &self,
        chain: &Chain,
        anchors: &TrustAnchors,
    ) -> Result<PkixPath, Vec<PkixFailure>> {
        let revocation =
            RevocationDemand { demand: self.revocation, lists: &self.lists, staple: self.staple };
        let demand = PathDemand {
            purpose: self.purpose,
            time: self.time,
            references: &self.references,
            revocation,
            accept_path: self.accept_path,
        };
        verify(chain, anchors, &demand)
    }

    /// The names of the reasons, in order; none for a proof.
    pub(crate) fn reasons(&self, chain: &[&Issued], anchors: &[&Issued]) -> Vec<&'static str> {
        match self.ask(chain, anchors) {
            Ok(_) => Vec::new(),
            Err(failures) => failures.iter().map(PkixFailure::name).collect(),
        }
    }
}

/// A server that proves [`DOMAIN`], once an authority signs it.
pub(crate) fn good() -> Recipe {
    leaf().dns(DOMAIN)
}

/// The names of the reasons why a leaf directly below a root is refused.
pub(crate) fn reasons(recipe: Recipe) -> Vec<&'static str> {
    let ca = root();
    s2s(DOMAIN).reasons(&[&recipe.signed_by(&ca)], &[&ca])
}

/// The same for a good leaf below this intermediate authority.
pub(crate) fn reasons_below(intermediate: Recipe) -> Vec<&'static str> {
    let ca = root();
    let between = intermediate.signed_by(&ca);
    s2s(DOMAIN).reasons(&[&good().signed_by(&between), &between], &[&ca])
}

/// An authority to stand between a root and a server.
pub(crate) fn between() -> Recipe {
    authority("Intermediate")
}
