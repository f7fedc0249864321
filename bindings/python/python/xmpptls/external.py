"""SASL EXTERNAL: as whom a certificate lets its holder act (RFC 6120, XEP-0178).

>>> authzid_from_wire("=") is None
True
>>> authzid_from_wire("anVsaWV0QGV4YW1wbGUub3Jn")
'juliet@example.org'
>>> resolve_server(None, "example.org")
'example.org'
"""

from xmpptls._xmpptls import authzid_from_wire, resolve_server, resolve_user

__all__ = ["authzid_from_wire", "resolve_server", "resolve_user"]
