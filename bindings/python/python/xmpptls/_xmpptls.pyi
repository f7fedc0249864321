"""The compiled part: what every class and call is for.

Texts that stand for one of a few things have `Literal` types, which are in `xmpptls.types`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, final

from typing_extensions import Self  # a stub only: nothing is imported

from xmpptls.errors import ConnectionFailed
from xmpptls.types import (
    BindingType,
    Buffer,
    Change,
    Direction,
    Dnssec,
    Event,
    Failure,
    Level,
    Loudness,
    Method,
    Outcome,
    Path,
    Phase,
    Preset,
    Proof,
    QuestionKind,
    Requirement,
    Service,
    Transport,
    Version,
)

__all__ = [
    "Answer",
    "Attempt",
    "Candidate",
    "Certificate",
    "ClientHello",
    "Connection",
    "Context",
    "Credential",
    "Credentials",
    "Endpoint",
    "History",
    "Lookup",
    "ManualClock",
    "Observation",
    "Peer",
    "Pin",
    "Policy",
    "PreparedVerification",
    "Question",
    "Reason",
    "Reply",
    "Request",
    "Secret",
    "TrustAnchors",
    "TrustException",
    "Verdict",
    "Verification",
    "__version__",
    "authzid_from_wire",
    "cause_codes",
    "choose_channel_binding",
    "domain_to_ascii",
    "downgrade_hash",
    "judge_case",
    "may_join",
    "posh_url",
    "read_posh",
    "reason_codes",
    "resolve_server",
    "resolve_user",
    "tlsa_owner",
    "tlsa_rdata",
]

__version__: str

def reason_codes() -> list[tuple[int, str, str, str]]:
    """Every reason a verdict can have: number, name, sentence, clause."""

def cause_codes() -> list[tuple[int, str, str, str]]:
    """Every cause of a failed connection: number, name, sentence, clause."""

def judge_case(text: str, certificates: Mapping[str, bytes] = ...) -> Verdict:
    """The verdict on a case in the JSON form that the command `verify` reads. Raises `ValueError`."""

def domain_to_ascii(text: str) -> str:
    """The A-labels of a domain, in lower case. Raises `ValueError` when the text is no domain."""

def tlsa_rdata(text: str) -> bytes:
    """The RDATA of a TLSA record as it stands in a zone file. Raises `ValueError` when it is unusable."""

def tlsa_owner(host: str, port: int) -> str:
    """Where TLSA records of a host and port are looked up."""

def posh_url(domain: str, service: Service) -> str:
    """Where a domain's POSH document for a service is."""

def read_posh(document: Buffer) -> dict[str, Any]:
    """Reads a POSH document: `expires`, and `hashes` or the `url` it refers to. Raises `ValueError`."""

def choose_channel_binding(
    mechanisms: Sequence[str], announced: Sequence[str], ours: Sequence[str], *,
    profile: Literal["sasl", "sasl2"] = "sasl",
) -> Literal["tls-exporter", "tls-server-end-point", "tls-unique", "y", "n", "abort"]:
    """Which type is used, or GS2's flag, or `abort` where the server contradicts itself."""

def authzid_from_wire(text: str) -> str | None:
    """The authorisation identity in the text of `<auth/>`; none for an empty one. Raises `ExternalRefused`."""

def resolve_user(
    certificate: Certificate, served: Sequence[str], *, authzid: str | None = None, mapped: str | None = None,
) -> str:
    """As whom a certificate lets a client act; `mapped` is whom the operator knows by it. Raises `ExternalRefused`."""

def resolve_server(authzid: str | None, from_domain: str) -> str:
    """As which domain a server acts on a stream from a domain. Raises `ExternalRefused`."""

def may_join(*, peer_announced_errors: bool, same_address: bool, certificate_proves_it: bool) -> bool:
    """Whether a further target domain may join a stream (RFC 7712 section 4.4)."""

def downgrade_hash(
    scram_hash: Literal["SHA-1", "SHA-256", "SHA-512"], mechanisms: Sequence[str],
    binding_types: Sequence[str] | None = None,
) -> str:
    """The text for SCRAM's `h` attribute (XEP-0474), which finds out stripped mechanisms and binding types."""

