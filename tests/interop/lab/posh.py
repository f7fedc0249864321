"""A web server that gives one POSH document at the places that RFC 7711 section 3 names.

    posh.py ADDRESS DOCUMENT CERTIFICATE KEY [silent]

With `silent` it takes requests and never answers.
"""

import http.server
import ssl
import sys
import time
from pathlib import Path


class Posh(http.server.BaseHTTPRequestHandler):
    """Answers requests for the document of servers' streams."""

    def do_GET(self):  # noqa: N802, the name is http.server's
        """The document, or 404."""
        if sys.argv[5:] == ["silent"]:
            time.sleep(60)
        found = self.path == "/.well-known/posh/xmpp-server.json"
        body = Path(sys.argv[2]).read_bytes() if found else b""
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main():
    """Serves until it is stopped."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[3], sys.argv[4])
    server = http.server.ThreadingHTTPServer((sys.argv[1], 443), Posh)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
