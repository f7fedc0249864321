#!/usr/bin/env python3
"""Logs in with slixmpp and says how: a client that was written without us in mind.

    slixmpp_login.py JID PASSWORD ADDRESS PORT CA-FILE starttls|direct [--mechanism NAME] [--tls12]

Prints "online VERSION SUITE MECHANISM" and exits with 0; or prints "refused REASON" and exits with 1. The server's
certificate must lead to CA-FILE and carry the JID's domain.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from lab.xmpp import Account, Refused, log_in  # noqa: E402


def main():
    """One login."""
    parser = argparse.ArgumentParser(usage=__doc__)
    for name in ("jid", "password", "address"):
        parser.add_argument(name)
    parser.add_argument("port", type=int)
    parser.add_argument("ca")
    parser.add_argument("how", choices=("starttls", "direct"))
    parser.add_argument("--mechanism")
    parser.add_argument("--tls12", action="store_true")
    options = parser.parse_args()
    account = Account(options.jid, options.password, options.address, options.port, ca=options.ca,
                      direct=options.how == "direct", mechanism=options.mechanism, tls12=options.tls12)
    try:
        print("online", *log_in(account))
    except Refused as refusal:
        print(f"refused {refusal}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
