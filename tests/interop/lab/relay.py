"""Somebody in the middle: a TLS session with the client, another one with the server, and every octet passed on."""

import socket
import ssl
import threading


class Relay:
    """Use as a context; `port` on 127.0.0.1 is where clients are lured to. `credentials` names a certificate and a key
    (paths) that clients take for the server's. Speaks TLS from the first octet at both ends.
    """

    def __init__(self, credentials, address, port, name):
        self.server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.server.load_cert_chain(*credentials)
        self.client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.client.check_hostname, self.client.verify_mode = False, ssl.CERT_NONE
        self.target, self.name = (address, port), name
        self.passed = b""  # what clients said, in the clear
        self.open = []

    def __enter__(self):
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        for end in self.open:
            end.close()

    def _serve(self):
        while True:
            try:
                raw, _ = self.listening.accept()
            except OSError:
                return  # closed by __exit__
            threading.Thread(target=self._relay, args=(raw,), daemon=True).start()

    def _relay(self, raw):
        try:
            near = self.server.wrap_socket(raw, server_side=True)
            far = self.client.wrap_socket(socket.create_connection(self.target, 5), server_hostname=self.name)
        except OSError:
            raw.close()
            return
        self.open += [near, far]
        threading.Thread(target=self._pass_on, args=(far, near), daemon=True).start()
        self._pass_on(near, far, keep=True)

    def _pass_on(self, source, sink, keep=False):
        try:
            while data := source.recv(16384):
                if keep:
                    self.passed += data
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # one of the ends left