@final
class ManualClock:
    """A clock that a program turns by hand, for tests and replays."""

    def __new__(cls, unix_seconds: int, *, monotonic: float = 0.0) -> Self: ...
    def advance(self, seconds: float) -> None:
        """Lets time pass on both clocks."""
    @property
    def unix_seconds(self) -> int:
        """Wall seconds since 1970-01-01 UTC."""
    @property
    def monotonic(self) -> float:
        """Seconds of the clock that never goes back."""

@final
class TrustAnchors:
    """A set of certification authorities, read once and shared by many policies."""

    @staticmethod
    def system() -> TrustAnchors:
        """The system's trust store; `SSL_CERT_FILE` and `SSL_CERT_DIR` count. Raises `FileError` if it has none."""
    @staticmethod
    def from_file(path: Path) -> TrustAnchors:
        """A file of PEM certificates, or of one in DER. Raises `FileError`."""
    @staticmethod
    def from_directory(path: Path) -> TrustAnchors:
        """A directory that OpenSSL's `rehash` made. Raises `FileError`."""
    @staticmethod
    def from_pem(pem: str | Buffer) -> TrustAnchors:
        """PEM certificates with anything between them; what cannot be an anchor is counted in `skipped`."""
    @staticmethod
    def from_der(certificates: Sequence[bytes]) -> TrustAnchors:
        """Certificates in DER; what cannot be an anchor is counted in `skipped`."""
    @property
    def skipped(self) -> int:
        """How many certificates were passed over."""
    def __len__(self) -> int: ...
    def __eq__(self, other: object, /) -> bool: ...

@final
class Pin:
    """A certificate or a public key, named by its SHA-256."""

    @staticmethod
    def certificate(of: Certificate | Buffer) -> Pin:
        """One certificate: itself, or the SHA-256 of its DER."""
    @staticmethod
    def public_key(of: Certificate | Buffer) -> Pin:
        """A public key, which may outlive certificates: a certificate that has it, or its SHA-256."""
    @property
    def kind(self) -> Literal["certificate", "public-key"]:
        """What is named."""
    @property
    def sha256(self) -> bytes:
        """The SHA-256."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class TrustException:
    """A certificate or key that authenticates a peer by the operator's word, until `until` (seconds since 1970)."""

    def __new__(cls, pin: Pin, *, until: int) -> Self: ...
    @property
    def pin(self) -> Pin:
        """What is accepted."""
    @property
    def until(self) -> int:
        """The last second."""

@final
class Peer:
    """Demands for one peer domain: `pins` only restrict, `exceptions` authenticate; the rest replaces the policy's."""

    def __new__(
        cls, *, pins: Sequence[Pin] = ..., exceptions: Sequence[TrustException] = ...,
        requirement: Requirement | None = None, dane_required: bool | None = None, with_subdomains: bool = False,
    ) -> Self: ...

