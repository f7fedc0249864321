//! The first certificate of a PEM text.

use crate::ffi::basics::xmpp_tls_result;
use crate::ffi::guard::Failure;
use crate::tls::first_certificate as first;

/// The first certificate of `text`, in DER.
pub(super) fn first_certificate(text: &[u8]) -> Result<Vec<u8>, Failure> {
    match first(text) {
        Ok(Some(der)) => Ok(der),
        Ok(None) => Err(Failure::plain(xmpp_tls_result::XMPP_TLS_NO_CERTIFICATE)),
        Err(block) => {
            let message = format!("PEM block {block} cannot be read");
            Err(Failure::new(xmpp_tls_result::XMPP_TLS_MALFORMED_PEM, message))
        }
    }
}
