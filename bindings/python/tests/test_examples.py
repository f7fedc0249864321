"""The examples, each as a program of its own, against Prosody and signed DNS; `test_ejabberd` has the other server."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import ssl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import slixmpp
from authority import Authority
from laboratory import DNS_PORT, PASSWORD, World, dnssec_keys_of, domain_of

import xmpptls.ssl

EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "python"


def command(name: str, *words: str) -> list[str]:
    """How an example is started."""
    return [sys.executable, str(EXAMPLES / name), *words]


def run(name: str, *words: str, seconds: float = 40) -> subprocess.CompletedProcess[str]:
    """Runs an example to its end."""
    return subprocess.run(command(name, *words), capture_output=True, text=True, timeout=seconds, check=False)


def options_into(world: Any, folder: Path) -> list[str]:
    """The options that lead into a laboratory."""
    anchor = folder / "keys"
    anchor.write_text(dnssec_keys_of(world.place))
    return ["--ca", world.place.pki.path("ca.crt"), "--dns", f"{world.place.zone.address}:{DNS_PORT}",
            "--dnssec-anchor", str(anchor)]


@pytest.fixture(scope="module")
def common(prosody: World, tmp_path_factory) -> list[str]:
    """The options that lead to Prosody."""
    return options_into(prosody, tmp_path_factory.mktemp("anchor"))


def the_client_connects(common: list[str], good: str, by_dane: str) -> None:
    """To a domain with a certificate of an authority, and to one that has only a TLSA record."""
    done = run("client.py", *common, good)
    assert done.returncode == 0, done.stderr
    assert "TLSv1.3" in done.stdout and "SCRAM-SHA-1" in done.stdout and "pkix" in done.stdout
    done = run("client.py", *common, by_dane)
    assert done.returncode == 0 and "dane-ee" in done.stdout, done.stderr


def test_the_client_says_how_it_is_connected(prosody: World, common: list[str]) -> None:
    the_client_connects(common, domain_of("trusted"), domain_of("selfsigned"))


def test_the_client_says_what_to_do_about_a_refusal(prosody: World, common: list[str]) -> None:
    done = run("client.py", *common, domain_of("expired"))
    assert done.returncode == 1
    assert done.stderr.count("what to do: The server's admin: renew the certificate") == 2


def the_ten_lines_check(world: Any, domain: str, monkeypatch, capsys) -> None:
    """They take the system's defaults; here the defaults are the laboratory's."""
    import xmpptls.asyncio._connect as connect

    monkeypatch.syspath_prepend(str(EXAMPLES))
    from check_domain import check

    policy = xmpptls.Policy
    monkeypatch.setattr(connect, "default_lookup", lambda _: world.lookup())
    monkeypatch.setattr(connect, "Policy", lambda preset: policy(preset, trust_anchors=world.anchors))
    asyncio.run(check(domain))
    assert "authenticated" in capsys.readouterr().out


def test_the_ten_lines_check_a_domain(prosody: World, monkeypatch, capsys) -> None:
    the_ten_lines_check(prosody, domain_of("trusted"), monkeypatch, capsys)
    assert len((EXAMPLES / "check_domain.py").read_text().split("\nasync def")[1].splitlines()) <= 10


def test_the_bot_echoes(prosody: World, common: list[str]) -> None:
    the_bot_echoes(prosody, common, domain_of("selfsigned"), prosody.endpoint("selfsigned"))


def the_bot_echoes(world: Any, common: list[str], domain: str, endpoint: xmpptls.Endpoint) -> None:
    """It logs in where only DANE proves the server, and another client talks to it."""
    address = endpoint.target
    bot = subprocess.Popen(command("slixmpp_bot.py", *common, "--address", address, f"user@{domain}/bot", PASSWORD),
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert asyncio.run(_tell(world, domain, endpoint)) == ["hello", "leave"]
        out, err = bot.communicate(timeout=15)
        assert bot.returncode == 0, err
        assert "dane-ee" in out
    finally:
        bot.kill()
        bot.wait()


async def _tell(world: Any, domain: str, endpoint: xmpptls.Endpoint) -> list[str]:
    context = xmpptls.ssl.SSLContext(trust_anchors=world.anchors, lookup=world.lookup())
    endpoints = await context.prepare(domain)
    context.use(domain, next(one for one in endpoints if one.transport == "starttls"))
    client = slixmpp.ClientXMPP(f"user@{domain}/person", PASSWORD, ssl_context=context)
    client.enable_direct_tls = client.enable_plaintext = False
    said: asyncio.Queue[str] = asyncio.Queue()
    online = asyncio.get_running_loop().create_future()
    client.add_event_handler("session_start", lambda _: online.set_result(None))
    client.add_event_handler(
        "message", lambda message: said.put_nowait(message["body"]) if message["type"] == "chat" else None)
    client.connect(endpoint.target, endpoint.port)
    await asyncio.wait_for(online, 15)
    answers: list[str] = []
    for text in ("hello", "leave"):
        for _ in range(100):  # until the bot is there
            client.send_message(mto=f"user@{domain}/bot", mbody=text, mtype="chat")
            try:
                answer = await asyncio.wait_for(said.get(), 0.2)
            except asyncio.TimeoutError:
                continue
            if answer == text:  # and not a late answer to what was said before
                answers.append(answer)
                break
    client.cancel_connection_attempt()
    client.abort()
    return answers


def test_the_server_serves_two_domains_and_reloads(tmp_path) -> None:
    authority = Authority()
    files: list[str] = []
    for name in ("one.example", "two.example"):
        issued = authority.leaf(name)
        (tmp_path / name).write_bytes(issued.chain + issued.key)
        files += [name, str(tmp_path / name)]
    (tmp_path / "ca").write_bytes(authority.pem)
    server = subprocess.Popen(command("server.py", "--port", "0", "--direct", *files), stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        match = re.match(r"listening (\d+)", server.stdout.readline())
        assert match is not None
        before = {name: _serial(int(match[1]), tmp_path / "ca", name) for name in files[::2]}
        assert len(set(before.values())) == 2
        renewed = authority.leaf("two.example")
        (tmp_path / "two.example").write_bytes(renewed.chain + renewed.key)
        server.send_signal(signal.SIGHUP)
        for _ in range(50):
            after = {name: _serial(int(match[1]), tmp_path / "ca", name) for name in files[::2]}
            if after != before:
                break
        assert after["one.example"] == before["one.example"] and after["two.example"] != before["two.example"]
    finally:
        server.terminate()
        server.wait(10)


def _serial(port: int, ca: Path, domain: str) -> str:
    """Asks with CPython's ssl which certificate serves a domain."""
    import socket

    context = ssl.create_default_context(cafile=ca)
    with socket.create_connection(("127.0.0.1", port), 5) as raw:
        with context.wrap_socket(raw, server_hostname=domain) as secure:
            certificate = secure.getpeercert()
            assert certificate is not None
            return str(certificate["serialNumber"])


