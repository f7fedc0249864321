"""Keys of session tickets that the nodes of a cluster share, in Redis or Valkey: docs/guide/14-cluster.md.

    secret = ticket_keys.read_secret("cluster.secret")
    keys = ticket_keys.TicketKeys(context, redis.asyncio.Redis.from_url(url), secret, "example")
    await keys.begin()                              # a node has read the keys before it serves
    task = asyncio.create_task(keys.follow())       # and follows them from then on

Time is cut into periods, and each has its key. Whoever first finds none for this period or the one after makes it,
if there is still none; everybody else takes what is there. A record is sealed with the cluster's secret, so the
store and its backups tell no keys.
"""

from __future__ import annotations

import asyncio
import os
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path

import redis.asyncio
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from redis.exceptions import RedisError

import xmpptls

LABEL = b"XTK\x01"
NONCE = 12
HEAD = struct.Struct(">4sQI")  # label, beginning of the period, its seconds
KEY = 48
LIFETIME = 12 * 3600  # of a ticket, in the library


class RecordError(Exception):
    """What lies in the store is no key for this place."""


class NoTicketKeys(Exception):
    """A node cannot begin: the store is away, or what lies there cannot be used."""


def read_secret(path: str | Path) -> bytes:
    """The secret of the cluster: a file with 64 hexadecimal digits, as `openssl rand -hex 32` prints them."""
    secret = bytes.fromhex(Path(path).read_text(encoding="ascii"))
    if len(secret) != 32:
        raise ValueError(f"{path}: 64 hexadecimal digits are needed")
    return secret


def seal(secret: bytes, cluster: str, begin: int, period: int, key: bytes) -> bytes:
    """A record for the store."""
    nonce = os.urandom(NONCE)
    return LABEL + nonce + AESGCM(secret).encrypt(nonce, HEAD.pack(LABEL, begin, period) + key + cluster.encode(), None)


def unseal(secret: bytes, cluster: str, begin: int, period: int, record: bytes | str) -> bytes:
    """The key in a record, which must be that of this cluster and period."""
    if isinstance(record, str):
        raise TypeError("a client with decode_responses cannot read records")
    head, nonce, sealed = record[:4], record[4:4 + NONCE], record[4 + NONCE:]
    if head != LABEL or len(sealed) < HEAD.size + KEY + 16:
        raise RecordError("a record of another layout")
    try:
        plain = AESGCM(secret).decrypt(nonce, sealed, None)
    except InvalidTag:
        raise RecordError("not sealed with this cluster's secret, or changed since") from None
    if plain[:HEAD.size] + plain[HEAD.size + KEY:] != HEAD.pack(LABEL, begin, period) + cluster.encode():
        raise RecordError("the record of another cluster, time or period")
    return plain[HEAD.size:HEAD.size + KEY]


def _print(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


class TicketKeys:
    """The keys that a node holds, by the beginning of their periods, and gives to its context."""

    def __init__(self, context: xmpptls.Context, store: redis.asyncio.Redis, secret: bytes, cluster: str, *,
                 period: int = 24 * 3600, clock: Callable[[], float] = time.time,
                 log: Callable[[str], None] = _print) -> None:
        if not 3 * 3600 <= period <= 7 * 24 * 3600:
            raise ValueError("a period is between three hours and seven days")
        if not 1 <= len(cluster.encode()) <= 64:
            raise ValueError("a cluster's name has 1 to 64 bytes")
        self._context, self._store, self._secret, self._cluster = context, store, secret, cluster
        self._period, self._clock, self._log = period, clock, log
        self._kept = LIFETIME // period + 1  # periods for which tickets still come back, and one for clocks that differ
        self._held: dict[int, bytes] = {}

    async def begin(self) -> None:
        """Reads the keys, or makes those that nobody made yet. Nothing may be served before."""
        if problems := await self.refresh():
            raise NoTicketKeys(problems[0])

    async def follow(self, every: float = 60) -> None:
        """Looks into the store again and again, until it is cancelled."""
        while True:
            await asyncio.sleep(every)
            for problem in await self.refresh():
                self._log(f"ticket keys: {problem}; the keys held stay")

    async def refresh(self) -> list[str]:
        """Takes over what lies in the store; says what could not be used."""
        now = int(self._clock())
        current = now - now % self._period
        problems: list[str] = []
        try:
            self._held = await self._read(now, current, problems)
        except (RedisError, OSError) as away:
            problems.append(f"the store is away: {away}")
        self._give(current)
        return problems

    def _name(self, begin: int) -> str:
        return f"xmpptls:ticket-key:{self._cluster}:{begin}"

    async def _read(self, now: int, current: int, problems: list[str]) -> dict[int, bytes]:
        begins = [current + number * self._period for number in range(1, -self._kept - 1, -1)]
        records = await self._store.mget([self._name(begin) for begin in begins])
        found: dict[int, bytes] = {}
        for begin, record in zip(begins, records):
            held = self._held.get(begin)
            if record is None and begin >= current:
                record = await self._make(begin, now, held)
            if held is not None:
                found[begin] = held
            if record is None:
                continue
            try:
                found[begin] = unseal(self._secret, self._cluster, begin, self._period, record)
            except RecordError as error:
                problems.append(f"{self._name(begin)}: {error}")
            if held is not None and found[begin] != held:
                self._log(f"ticket keys: {self._name(begin)}: replaced in the store, and here")
        return found

    async def _make(self, begin: int, now: int, held: bytes | None) -> bytes | str | None:
        """Writes a key if there is still none; whatever stands there then is everybody's.

        A store that lost its records gets back what is held.
        """
        record = seal(self._secret, self._cluster, begin, self._period, held or os.urandom(KEY))
        seconds = begin + (self._kept + 1) * self._period - now
        await self._store.set(self._name(begin), record, nx=True, ex=seconds)
        return await self._store.get(self._name(begin))

    def _give(self, current: int) -> None:
        """The newest key whose period has begun seals; all open. The last one stays, however old."""
        begun = [begin for begin in self._held if begin <= current]
        if not begun:
            return
        first = max(begun)
        oldest = current - self._kept * self._period
        self._held = {begin: key for begin, key in self._held.items() if begin >= oldest or begin == first}
        order = [first, *sorted((begin for begin in self._held if begin != first), reverse=True)]
        self._context.set_ticket_keys([self._held[begin] for begin in order])