@final
class Policy:
    """What is demanded of a peer and of its TLS: built once, never changed.

    Every setting of the TOML form is a keyword. Without `trust_anchors` the system's are used where any are needed.
    Raises `PolicyError`.
    """

    def __new__(
        cls, preset: Preset, *,
        trust_anchors: TrustAnchors | None = None,
        revocation_lists: Sequence[bytes] | None = None,
        peers: Mapping[str, Peer] | None = None,
        requirement: Requirement = ...,
        gate: Literal["library", "host"] = ...,
        directions: Literal["initiating", "receiving", "both"] = ...,
        stream_starttls: str = ...,
        stream_from_mismatch_is_refused: bool = ...,
        stream_strict_virtual_hosts: bool = ...,
        tls_oldest_version: Version = ...,
        tls_newest_version: Version = ...,
        tls_cipher_suites: Sequence[str] = ...,
        tls_groups: Sequence[str] = ...,
        tls_require_extended_master_secret: bool = ...,
        tls_resumption: str = ...,
        tls_alpn: bool = ...,
        tls_require_alpn: bool = ...,
        tls_starttls_server_name: bool = ...,
        tls_unknown_server_name: Literal["refuse", "use-default"] = ...,
        tls_client_certificate: Literal["never", "request"] = ...,
        tls_client_certificate_minimum: Version = ...,
        tls_key_log: bool = ...,
        pkix_enabled: bool = ...,
        pkix_revocation: str = ...,
        pkix_accept_client_auth_only: bool = ...,
        pkix_configured_host_counts: bool = ...,
        dane_usages: str = ...,
        dane_inbound: bool = ...,
        dane_required: bool = ...,
        posh_enabled: bool = ...,
        posh_mismatch_is_final: bool = ...,
        posh_maximum_age: int = ...,
        dialback_enabled: bool = ...,
        dialback_requires_tls: bool = ...,
        time_limits_before_tls: int = ...,
        time_limits_handshake: int = ...,
        time_limits_verdict: int = ...,
    ) -> Self: ...
    @staticmethod
    def from_toml(text: str, *, trust_anchors: TrustAnchors | None = None) -> Policy:
        """Reads the TOML form. Raises `PolicyError` with line and column, and `FileError` for what it names."""
    @staticmethod
    def from_file(path: Path) -> Policy:
        """Reads a file with all that it names; its relative paths start at its own directory. Raises `FileError`."""
    @property
    def name(self) -> str:
        """The preset's dated name, with `+changes` when anything differs from it."""
    @property
    def service(self) -> Service:
        """The service it is for."""
    @property
    def relaxations(self) -> list[str]:
        """What is given up compared with a strict policy, and what is lost by it."""
    @property
    def trust_anchors(self) -> TrustAnchors:
        """The trust anchors."""
    @property
    def fingerprint(self) -> bytes:
        """SHA-256 of all that it demands."""
    def to_toml(self) -> str:
        """The TOML form with every value."""

@final
class Credential:
    """A certificate chain with its private key."""

    @staticmethod
    def from_pem(chain: str | Buffer, key: str | Buffer | None = None) -> Credential:
        """PEM; without `key` it is in the same text as the chain. Raises `CredentialError`."""
    @staticmethod
    def from_file(chain: Path, key: Path | None = None) -> Credential:
        """PEM files; without `key` it is in the same file as the chain. Raises `FileError`."""
    @property
    def chain(self) -> list[Certificate]:
        """The chain, the end entity's certificate first."""

@final
class Credentials:
    """Credentials by domain.

    `by_domain` maps domains, or `*.` and a domain, to a credential or several of different kinds; `by_names` serve
    the names in their certificates; `default` serves whom no name serves.
    """

    def __new__(
        cls, by_domain: Mapping[str, Credential | Sequence[Credential]] | None = None, *,
        by_names: Sequence[Credential] | None = None, default: Credential | None = None,
    ) -> Self: ...
    def which(self, name: str) -> list[Credential]:
        """The credentials that would serve a name; none if it is not served."""
    def __len__(self) -> int: ...

@final
class Context:
    """What connections share: policy, credentials, tickets. Any thread may use it; reloads count for new ones."""

    def __new__(cls, policy: Policy, credentials: Credentials | None = None) -> Self: ...
    @property
    def policy(self) -> Policy:
        """The policy for the connections to come."""
    @property
    def credentials(self) -> Credentials:
        """The credentials for the connections to come."""
    def set_policy(self, policy: Policy) -> None:
        """Puts another policy in place."""
    def set_credentials(self, credentials: Credentials | None) -> None:
        """Puts other credentials in place."""
    def set_ticket_keys(self, keys: Sequence[Buffer]) -> None:
        """Puts the host's keys of session tickets in place, so that several servers take each other's tickets.

        A key is 48 bytes: an id of 16, then a secret of 32 random ones. The first key seals, all open; there are
        at most 8. No key is made here any more: replace them at least weekly.
        """
    def forget(self, domain: str) -> None:
        """Forgets the tickets of a domain: the next handshake with it is a full one."""

