"""What RFC 7590 section 3.6 asks to be shown of a connection."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xmpptls._xmpptls import Certificate, Connection, Observation, Verdict


@dataclass(frozen=True)
class Report:
    """What is encrypted, with what, and who proved it: facts of one connection at one time."""

    domain: str | None
    service: str
    direction: str
    transport: str
    encrypted: bool
    version: str | None
    cipher_suite: str | None
    group: str | None
    post_quantum: bool
    alpn: bytes | None
    resumed: bool
    policy: str
    gate: str
    verdict: Verdict | None
    certificates: tuple[Certificate, ...]
    change: Observation | None = None
    _json: str = field(default="{}", repr=False)
    _text: str = field(default="", repr=False)

    @classmethod
    def of(cls, connection: Connection, *, change: Observation | None = None) -> Report:
        """The report of a connection as it is now."""
        as_json, as_text = connection.report_texts()
        return cls(
            domain=connection.domain, service=connection.service, direction=connection.direction,
            transport=connection.transport, encrypted=connection.phase in ("open", "closed"),
            version=connection.version, cipher_suite=connection.cipher_suite, group=connection.group,
            post_quantum=connection.post_quantum, alpn=connection.alpn, resumed=connection.resumed,
            policy=connection.policy_name, gate=connection.gate, verdict=connection.verdict(),
            certificates=tuple(connection.peer_certificates), change=change,
            _json=as_json, _text=as_text)

    @property
    def authenticated(self) -> bool:
        """Whether a certificate proof showed who the peer is."""
        return self.verdict is not None and self.verdict.level == "authenticated"

    def to_json(self) -> str:
        """The report as JSON, in one line; the format is named in it. What changed is not part of it."""
        return self._json

    def to_dict(self) -> dict[str, Any]:
        """What `to_json` says, as plain data."""
        data: dict[str, Any] = json.loads(self._json)
        return data

    def __str__(self) -> str:
        """Some lines for people."""
        if self.change is None:
            return self._text.rstrip("\n")
        return f"{self._text}since last time: {self.change.change} ({self.change.loudness})"
