#!/usr/bin/env python3
"""TLS peers that share no code with us, scripted: OpenSSL and GnuTLS as servers and as clients.

    peer.py pki DIR [DOMAIN]
        writes certificates, each named for what is odd about it (see lab/pki.py)

    peer.py serve openssl|gnutls --pki DIR --certificate NAME [--tls12|--tls13] [--ask] [--alpn NAME]
        prints "port N" and serves on 127.0.0.1:N until its standard input ends or it is killed; sends back what
        it receives, OpenSSL line by line and reversed. --ask: clients are asked for a certificate

    peer.py connect openssl|gnutls --to ADDRESS:PORT --name DOMAIN --ca FILE [--starttls client|server]
            [--pki DIR --certificate NAME] [--tls12|--tls13] [--alpn NAME] [--send LINE]
        prints one line of JSON: connected, verified, version, suite, alpn, reason, and what was received after LINE;
        exits with 0 if the connection was made and the certificate is good for DOMAIN
"""

import argparse
import contextlib
import json
import re
import selectors
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

COMPILED = HERE.parents[2] / "target" / "interop"


def server_command(options):
    """The command that serves; it prints where it listens."""
    certificate, key = (f"{options.pki}/{options.certificate}.{end}" for end in ("crt", "key"))
    if options.peer == "gnutls":
        priority = _gnutls_priority(options)
        ca = f"{options.pki}/ca.crt" if options.ask else "-"
        return [COMPILED / "gnutls_server", certificate, key, priority, ca, options.alpn or "-"]
    command = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-cert_chain", certificate,
               "-key", key, "-rev", *_openssl_version(options)]
    if options.ask:
        command += ["-verify", "5", "-CAfile", f"{options.pki}/ca.crt"]
    return command + (["-alpn", options.alpn] if options.alpn else [])


def serve(options):
    """Runs a server until standard input ends."""
    child = subprocess.Popen(server_command(options), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True)
    try:
        for line in child.stdout:
            found = re.match(r"(?:port |ACCEPT 127\.0\.0\.1:)(\d+)", line)
            if found:
                print(f"port {found.group(1)}", flush=True)
                break
        else:
            return child.wait() or 1
        sys.stdin.read()
        return 0
    finally:
        child.kill()
        child.wait()


def client_command(options):
    """The command that connects and verifies."""
    address, port = options.to.rsplit(":", 1)
    certificate = []
    if options.certificate:
        certificate = [f"{options.pki}/{options.certificate}.{end}" for end in ("crt", "key")]
    if options.peer == "gnutls":
        priority = _gnutls_priority(options)
        command = ["gnutls-cli", "--port", port, "--x509cafile", options.ca, "--sni-hostname", options.name,
                   "--verify-hostname", options.name, "--priority", priority]
        command += [f"--x509certfile={certificate[0]}", f"--x509keyfile={certificate[1]}"] if certificate else []
        command += ["--starttls-proto", "xmpp"] if options.starttls else []
        return command + (["--alpn", options.alpn] if options.alpn else []) + [address]
    command = ["openssl", "s_client", "-connect", options.to, "-CAfile", options.ca, "-servername", options.name,
               "-verify_hostname", options.name, "-verify_return_error", *_openssl_version(options)]
    if certificate:
        command += ["-cert", certificate[0], "-cert_chain", certificate[0], "-key", certificate[1]]
    if options.starttls:
        kind = "xmpp" if options.starttls == "client" else "xmpp-server"
        command += ["-starttls", kind, "-xmpphost", options.name]
    return command + (["-alpn", options.alpn] if options.alpn else [])


def connect(options):
    """Connects once, sends a line if there is one, and says what was negotiated."""
    child = subprocess.Popen(client_command(options), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT)
    expected = None
    if options.send is not None:
        with contextlib.suppress(BrokenPipeError):  # a client that refused has ended already
            child.stdin.write(options.send.encode() + b"\n")
            child.stdin.flush()
        expected = options.send, options.send[::-1]
    text = _output(child, expected)
    result = (_gnutls_result if options.peer == "gnutls" else _openssl_result)(text)
    result["received"] = bool(expected) and any(word in _after_handshake(text) for word in expected)
    print(json.dumps(result))
    return 0 if result["connected"] and result["verified"] else 1