@final
class Endpoint:
    """Where a connection goes, with the DNSSEC states that led there.

    `srv` is none when there was no SRV record; `configured` says that a person tied the host to the domain.
    """

    def __new__(
        cls, target: str, port: int, *, transport: Transport = "starttls", srv: Dnssec | None = None,
        addresses: Dnssec = "insecure", canonical: str | None = None, configured: bool = False,
    ) -> Self: ...
    @property
    def target(self) -> str:
        """The host that is dialled."""
    @property
    def port(self) -> int:
        """The port."""
    @property
    def transport(self) -> Transport:
        """How TLS starts there."""
    @property
    def srv(self) -> Dnssec | None:
        """The DNSSEC state of the SRV answer."""
    @property
    def addresses(self) -> Dnssec:
        """The DNSSEC state of the addresses."""
    @property
    def canonical(self) -> str | None:
        """The name that the target's secure CNAMEs end at."""
    @property
    def configured(self) -> bool:
        """Whether a person tied this host to the domain."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class ClientHello:
    """What a client asks for."""

    @property
    def server_name(self) -> str | None:
        """The domain it names."""
    @property
    def alpn(self) -> list[bytes]:
        """The application protocols it offers."""
    @property
    def cipher_suites(self) -> list[str]:
        """The suites it offers that are known."""
    @property
    def groups(self) -> list[str]:
        """The groups it offers that are known."""

@final
class Connection:
    """One end of a connection: bytes and time in, bytes and events out. It owns no socket.

    After every call that drives it there may be something to `transmit`, an event, and another `deadline`. Calls
    raise `ConnectionFailed` – one of its subclasses – once it failed, and `ConnectionClosed` for what needs a direction
    that this end closed.
    """

    @staticmethod
    def initiating(
        context: Context, domain: str | None, *, transport: Transport = "starttls",
        verification: PreparedVerification | None = None, own_domain: str | None = None,
        server_name: str | None = None, alpn: Sequence[bytes] | None = None, host_gate: bool = False,
        key_log: bool = False, clock: ManualClock | None = None,
    ) -> Connection:
        """A connection to a domain: the XMPP domain that is meant, never the host that is dialled.

        `verification` is evidence gathered before; `own_domain` is who we are, between servers; `server_name`
        replaces the one that is sent, and an empty one sends none; `host_gate` leaves it to the caller to wait for
        a verdict; with `key_log` the secrets can be read.
        """
    @staticmethod
    def accepting(
        context: Context, *, transport: Transport = "starttls", stop_at_client_hello: bool = False,
        alpn: Sequence[bytes] | None = None, host_gate: bool = False, key_log: bool = False,
        clock: ManualClock | None = None,
    ) -> Connection:
        """A connection that a peer opened. It says nothing before it was fed."""
    def receive(self, data: Buffer | None = None, /) -> bytes:
        """Takes bytes of the peer, and gives the plaintext that can be had.

        Raises `BufferError` when too much comes while a choice or a verdict is awaited.
        """
    def write(self, data: Buffer, /) -> int:
        """Takes application bytes, and says how many: they are kept until they may pass, up to a limit."""
    def write_out(self, data: Buffer, /) -> bytes:
        """Takes all of `data`, and gives what is to be sent to the peer: `write` and `transmit` in one call.

        Raises `BufferError` when not all of it could be taken because nothing passes yet.
        """
    def transmit(self) -> bytes:
        """Gives what is to be sent to the peer; also after a failure, so that the peer learns of it."""
    @property
    def transmit_pending(self) -> int:
        """How many bytes for the peer wait, as far as they exist already: exact once TLS is up."""
    def close(self) -> None:
        """Closes our direction: close_notify is to be transmitted."""
    def end_of_input(self) -> None:
        """Tells that the transport ended."""
    def advance(self) -> None:
        """Tells that time passed: a time limit that was reached takes effect."""
    @property
    def deadline(self) -> float | None:
        """When to call `advance` if nothing happens before, in seconds of `time.monotonic()`."""
    def next_event(self) -> Event | None:
        """The next thing that happened."""
    def events(self) -> list[Event]:
        """Everything that happened since it was asked last."""
    @property
    def phase(self) -> Phase:
        """Where it stands."""
    @property
    def failure(self) -> ConnectionFailed | None:
        """The failure as an exception object, once it failed."""
    @property
    def service(self) -> Service:
        """The service."""
    @property
    def direction(self) -> Direction:
        """Our end of it."""
    @property
    def transport(self) -> Transport:
        """How TLS starts."""
    @property
    def domain(self) -> str | None:
        """The domain that is meant (initiating)."""
    @property
    def policy_name(self) -> str:
        """The name of the policy that it keeps."""
    @property
    def gate(self) -> Literal["library", "host"]:
        """Who keeps application bytes back."""
    @property
    def gate_open(self) -> bool:
        """Whether application bytes may pass."""
    @property
    def version(self) -> Version | None:
        """The version agreed on."""
    @property
    def cipher_suite(self) -> str | None:
        """The suite agreed on, by IANA's name."""
    @property
    def group(self) -> str | None:
        """The group of the key exchange, by IANA's name."""
    @property
    def post_quantum(self) -> bool:
        """Whether a recording stays secret from a later quantum computer."""
    @property
    def signature_scheme(self) -> str | None:
        """How the peer signed."""
    @property
    def alpn(self) -> bytes | None:
        """The application protocol agreed on."""
    @property
    def server_name(self) -> str | None:
        """The name in the client hello (receiving)."""
    @property
    def resumed(self) -> bool:
        """Whether the session was resumed."""
    @property
    def reset_advised(self) -> bool:
        """Whether the stream should be reset soon, because keys of TLS 1.2 wear out."""
    @property
    def peer_certificates(self) -> list[Certificate]:
        """The peer's chain as it was presented, also after a failure."""
    @property
    def own_certificates(self) -> list[Certificate]:
        """The chain that we showed."""
    @property
    def certificate_requested(self) -> bool:
        """Whether the server asked for a certificate (initiating)."""
    @property
    def alert(self) -> int | None:
        """The number of the alert that ended it."""
    @property
    def unverified(self) -> dict[str, Any] | None:
        """What the peer said before TLS – `from`, `to`, `id`, `starttls_required` –, which nobody vouches for."""
    def channel_binding(self, kind: BindingType = "tls-exporter") -> bytes:
        """The value of a channel binding. Raises `NoChannelBinding`; there is never another value instead."""
    def next_key_log_line(self) -> str | None:
        """The next line of the key log."""
    @property
    def client_hello(self) -> ClientHello | None:
        """What the client asks for, while the connection waits for a choice."""
    def choose(
        self, *, context: Context | None = None, domain: str | None = None, protocol: bytes | None = None,
    ) -> None:
        """Goes on after the client hello: with another context, whose credentials, which protocol."""
    def refuse_client_hello(self, alert: int) -> None:
        """Refuses the client hello with this alert."""
    def verification(
        self, domain: str, *, endpoint: Endpoint | None = None, policy: Policy | None = None,
    ) -> Verification:
        """A verification of the peer as `domain`, from what it presented; any number may be made."""
    def conclude(self, verdict: Verdict) -> None:
        """Takes a verdict. While the library keeps the gate it opens it, or ends the connection."""
    @property
    def verdicts(self) -> list[Verdict]:
        """The latest verdict of each pair."""
    def verdict(self, domain: str | None = None) -> Verdict | None:
        """The latest verdict about `domain`, or about the domain that is meant."""
    def report_texts(self) -> tuple[str, str]:
        """What is to be shown of the connection, as JSON and as lines for people: see `Report`."""

