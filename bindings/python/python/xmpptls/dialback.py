"""Dialback keys (XEP-0220, made as XEP-0185 says).

>>> secret = Secret("s3cr3tf0rd14lb4ck")
>>> key = secret.key(receiving="xmpp.example.com", originating="example.org", stream_id="D60000229F")
>>> secret.matches(key, receiving="xmpp.example.com", originating="example.org", stream_id="D60000229F")
True
>>> secret.matches(key, receiving="xmpp.example.com", originating="example.net", stream_id="D60000229F")
False
"""

from xmpptls._xmpptls import Secret, may_join

__all__ = ["Secret", "may_join"]
