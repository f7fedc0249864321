"""Which channel binding a SASL exchange uses (XEP-0440, XEP-0474).

>>> choose(["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"], ["tls-exporter"], ["tls-exporter"])
'tls-exporter'
>>> choose(["SCRAM-SHA-256"], [], ["tls-exporter"])
'y'
"""

from xmpptls._xmpptls import choose_channel_binding as choose
from xmpptls._xmpptls import downgrade_hash

__all__ = ["choose", "downgrade_hash"]