@final
class Certificate:
    """What a certificate says. Text that its maker wrote is escaped for one line. Raises `ValueError` for odd DER."""

    def __new__(cls, der: Buffer) -> Self: ...
    @property
    def der(self) -> bytes:
        """The bytes."""
    @property
    def pem(self) -> str:
        """As PEM."""
    @property
    def names(self) -> list[str]:
        """The identifiers in subjectAltName: dNSName, SRVName, XMPP address, iPAddress."""
    @property
    def dns_names(self) -> list[str]:
        """The dNSNames."""
    @property
    def srv_names(self) -> list[str]:
        """The SRVNames."""
    @property
    def xmpp_addresses(self) -> list[str]:
        """The XMPP addresses."""
    @property
    def ip_addresses(self) -> list[str]:
        """The IP addresses."""
    @property
    def subject(self) -> tuple[tuple[str, str], ...]:
        """The subject: pairs of a type's short name, or its OID, and a value."""
    @property
    def issuer(self) -> tuple[tuple[str, str], ...]:
        """The issuer, as `subject`."""
    @property
    def serial(self) -> bytes:
        """The serial number."""
    @property
    def version(self) -> int:
        """The version, 3 as a rule."""
    @property
    def not_before(self) -> int:
        """The first second of validity, in seconds since 1970."""
    @property
    def not_after(self) -> int:
        """The last second of validity, in seconds since 1970."""
    @property
    def key(self) -> str:
        """The kind of key."""
    @property
    def signature(self) -> str:
        """How the issuer signed."""
    @property
    def is_ca(self) -> bool:
        """Whether it says that it is an authority."""
    @property
    def is_self_issued(self) -> bool:
        """Whether subject and issuer are the same."""
    @property
    def purposes(self) -> list[str]:
        """The purposes in extendedKeyUsage; empty when it has none."""
    @property
    def sha256(self) -> bytes:
        """SHA-256 of the DER."""
    @property
    def public_key_sha256(self) -> bytes:
        """SHA-256 of the SubjectPublicKeyInfo: what TLSA `3 1 1` holds."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Reason:
    """Why a proof failed, or what explains a verdict."""

    @property
    def code(self) -> int:
        """The number, stable for good."""
    @property
    def name(self) -> str:
        """The word for it."""
    @property
    def clause(self) -> str:
        """The clause behind it."""
    @property
    def text(self) -> str:
        """One line for people."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Attempt:
    """One proof of the trail."""

    @property
    def proof(self) -> Proof:
        """Which."""
    @property
    def outcome(self) -> Literal["passed", "failed", "not_tried", "skipped"]:
        """How it ended."""
    @property
    def method(self) -> Method | None:
        """By which method it proved the peer."""
    @property
    def not_tried(self) -> str | None:
        """Why it could not be tried."""
    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why it failed."""

@final
class Verdict:
    """The answer: who the peer is, by which proof, and every reason found on the way. It never changes."""

    @property
    def level(self) -> Level:
        """How surely the peer is known."""
    @property
    def method(self) -> Method | None:
        """By which proof; none unless authenticated or weak."""
    @property
    def domain(self) -> str:
        """The domain that was judged."""
    @property
    def service(self) -> Service:
        """The service."""
    @property
    def direction(self) -> Direction:
        """Our end of the stream."""
    @property
    def permitted(self) -> bool:
        """Whether the pair may be authorised under the verdict's policy."""
    @property
    def may_use_plain(self) -> bool:
        """Whether SASL PLAIN may be used with this server."""
    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Every reason found, those of failed proofs beside a successful one too."""
    @property
    def notes(self) -> tuple[Reason, ...]:
        """What explains the verdict without deciding it."""
    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """The trail: every proof once, in the order in which they are tried."""
    @property
    def chain(self) -> list[Certificate]:
        """The peer's certificates, its own first; there after a refusal, too."""
    @property
    def judged_at(self) -> int:
        """When it was judged, in seconds since 1970."""
    @property
    def valid_until(self) -> int | None:
        """The last second at which all that it rests on is valid; none when nothing ends."""
    @property
    def possession_shown(self) -> bool:
        """Whether a handshake showed that the peer holds the key."""
    @property
    def resumed(self) -> bool:
        """Whether the certificates came from an earlier handshake."""
    @property
    def policy(self) -> str:
        """The name of the policy."""
    @property
    def alert(self) -> int | None:
        """The number of the TLS alert that tells the peer why it is refused."""
    @property
    def openssl_code(self) -> int:
        """The number that OpenSSL's certificate verification would give, `X509_V_…`; 0 for an authenticated peer alone."""
    def to_json(self) -> str:
        """The verdict as JSON, in one line."""

