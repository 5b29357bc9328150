"""TLS in front of a plain port: what a provider's own load balancer does."""

import contextlib
import socket
import ssl
import subprocess
import threading


def make_certificate(folder):
    """For `localhost`, signed by itself: (certificate, key)."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                    "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    return certificate, key


def _copy(source, target):
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


class TlsFront:
    def __init__(self, plain_port, certificate, key):
        self._plain_port = plain_port
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate, key)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.connections = 0  # whose handshake went well
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):  # closed
            while True:
                threading.Thread(target=self._serve, args=(self._listener.accept()[0],), daemon=True).start()

    def _serve(self, raw):
        with contextlib.suppress(OSError), contextlib.closing(raw):
            inner = self._context.wrap_socket(raw, server_side=True)
            self.connections += 1
            outer = socket.create_connection(("127.0.0.1", self._plain_port), timeout=10)
            outer.settimeout(None)
            other = threading.Thread(target=_copy, args=(outer, inner), daemon=True)
            other.start()
            _copy(inner, outer)
            other.join()
            inner.close()
            outer.close()

    def end(self):
        self._listener.close()