def _output(child, expected):
    """What the client prints until it ends, or until the expected answer came, or for ten seconds."""
    if expected is None:
        child.stdin.close()
    seen = b""
    end = time.monotonic() + 10
    try:
        with selectors.DefaultSelector() as ready:
            ready.register(child.stdout, selectors.EVENT_READ)
            while time.monotonic() < end:
                if not ready.select(0.2):
                    continue
                piece = child.stdout.read1(65536)
                seen += piece
                after = _after_handshake(seen.decode(errors="replace"))
                if not piece or (expected and any(word in after for word in expected)):
                    break
    finally:
        child.kill()
        child.wait()
    return seen.decode(errors="replace")


def _after_handshake(text):
    """The part of a client's output where application data appears."""
    for mark in ("Simple Client Mode", "Verify return code"):
        if mark in text:
            return text.split(mark, 1)[1]
    return ""


def _openssl_version(options):
    return {"1.2": ["-tls1_2"], "1.3": ["-tls1_3"], None: []}[options.version]


def _gnutls_priority(options):
    return "NORMAL" if options.version is None else f"NORMAL:-VERS-ALL:+VERS-TLS{options.version}"


def _openssl_result(text):
    negotiated = re.search(r"New, (TLSv1\.\d), Cipher is (\S+)", text)
    protocol = re.search(r"Protocol *: (TLSv1\.\d)", text)
    reason = re.search(r"Verify return code: \d+ \((.*?)\)", text) or re.search(r"verify error:num=\d+:(.*)", text)
    alpn = re.search(r"ALPN protocol: (\S+)", text)
    verified = bool(re.search(r"Verify return code: 0 \(ok\)|Verification: OK", text))
    alert = re.search(r"alert ([a-z ]+):", text)
    made = bool(negotiated) and "certificate verify failed" not in text and not alert
    return {"connected": made, "verified": made and verified,
            "version": (protocol or negotiated).group(1) if negotiated else None,
            "suite": negotiated.group(2) if negotiated else None, "alpn": alpn.group(1) if alpn else None,
            "reason": alert.group(1) if alert else reason.group(1).strip() if reason else None}


def _gnutls_result(text):
    described = re.search(r"- Description: \((TLS1\.\d)-?(?:X\.509)?\)-(.*)", text)
    status = re.search(r"- Status: (.*)", text)
    failed = re.search(r"\*\*\* (?:Fatal error|Verifying server certificate failed|PKI verification)[^\n]*", text)
    alpn = re.search(r"- Application protocol: (\S+)", text)
    return {"connected": "- Handshake was completed" in text, "verified": "The certificate is trusted" in text,
            "version": described.group(1).replace("TLS", "TLSv") if described else None,
            "suite": described.group(2) if described else None, "alpn": alpn.group(1) if alpn else None,
            "reason": (status.group(1).strip() if status else None) or (failed.group(0) if failed else None)}


def main():
    """Reads the command line."""
    if len(sys.argv) > 1 and sys.argv[1] == "pki":
        from lab import pki

        sys.argv.pop(1)
        return pki.main()
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("action", choices=("serve", "connect"))
    parser.add_argument("peer", choices=("openssl", "gnutls"))
    for name in ("pki", "certificate", "alpn", "to", "name", "ca", "send"):
        parser.add_argument(f"--{name}")
    parser.add_argument("--starttls", choices=("client", "server"))
    parser.add_argument("--ask", action="store_true")
    parser.add_argument("--tls12", dest="version", action="store_const", const="1.2")
    parser.add_argument("--tls13", dest="version", action="store_const", const="1.3")
    options = parser.parse_args()
    return serve(options) if options.action == "serve" else connect(options)


if __name__ == "__main__":
    sys.exit(main())