def test_a_pin_restricts_and_a_change_is_told(prosody: World, common: list[str], tmp_path) -> None:
    def renew(kind: str) -> None:
        prosody.servers.use_certificate("trusted", kind)
        code, text = prosody.servers.prosodyctl("trusted", "shell", "config", "reload")
        assert code == 0, text

    try:
        a_pin_restricts(common, domain_of("trusted"), tmp_path / "state.json", lambda: renew("renewed"))
    finally:
        renew("trusted")


def a_pin_restricts(common: list[str], domain: str, state: Path, renew: Callable[[], None]) -> None:
    """`renew` gives the server another certificate with another key, from the same authority."""
    first = run("pin.py", *common, "--state", str(state), "--pin", domain)
    assert first.returncode == 0 and "info: first seen" in first.stdout and "pinned" in first.stdout, first.stderr
    again = run("pin.py", *common, "--state", str(state), domain)
    assert again.returncode == 0 and "info: same" in again.stdout, again.stderr
    renew()
    changed = run("pin.py", *common, "--state", str(state), domain)
    assert changed.returncode == 1 and "pin" in changed.stdout and "alarm: worse verdict" in changed.stdout, (
        changed.stdout + changed.stderr)
    unpinned = json.loads(state.read_text())
    del unpinned["pin"]
    state.write_text(json.dumps(unpinned))
    accepted = run("pin.py", *common, "--state", str(state), domain)
    assert accepted.returncode == 0 and "new key same issuer" in accepted.stdout, accepted.stdout
