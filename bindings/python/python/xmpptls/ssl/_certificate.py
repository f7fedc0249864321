"""A certificate in the forms of `getpeercert`."""

from __future__ import annotations

import time
from typing import Any

from xmpptls._xmpptls import Certificate

_LONG_NAMES = {
    "CN": "commonName", "SN": "surname", "C": "countryName", "L": "localityName", "ST": "stateOrProvinceName",
    "STREET": "streetAddress", "O": "organizationName", "OU": "organizationalUnitName", "GN": "givenName",
    "DC": "domainComponent", "UID": "userId", "jurisdictionL": "jurisdictionLocalityName",
    "jurisdictionST": "jurisdictionStateOrProvinceName", "jurisdictionC": "jurisdictionCountryName",
}

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def as_dictionary(certificate: Certificate) -> dict[str, Any]:
    """The dictionary that `ssl.SSLSocket.getpeercert` gives."""
    names = [("DNS", name) for name in certificate.dns_names]
    names += [("othername", "<unsupported>")] * (len(certificate.srv_names) + len(certificate.xmpp_addresses))
    names += [("IP Address", address) for address in certificate.ip_addresses]
    return {
        "subject": _name(certificate.subject),
        "issuer": _name(certificate.issuer),
        "version": certificate.version,
        "serialNumber": _serial(certificate.serial),
        "notBefore": _time(certificate.not_before),
        "notAfter": _time(certificate.not_after),
        "subjectAltName": tuple(names),
    }


def _name(attributes: tuple[tuple[str, str], ...]) -> tuple[tuple[tuple[str, str], ...], ...]:
    return tuple(((_LONG_NAMES.get(name, name), value),) for name, value in attributes)


def _serial(octets: bytes) -> str:
    """As OpenSSL prints it: hexadecimal digits in pairs, without the octet that is there for the sign."""
    number = int.from_bytes(octets, "big", signed=True)
    digits = f"{abs(number):X}"
    return ("-" if number < 0 else "") + "0" * (len(digits) % 2) + digits


def _time(seconds: int) -> str:
    """As OpenSSL prints it, in English whatever the locale."""
    at = time.gmtime(seconds)
    return (f"{_MONTHS[at.tm_mon - 1]} {at.tm_mday:2d} {at.tm_hour:02d}:{at.tm_min:02d}:{at.tm_sec:02d}"
            f" {at.tm_year} GMT")
