"""OpenSSL's answers: `openssl verify` for paths and DNS names, its digests for TLSA."""

import hashlib
import ipaddress
import subprocess


class OpenSsl:
    """Asks the `openssl` in PATH; certificates are written below `directory` once each."""

    def __init__(self, directory):
        self.directory = directory
        self.answers = {}

    def version(self):
        return _run("version").stdout.strip()

    def path(self, case, reference=None):
        """(accepted, what was said) about the path of a case; with a reference identity, about it as well."""
        chain, anchors = [self.pem(der) for der in case.chain], [self.pem(der) for der in case.anchors]
        if None in chain:
            return False, "the bytes are no certificate"
        # Level 2 is the 112 bits of RFC 9325 §4; the level that TLS itself uses in today's distributions.
        command = ["verify", "-no-CApath", "-no-CAfile", "-no-CAstore", "-auth_level", "2", "-attime", str(case.now),
                   "-purpose", "sslclient" if case.receiving else "sslserver"]
        for anchor in anchors:
            command += ["-trusted", anchor]
        for extra in chain[1:]:
            command += ["-untrusted", extra]
        revocation = case.policy.get("pkix", {}).get("revocation")
        if revocation == "require-known" or case.lists and revocation != "off":
            command.append("-crl_check")
            for der in case.lists:
                command += ["-CRLfile", self.pem(der, "crl")]
        if reference is not None:
            command += ["-verify_ip" if _is_address(reference) else "-verify_hostname", reference]
        return self._verify(tuple(map(str, [*command, chain[0]])))

    def _verify(self, command):
        if command not in self.answers:  # many cases differ in the policy alone
            done = _run(*command)
            said = [line for line in done.stderr.splitlines() if "error" in line][:1]
            self.answers[command] = done.returncode == 0, (said or [done.stderr])[0]
        return self.answers[command]

    def pem(self, der, kind="x509"):
        """A file with the certificate or list as PEM; None when OpenSSL cannot read it, or reads less than all."""
        path = self.directory / f"{hashlib.sha256(der).hexdigest()}.{kind}"
        if not path.exists():
            done = _run(kind, "-inform", "DER", "-outform", "PEM", binary=der)
            again = _run(kind, "-inform", "PEM", "-outform", "DER", binary=done.stdout)
            if done.returncode or again.stdout != der:
                return None
            path.write_bytes(done.stdout)
        return path

    def association_data(self, der, selector, matching):
        """The certificate association data of a TLSA record in hexadecimal (RFC 6698 §2.1)."""
        selected = der
        if selector == 1:
            key = _run("x509", "-inform", "DER", "-noout", "-pubkey", binary=der).stdout
            selected = _run("pkey", "-pubin", "-outform", "DER", binary=key).stdout
        if matching == 0:
            return selected.hex()
        return _run("dgst", {1: "-sha256", 2: "-sha512"}[matching], "-binary", binary=selected).stdout.hex()


def _run(*arguments, binary=None):
    stdin = {"stdin": subprocess.DEVNULL, "text": True} if binary is None else {"input": binary}
    return subprocess.run(["openssl", *arguments], **stdin, capture_output=True, timeout=20)


def _is_address(text):
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
