"""Look-ups without blocking the event loop, and the evidence for a verification."""

from __future__ import annotations

import asyncio
import weakref

from xmpptls._xmpptls import (
    Answer,
    Lookup,
    Policy,
    PreparedVerification,
    Reply,
    Request,
    TrustAnchors,
    Verification,
)

_watchers: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, dict[int, _Watcher]] = weakref.WeakKeyDictionary()
_defaults: list[tuple[TrustAnchors, Lookup]] = []


class _Watcher:
    """Hands the outcomes of one `Lookup` to those who wait for them in one event loop."""

    def __init__(self, lookup: Lookup, loop: asyncio.AbstractEventLoop) -> None:
        self.lookup = lookup
        self.loop = loop
        self.waiting: dict[int, asyncio.Future[Reply]] = {}

    async def ask(self, request: Request, timeout: float) -> Reply:
        number = self.lookup.submit(request, timeout=timeout)
        future: asyncio.Future[Reply] = self.loop.create_future()
        if not self.waiting:
            self.loop.add_reader(self.lookup.fileno(), self._collect)
        self.waiting[number] = future
        try:
            return await future
        finally:
            # What was collected is not waited for any more, and another watcher may have the descriptor by now.
            if self.waiting.pop(number, None) is not None:
                self.lookup.cancel(number)
                self._rest()

    def _collect(self) -> None:
        while (finished := self.lookup.collect()) is not None:
            number, outcome = finished
            future = self.waiting.pop(number, None)
            if future is None or future.done():
                continue
            if isinstance(outcome, BaseException):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)
        self._rest()

    def _rest(self) -> None:
        if not self.waiting and not self.loop.is_closed():
            self.loop.remove_reader(self.lookup.fileno())


async def ask(lookup: Lookup, request: Request, *, timeout: float = 15.0) -> Reply:
    """Looks up. A `Lookup` belongs to one event loop at a time; cancelling the call gives the look-up up."""
    loop = asyncio.get_running_loop()
    watchers = _watchers.setdefault(loop, {})
    watcher = watchers.get(id(lookup))
    if watcher is None or watcher.lookup is not lookup:
        watcher = watchers[id(lookup)] = _Watcher(lookup, loop)
    try:
        return await watcher.ask(request, timeout)
    finally:
        if not watcher.waiting and watchers.get(id(lookup)) is watcher:
            del watchers[id(lookup)]


def default_lookup(policy: Policy) -> Lookup:
    """The `Lookup` that is used where none is given: the system's servers, and the policy's anchors for POSH.

    Policies with the same anchors share one, with its thread and cache; with others no document is fetched.
    """
    anchors = policy.trust_anchors
    for known, lookup in _defaults:
        if known == anchors:
            return lookup
    lookup = Lookup(https_trust_anchors=anchors if len(anchors) else None)
    _defaults.append((anchors, lookup))
    return lookup


async def gather_evidence(verification: Verification, *, lookup: Lookup, reply: Reply | None = None,
                          timeout: float = 15.0) -> PreparedVerification:
    """Answers all questions of a verification, from `reply` first and from the network second.

    What cannot be looked up is answered as not asked; give such answers before.
    """
    while (question := verification.next_question()) is not None:
        answer = reply.answer(question) if reply is not None else None
        if answer is None and question.kind in ("tlsa", "posh", "srv"):
            found = await ask(lookup, Request.question(question), timeout=timeout)
            answer = found.answer(question)
        verification.answer(question, answer if answer is not None else Answer.not_asked())
    return verification.prepared()
