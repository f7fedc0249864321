"""What RFC 7590 section 3.6 asks to be shown of a connection."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xmpptls._xmpptls import Certificate, Connection, Observation, Verdict

FORMAT = "xmpptls-python-report-1"


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

    @classmethod
    def of(cls, connection: Connection, *, change: Observation | None = None) -> Report:
        """The report of a connection as it is now."""
        return cls(
            domain=connection.domain, service=connection.service, direction=connection.direction,
            transport=connection.transport, encrypted=connection.phase in ("open", "closed"),
            version=connection.version, cipher_suite=connection.cipher_suite, group=connection.group,
            post_quantum=connection.post_quantum, alpn=connection.alpn, resumed=connection.resumed,
            policy=connection.policy_name, gate=connection.gate, verdict=connection.verdict(),
            certificates=tuple(connection.peer_certificates), change=change)

    @property
    def authenticated(self) -> bool:
        """Whether a certificate proof showed who the peer is."""
        return self.verdict is not None and self.verdict.level == "authenticated"

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data; the verdict is in the library's own JSON form."""
        return {
            "format": FORMAT, "domain": self.domain, "service": self.service, "direction": self.direction,
            "transport": self.transport, "encrypted": self.encrypted, "version": self.version,
            "cipher_suite": self.cipher_suite, "group": self.group, "post_quantum": self.post_quantum,
            "alpn": self.alpn.decode("ascii", "replace") if self.alpn is not None else None,
            "resumed": self.resumed, "policy": self.policy, "gate": self.gate,
            "verdict": json.loads(self.verdict.to_json()) if self.verdict is not None else None,
            "certificates": [one.pem for one in self.certificates],
            "change": None if self.change is None else {
                "change": self.change.change, "loudness": self.change.loudness, "announced": self.change.announced},
        }

    def to_json(self) -> str:
        """The report as JSON, in one line."""
        return json.dumps(self.to_dict())

    def __str__(self) -> str:
        """Some lines for people."""
        secure = "not encrypted"
        if self.encrypted:
            later = "safe" if self.post_quantum else "not safe"
            secure = f"{self.version}, {self.cipher_suite}, {self.group} ({later} against later decryption)"
        lines = [f"{self.domain or 'a peer'} ({self.service}, {self.transport}): {secure}"]
        lines.append(f"  {self.verdict}" if self.verdict is not None else "  nobody was judged")
        if self.verdict is not None:
            lines.extend(f"  {attempt.proof}: {reason}" for attempt in self.verdict.attempts
                         for reason in attempt.reasons)
        if self.certificates:
            lines.append(f"  certificate for {', '.join(self.certificates[0].names)}")
        if self.change is not None:
            lines.append(f"  since last time: {self.change.change} ({self.change.loudness})")
        return "\n".join(lines)
