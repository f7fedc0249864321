//! A certificate with known answers, made once with OpenSSL; its private key was thrown away.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

const KAT_1: &str = "\
MIICKTCCAc+gAwIBAgIBKjAKBggqhkjOPQQDAzAgMR4wHAYDVQQDDBVFeGFtcGxlIFByb2R1Y3Rz\
IEluYy4wHhcNMjYxMTIzMTYzODI4WhcNMzYxMTIwMTYzODI4WjAgMR4wHAYDVQQDDBVFeGFtcGxl\
IFByb2R1Y3RzIEluYy4wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASE+G6qSMl/AHu1TT/D91I1\
IH0sFh0WFWyggKnrzr0O+ynz1HKckZa12kZQGx6/9etzM5BRPJcjkvGjV6AKTPPXo4H5MIH2MAwG\
A1UdEwEB/wQCMAAwDgYDVR0PAQH/BAQDAgeAMBMGA1UdJQQMMAoGCCsGAQUFBwMBMIGhBgNVHREE\
gZkwgZaCDmltLmV4YW1wbGUuY29tghAqLmltLmV4YW1wbGUuY29toCkGCCsGAQUFBwgHoB0WG194\
bXBwLWNsaWVudC5pbS5leGFtcGxlLmNvbaApBggrBgEFBQcIB6AdFhtfeG1wcC1zZXJ2ZXIuaW0u\
ZXhhbXBsZS5jb22gHAYIKwYBBQUHCAWgEAwOaW0uZXhhbXBsZS5jb20wHQYDVR0OBBYEFFHURQND\
hd+6LBlaOiqMPcCUM/+RMAoGCCqGSM49BAMDA0gAMEUCIBtPJ10lgc+HwZxbXUChun0gkS+2NqrX\
sq6s2CjUOcVIAiEAjc3WNbACJbrdekQGiEfCKXEYD1pnAWoU2fWKBxSfNKs=";

/// The certificate's DER: 557 bytes, self-signed, for `im.example.com` and names under it.
pub(crate) fn kat_1() -> Vec<u8> {
    BASE64_STANDARD.decode(KAT_1).unwrap()
}