@final
class Question:
    """One question of a verification."""

    @property
    def kind(self) -> QuestionKind:
        """What is asked for."""
    @property
    def number(self) -> int:
        """The number within its verification."""
    @property
    def subject(self) -> str:
        """What exactly: the owner name of TLSA records, the URL of a POSH document, the domain of the rest."""

@final
class Answer:
    """An answer to a question. `absent`, `failed` and `not_asked` fit every question."""

    @staticmethod
    def absent(dnssec: Dnssec = "insecure") -> Answer:
        """There is nothing, in this DNSSEC state."""
    @staticmethod
    def failed(why: Failure) -> Answer:
        """It could not be had."""
    @staticmethod
    def not_asked() -> Answer:
        """The host cannot ask this, or chose not to."""
    @staticmethod
    def tlsa(
        host: str, port: int, records: Sequence[str | Buffer], *, dnssec: Dnssec, valid_until: int | None = None,
    ) -> Answer:
        """TLSA records, each as RDATA or as in a zone file, found at `_PORT._tcp.HOST`."""
    @staticmethod
    def posh(
        url: str, document: Buffer, *, fetched_at: int, https_verified: bool, reference: Buffer | None = None,
    ) -> Answer:
        """A POSH document for `url`; with `reference` the document at `url` pointed at it."""
    @staticmethod
    def targets(endpoints: Sequence[Endpoint]) -> Answer:
        """The targets of a domain that connects to us."""
    @staticmethod
    def history(text: str, domain: str, service: Service = "c2s") -> Answer:
        """What was seen of the domain before, as it was stored. Raises `HistoryError`."""
    @staticmethod
    def revocation_lists(texts: Sequence[Buffer]) -> Answer:
        """Revocation lists, in PEM or DER, those of the policy included."""
    @staticmethod
    def user(jid: str) -> Answer:
        """The bare JID of the user whom the host knows by this certificate."""
    @staticmethod
    def dialback(*, valid: bool, dnssec: bool, over_tls: bool) -> Answer:
        """What the authoritative server said of a dialback key."""

