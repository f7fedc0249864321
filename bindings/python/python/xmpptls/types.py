"""The words of the library, as types: for annotations in programs that use it.

>>> from xmpptls.types import Level
>>> Level.__args__
('authenticated', 'weak', 'encrypted_only', 'refused')
"""

from os import PathLike
from typing import Literal, TypeAlias

Buffer: TypeAlias = bytes | bytearray | memoryview
Path: TypeAlias = str | PathLike[str]
Service: TypeAlias = Literal["c2s", "s2s"]
Direction: TypeAlias = Literal["initiating", "receiving"]
Transport: TypeAlias = Literal["starttls", "direct-tls", "tls-only"]
Dnssec: TypeAlias = Literal["secure", "insecure", "bogus", "indeterminate"]
Preset: TypeAlias = Literal[
    "c2s-client", "c2s-server", "s2s", "s2s-with-dialback",
    "c2s-client-2026", "c2s-server-2026", "s2s-2026", "s2s-with-dialback-2026",
]
Requirement: TypeAlias = Literal["authenticate", "authenticate-or-dialback", "encrypt-only"]
Version: TypeAlias = Literal["TLSv1.2", "TLSv1.3"]
Level: TypeAlias = Literal["authenticated", "weak", "encrypted_only", "refused"]
Method: TypeAlias = Literal[
    "pkix", "pkix-ta", "pkix-ee", "dane-ta", "dane-ee", "posh", "exception", "dialback", "dialback+dnssec"]
Proof: TypeAlias = Literal["dane", "pkix", "posh", "exception", "dialback"]
Phase: TypeAlias = Literal["prepared", "clear", "hello", "handshake", "open", "closed", "failed"]
Event: TypeAlias = Literal[
    "stream_header", "tls_started", "client_hello", "handshake_done", "verdict", "key_log", "peer_closed",
    "truncated", "failed"]
BindingType: TypeAlias = Literal["tls-exporter", "tls-server-end-point", "tls-unique"]
QuestionKind: TypeAlias = Literal[
    "tlsa", "posh", "srv", "history", "revocation_lists", "user_mapping", "dialback"]
Failure: TypeAlias = Literal[
    "bogus", "server", "timeout", "https_unverified", "malformed", "forbidden", "unreachable"]
Outcome: TypeAlias = Literal[
    "found", "absent", "not_asked", "bogus", "server", "timeout", "https_unverified", "malformed", "forbidden",
    "unreachable"]
Change: TypeAlias = Literal[
    "first_seen", "same", "renewed_same_key", "new_key_same_issuer", "new_issuer", "worse_verdict"]
Loudness: TypeAlias = Literal["info", "warning", "alarm"]
