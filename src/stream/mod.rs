//! XMPP before TLS: stream headers, features, STARTTLS.
