"""Channel binding for slixmpp, whose own look at `ssl` finds no `tls-exporter` there."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any

from xmpptls.ssl._object import SSLObject


def bind_channel(client: Any) -> None:
    """Lets a slixmpp client use SCRAM-…-PLUS with `tls-exporter` on connections of this package.

    slixmpp takes a channel binding only where CPython's `ssl` module lists its type. This hands the value over by
    slixmpp's own `sasl_callback`; neither slixmpp nor `ssl` is altered.
    """
    mechanisms = client.plugin["feature_mechanisms"]
    ask: Callable[[set[str], set[str]], dict[str, Any]] = mechanisms.sasl_callback

    def with_binding(required: set[str], optional: set[str]) -> dict[str, Any]:
        known = ask(required, optional)
        connection = client.socket
        if "channel_binding" in required | optional and isinstance(connection, SSLObject):
            is_new = connection.version() == "TLSv1.3"
            known["channel_binding"] = connection.get_channel_binding("tls-exporter") if is_new else None
        return known

    mechanisms.sasl_callback = with_binding


def ssl_object_of(client: Any) -> SSLObject:
    """The connection of a slixmpp client that is up; its `report` says how."""
    connection = client.socket
    if not isinstance(connection, SSLObject):
        raise ssl.SSLError("the client is not connected by xmpptls")
    return connection
