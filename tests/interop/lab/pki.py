"""Certification authorities and certificates, each described by what is odd about it.

    python -m lab.pki DIRECTORY [DOMAIN]     (in tests/interop)

writes for every NAME of `peers`: NAME.crt (the leaf, then the issuing CA), NAME.key, NAME.pem (both), and
NAME.tlsa (usage 3, selector 1, matching type 1, as in a zone file). Beside them: ca.crt (the root that
peers should trust), sub.crt (the issuing CA), capath/ (the root, hashed as OpenSSL wants it),
other-ca.crt (a root nobody trusts).
"""

import base64
import datetime
import hashlib
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID as Purpose
from cryptography.x509.oid import NameOID, ObjectIdentifier

XMPP_ADDR = ObjectIdentifier("1.3.6.1.5.5.7.8.5")  # RFC 6120 section 13.7.1.4
SRV_NAME = ObjectIdentifier("1.3.6.1.5.5.7.8.7")  # RFC 4985
DAY = datetime.timedelta(days=1)
NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
BOTH = (Purpose.SERVER_AUTH, Purpose.CLIENT_AUTH)


@dataclass
class Leaf:
    """A certificate to be made. Names of the three kinds may be given; `issuer` is "sub", "other" or "self"."""

    dns: tuple = ()
    xmpp_addr: tuple = ()
    srv_name: tuple = ()
    common_name: str = ""
    purposes: tuple = BOTH
    issuer: str = "sub"
    rsa: bool = False
    valid: tuple = (-1, 20)  # days from now


def full(domain, **odd):
    """A leaf with every kind of name that a server of this domain may present."""
    names = {"dns": (domain, f"conference.{domain}"), "xmpp_addr": (domain,), "common_name": domain,
             "srv_name": (f"_xmpp-server.{domain}", f"_xmpp-client.{domain}")}
    return Leaf(**{**names, **odd})


def peers(domain):
    """The certificates that the scripted peers offer."""
    only = {"xmpp_addr": (), "srv_name": (), "dns": (), "common_name": "no name here"}
    return {
        "good": full(domain),
        "rsa": full(domain, rsa=True),
        "server-auth-only": full(domain, purposes=(Purpose.SERVER_AUTH,)),
        "dns-name-only": full(domain, **{**only, "dns": (domain,)}),
        "srv-name-only": full(domain, **{**only, "srv_name": (f"_xmpp-server.{domain}", f"_xmpp-client.{domain}")}),
        "xmpp-addr-only": full(domain, **{**only, "xmpp_addr": (domain,)}),
        "wildcard": full(domain, **{**only, "dns": ("*." + domain.split(".", 1)[1],)}),
        "wrong-name": full("elsewhere.invalid"),
        "expired": full(domain, valid=(-40, -10)),
        "not-yet-valid": full(domain, valid=(10, 40)),
        "unknown-ca": full(domain, issuer="other"),
        "self-signed": full(domain, issuer="self"),
        "user": full(domain, **{**only, "xmpp_addr": (f"user@{domain}",)}, purposes=(Purpose.CLIENT_AUTH,)),
    }


class Pki:
    """Makes the authorities at once, and leaves as asked."""

    def __init__(self, directory):
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        root_key = ec.generate_private_key(ec.SECP256R1())
        root = _authority("Laboratory Root CA", root_key)
        sub_key = ec.generate_private_key(ec.SECP256R1())
        sub = _authority("Laboratory Issuing CA", sub_key, root, root_key)
        other_key = ec.generate_private_key(ec.SECP256R1())
        other = _authority("Unknown CA", other_key)
        self.issuers = {"sub": (sub, sub_key), "other": (other, other_key)}
        self._write("ca.crt", _pem(root))
        self._write("sub.crt", _pem(sub))
        self._write("other-ca.crt", _pem(other))
        self._write("capath/ca.pem", _pem(root))
        subprocess.run(["openssl", "rehash", self.directory / "capath"], check=True)

    def path(self, name):
        """The path of a file here, as a string."""
        return str(self.directory / name)

    def issue(self, name, leaf):
        """Writes the files of one leaf."""
        key = rsa.generate_private_key(65537, 2048) if leaf.rsa else ec.generate_private_key(ec.SECP256R1())
        certificate = _leaf(leaf, key, self.issuers)
        issuer = _pem(self.issuers["sub"][0]) if leaf.issuer == "sub" else ""  # a root is never sent
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
        self._write(f"{name}.crt", _pem(certificate) + issuer)
        self._write(f"{name}.key", private)
        self._write(f"{name}.pem", _pem(certificate) + issuer + private)
        self._write(f"{name}.tlsa", f"3 1 1 {_digest_of_key(key)}\n")

    def tlsa(self, name):
        """The TLSA record data of a leaf, as in a zone file."""
        return (self.directory / f"{name}.tlsa").read_text().strip()

    def authority_tlsa(self):
        """TLSA record data that names the key of the issuing CA, for DANE-TA."""
        return f"2 1 1 {_digest_of_key(self.issuers['sub'][1])}"

    def fingerprint(self, name):
        """The SHA-256 of a leaf as POSH documents write it."""
        leaf = x509.load_pem_x509_certificate((self.directory / f"{name}.crt").read_bytes())
        return base64.b64encode(leaf.fingerprint(hashes.SHA256())).decode()

    def _write(self, name, text):
        path = self.directory / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o644)  # keys too: servers of several users read them, and they protect nothing


def _authority(name, key, issuer=None, issuer_key=None):
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    builder = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(NOW - 60 * DAY).not_valid_after(NOW + 60 * DAY)
        .add_extension(x509.BasicConstraints(True, 0 if issuer else None), True).add_extension(usage, True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(_issuer_key_id(issuer_key or key), False))
    return builder.sign(issuer_key or key, hashes.SHA256())


def _leaf(leaf, key, issuers):
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, leaf.common_name)])
    issuer, issuer_key = (None, key) if leaf.issuer == "self" else issuers[leaf.issuer]
    names = [x509.DNSName(name) for name in leaf.dns]
    names += [x509.OtherName(XMPP_ADDR, _der(0x0C, name)) for name in leaf.xmpp_addr]
    names += [x509.OtherName(SRV_NAME, _der(0x16, name)) for name in leaf.srv_name]
    usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
    builder = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(NOW + leaf.valid[0] * DAY).not_valid_after(NOW + leaf.valid[1] * DAY)
        .add_extension(x509.BasicConstraints(False, None), True).add_extension(usage, True)
        .add_extension(x509.SubjectAlternativeName(names), False)
        .add_extension(_issuer_key_id(issuer_key), False))
    if leaf.purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(leaf.purposes), False)
    return builder.sign(issuer_key, hashes.SHA256())


def _issuer_key_id(key):
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _der(tag, text):
    """A short string as DER: UTF8String is 0x0C, IA5String is 0x16."""
    octets = text.encode()
    assert len(octets) < 128
    return bytes([tag, len(octets)]) + octets


def _pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _digest_of_key(key):
    spki = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(spki).hexdigest()


def main():
    """Writes the certificates of the scripted peers."""
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    domain = sys.argv[2] if len(sys.argv) > 2 else "xmpp.example.test"
    pki = Pki(sys.argv[1])
    for name, leaf in peers(domain).items():
        pki.issue(name, leaf)


if __name__ == "__main__":
    main()
