//! OpenSSL's `SSL_OP_…` options, by their names in lower case without the prefix.

use crate::limits::{COMPAT_SKIPPED_WORDS, COMPAT_TEXT_BYTES};

/// What an option means here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OptionMeaning {
    /// It is done.
    Honoured,
    /// It is so in any case, whether asked for or not.
    Holds,
    /// It has no meaning here: a workaround for, or a detail of, what does not exist here.
    Meaningless,
    /// It would weaken the connection, and is not followed.
    NotFollowed,
}

/// The options with their meanings.
const OPTIONS: &[(&str, OptionMeaning)] = {
    use OptionMeaning::{Holds, Honoured, Meaningless, NotFollowed};
    &[
        ("no_tlsv1_2", Honoured),
        ("no_tlsv1_3", Honoured),
        ("no_ticket", Honoured),
        ("cipher_server_preference", Holds),
        ("cleanse_plaintext", Holds),
        ("disable_tlsext_ca_names", Holds),
        ("no_compression", Holds),
        ("no_dtlsv1", Holds),
        ("no_dtlsv1_2", Holds),
        ("no_renegotiation", Holds),
        ("no_rx_certificate_compression", Holds),
        ("no_session_resumption_on_renegotiation", Holds),
        ("no_sslv2", Holds),
        ("no_sslv3", Holds),
        ("no_tlsv1", Holds),
        ("no_tlsv1_1", Holds),
        ("no_tx_certificate_compression", Holds),
        ("single_dh_use", Holds),
        ("single_ecdh_use", Holds),
        ("all", Meaningless),
        ("cisco_anyconnect", Meaningless),
        ("cookie_exchange", Meaningless),
        ("cryptopro_tlsext_bug", Meaningless),
        ("dont_insert_empty_fragments", Meaningless),
        ("enable_ktls", Meaningless),
        ("enable_ktls_tx_zerocopy_sendfile", Meaningless),
        ("enable_middlebox_compat", Meaningless),
        ("ephemeral_rsa", Meaningless),
        ("microsoft_big_sslv3_buffer", Meaningless),
        ("microsoft_sess_id_bug", Meaningless),
        ("msie_sslv2_rsa_padding", Meaningless),
        ("netscape_ca_dn_bug", Meaningless),
        ("netscape_challenge_bug", Meaningless),
        ("netscape_demo_cipher_change_bug", Meaningless),
        ("netscape_reuse_cipher_change_bug", Meaningless),
        ("no_encrypt_then_mac", Meaningless),
        ("no_query_mtu", Meaningless),
        ("pkcs1_check_1", Meaningless),
        ("pkcs1_check_2", Meaningless),
        ("prioritize_chacha", Meaningless),
        ("safari_ecdhe_ecdsa_bug", Meaningless),
        ("ssleay_080_client_dh_bug", Meaningless),
        ("sslref2_reuse_cert_type_bug", Meaningless),
        ("tls_block_padding_bug", Meaningless),
        ("tls_d5_bug", Meaningless),
        ("tlsext_padding", Meaningless),
        ("allow_client_renegotiation", NotFollowed),
        ("allow_no_dhe_kex", NotFollowed),
        ("allow_unsafe_legacy_renegotiation", NotFollowed),
        ("ignore_unexpected_eof", NotFollowed),
        ("legacy_server_connect", NotFollowed),
        ("no_anti_replay", NotFollowed),
        ("no_extended_master_secret", NotFollowed),
        ("prefer_no_dhe_kex", NotFollowed),
        ("tls_rollback_bug", NotFollowed),
    ]
};

/// The names of the options that are done or hold in any case: what a drop-in may list as supported.
pub fn option_names() -> impl Iterator<Item = &'static str> {
    let supported = |meaning| matches!(meaning, OptionMeaning::Honoured | OptionMeaning::Holds);
    OPTIONS.iter().filter(move |(_, meaning)| supported(*meaning)).map(|(name, _)| *name)
}

/// What an option means here; `None` if there is no such option.
#[must_use]
pub fn option_meaning(name: &str) -> Option<OptionMeaning> {
    OPTIONS.iter().find(|(one, _)| *one == name).map(|(_, meaning)| *meaning)
}

/// Options as far as they change something, and those that do not exist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProtocolOptions {
    /// TLS 1.2 is off.
    pub no_tls12: bool,
    /// TLS 1.3 is off.
    pub no_tls13: bool,
    /// Sessions are not resumed by ticket.
    pub no_ticket: bool,
    /// Options that would weaken the connection, and are not followed.
    pub not_followed: Vec<&'static str>,
    /// Names that are no options; the host decides whether that is an error.
    pub unknown: Vec<Box<str>>,
}

/// Reads options: each text is one name, or several separated by `|` (fast_tls writes them so).
pub fn protocol_options<'t>(texts: impl IntoIterator<Item = &'t str>) -> ProtocolOptions {
    let mut options = ProtocolOptions::default();
    for name in
        texts.into_iter().filter(|text| text.len() <= COMPAT_TEXT_BYTES).flat_map(|text| text.split('|'))
    {
        options.take(name.trim());
    }
    options
}

impl ProtocolOptions {
    fn take(&mut self, name: &str) {
        match OPTIONS.iter().find(|(one, _)| *one == name) {
            Some(("no_tlsv1_2", _)) => self.no_tls12 = true,
            Some(("no_tlsv1_3", _)) => self.no_tls13 = true,
            Some(("no_ticket", _)) => self.no_ticket = true,
            Some((name, OptionMeaning::NotFollowed)) if !self.not_followed.contains(name) => {
                self.not_followed.push(name);
            }
            None if !name.is_empty() && self.unknown.len() < COMPAT_SKIPPED_WORDS => {
                self.unknown.push(name.into());
            }
            _ => {}
        }
    }
}