@final
class Verification:
    """From evidence to a verdict: questions out, answers in."""

    @staticmethod
    def prepare(
        domain: str, policy: Policy, *, endpoint: Endpoint | None = None, direction: Direction = "initiating",
    ) -> Verification:
        """Starts before a connection: gathers what is needed to judge whatever is presented."""
    @staticmethod
    def of_chain(
        domain: str, policy: Policy, chain: Sequence[Certificate], *, endpoint: Endpoint | None = None,
        direction: Direction = "initiating",
    ) -> Verification:
        """Starts from a chain alone, the end entity's certificate first."""
    def with_dialback(self, *, originating: str, receiving: str, stream_id: str) -> Verification:
        """A copy that asks for a dialback answer when nothing better proves the peer."""
    def next_question(self) -> Question | None:
        """The next question that was not taken yet; further ones may follow each answer."""
    @property
    def open_questions(self) -> list[Question]:
        """All questions that wait for their answer."""
    def answer(self, question: Question, answer: Answer) -> None:
        """Takes an answer. Raises `AnswerError`; the question then stays as it was."""
    def is_ready(self, now: int | None = None) -> bool:
        """Whether every question is answered and none follows."""
    def decide(self, now: int | None = None) -> Verdict:
        """The verdict on what was presented; open questions count as not asked."""
    def prepared(self) -> PreparedVerification:
        """A frozen copy that judges any chain later."""
    @property
    def domain(self) -> str:
        """The domain that is judged."""

@final
class PreparedVerification:
    """A verification whose evidence is complete, ready to judge what a handshake brings."""

    def forbids_to_connect(self, now: int | None = None) -> Verdict | None:
        """The refusal, when DNSSEC forbids even to connect."""
    def judge(self, chain: Sequence[Certificate], now: int | None = None) -> Verdict:
        """Judges a chain alone: the verdict says that possession of the key was not shown."""
    @property
    def domain(self) -> str:
        """The domain that is judged."""
    @property
    def endpoint(self) -> Endpoint | None:
        """Where the connection goes."""
    @property
    def policy(self) -> Policy:
        """The policy."""

@final
class History:
    """What was seen of a domain's certificates; the caller keeps it."""

    def __new__(cls, domain: str, service: Service = "c2s") -> Self: ...
    @staticmethod
    def from_json(text: str, domain: str, service: Service = "c2s") -> History:
        """Reads what `to_json` wrote. Raises `HistoryError`: damage is an error, never an empty history."""
    def to_json(self) -> str:
        """The text to store."""
    @property
    def domain(self) -> str:
        """The domain."""
    @property
    def service(self) -> Service:
        """The service."""
    def observe(self, verdict: Verdict, now: int | None = None) -> Observation | None:
        """Compares a verdict with it; none when the peer presented no certificate."""
    def __len__(self) -> int: ...
    def __eq__(self, other: object, /) -> bool: ...

