//! What a certificate may be used for (RFC 5280 §4.2.1.12).
//!
//! A server's certificate is judged as a server's in both directions: an inbound server is a TLS client, yet
//! public CAs issue for serverAuth alone (PKI-19, PKI-20). A certificate for clientAuth alone proves no
//! server, since CAs check less for it (PKI-21). Users' certificates have a rule of their own (PKI-22). An
//! issuer's list limits what it issues in the same way.

use webpki::{Error, RequiredEkuNotFoundContext};
use webpki::{ExtendedKeyUsageValidator, KeyPurposeId, KeyPurposeIdIter, KeyUsage};

use crate::certificate::{ExtendedKeyUsage, KeyPurpose};

/// What the certificate is to prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// An XMPP server, whichever end opened the connection: serverAuth, any purpose, or no extension.
    Server,
    /// An XMPP server, and a certificate for clientAuth alone will do: a relaxation of PKI-21, which
    /// [`PkixPath::client_auth_only`](super::PkixPath::client_auth_only) reports when it was needed.
    ServerOrClientAuthOnly,
    /// A user: clientAuth, any purpose, or no extension. No names are compared.
    User,
}

/// The purpose that each certificate of a path must allow.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wanted {
    ServerAuth,
    ClientAuth,
    /// Whatever it says: to find out what else is wrong.
    Whatever,
}

impl Wanted {
    pub(crate) fn is_allowed_by(self, usage: &ExtendedKeyUsage) -> bool {
        let own = match self {
            Self::Whatever => return true,
            Self::ServerAuth => KeyPurpose::ServerAuth,
            Self::ClientAuth => KeyPurpose::ClientAuth,
        };
        *usage == ExtendedKeyUsage::Absent || usage.lists(&own) || usage.lists(&KeyPurpose::Any)
    }
}

const ANY: KeyPurposeId<'static> = KeyPurposeId::new(&[0x55, 0x1d, 0x25, 0x00]);
const SERVER_AUTH: KeyPurposeId<'static> = KeyPurposeId::new(&[0x2b, 6, 1, 5, 5, 7, 3, 1]);
const CLIENT_AUTH: KeyPurposeId<'static> = KeyPurposeId::new(&[0x2b, 6, 1, 5, 5, 7, 3, 2]);

impl ExtendedKeyUsageValidator for Wanted {
    fn validate(&self, purposes: KeyPurposeIdIter<'_, '_>) -> Result<(), Error> {
        let own = match self {
            Self::ServerAuth => SERVER_AUTH,
            Self::ClientAuth => CLIENT_AUTH,
            Self::Whatever => return Ok(()),
        };
        let mut is_absent = true;
        let mut is_allowed = false;
        for purpose in purposes {
            let purpose = purpose?;
            is_absent = false;
            is_allowed |= purpose == own || purpose == ANY;
        }
        if is_absent || is_allowed {
            return Ok(());
        }
        let context = RequiredEkuNotFoundContext { required: KeyUsage::server_auth(), present: Vec::new() };
        Err(Error::RequiredEkuNotFoundContext(context))
    }
}