@final
class Observation:
    """What changed since the domain was seen before, and how loudly to say so."""

    @property
    def change(self) -> Change:
        """What changed."""
    @property
    def loudness(self) -> Loudness:
        """How loudly to say so."""
    @property
    def announced(self) -> bool:
        """Whether DNS or POSH announced the new certificate."""
    @property
    def to_store(self) -> History | None:
        """The history to keep from now on; none when there is nothing to record."""

@final
class Request:
    """One look-up."""

    @staticmethod
    def candidates(domain: str, service: Service = "c2s") -> Request:
        """Where to connect for a domain's service."""
    @staticmethod
    def gather(domain: str, service: Service = "c2s") -> Request:
        """All that is needed before connecting: targets, TLSA for each, and POSH."""
    @staticmethod
    def endpoint(endpoint: Endpoint) -> Request:
        """Addresses and TLSA of one endpoint."""
    @staticmethod
    def question(question: Question) -> Request:
        """What a verification asks."""

@final
class Candidate:
    """A target to try."""

    @property
    def endpoint(self) -> Endpoint:
        """Target, port, transport and the DNSSEC states that led there."""
    @property
    def addresses(self) -> list[str]:
        """Addresses in the order of trying."""
    @property
    def outcome(self) -> Outcome:
        """How looking for addresses ended."""
    @property
    def tlsa(self) -> dict[str, list[str]]:
        """The TLSA records by owner name, each as in a zone file."""

@final
class Reply:
    """What a look-up found."""

    @property
    def candidates(self) -> list[Candidate]:
        """Where to connect, the first to try in front; empty when nothing was found."""
    @property
    def outcome(self) -> Outcome:
        """How looking for targets ended; `absent`: the domain does not offer the service."""
    @property
    def posh_outcome(self) -> Outcome:
        """How looking for a POSH document ended."""
    def answer(self, question: Question) -> Answer | None:
        """The answer to a verification's question, when it is in here."""
    @property
    def resolver_without_dnssec(self) -> bool:
        """Whether the resolver leaves DNSSEC out, so that DANE cannot be used behind it."""
    @property
    def effort(self) -> dict[str, int]:
        """What it cost: `dns_queries`, `cached`, `https_connections`, `https_requests`."""

@final
class Lookup:
    """Look-ups over the network, run by one thread that starts with the first of them.

    `servers` replaces those of the system, `dnssec_trust_anchors` (DNSKEY lines) the root's keys. Without
    `https_trust_anchors` POSH documents cannot be fetched. Only public addresses are dialled for POSH, and those of
    `allow_networks`. `accept_resolver_without_dnssec` gives DANE up.
    """

    def __new__(
        cls, *, servers: Sequence[str] | None = None, dnssec_trust_anchors: str | None = None,
        https_trust_anchors: TrustAnchors | None = None, https_port: int = 443, allow_networks: Sequence[str] = ...,
        accept_resolver_without_dnssec: bool = False,
    ) -> Self: ...
    def ask(self, request: Request, *, timeout: float = 15.0) -> Reply:
        """Looks up and waits, at most for `timeout` seconds. Raises `LookupFailed`."""
    def submit(self, request: Request, *, timeout: float = 15.0) -> int:
        """Starts a look-up, and returns its number for `collect`. Raises `LookupFailed`."""
    def collect(self) -> tuple[int, Reply | BaseException] | None:
        """The next finished look-up: its number, and a reply or an exception object."""
    def cancel(self, number: int) -> bool:
        """Gives up a look-up."""
    def flush(self, domain: str) -> None:
        """Forgets all that is kept about a domain."""
    def fileno(self) -> int:
        """A descriptor that is readable while `collect` has something to give. Only to be polled."""

@final
class Secret:
    """The secret that dialback keys are made with. It is never shown. Raises `ValueError` if it is too short."""

    def __new__(cls, secret: str | Buffer) -> Self: ...
    def key(self, *, receiving: str, originating: str, stream_id: str) -> str:
        """The key for a stream."""
    def matches(self, key: str, *, receiving: str, originating: str, stream_id: str) -> bool:
        """Whether `key` is the one for this stream; it takes the same time wherever a difference lies."""
