"""Receivers that take everything and keep nothing, one for each way of sending."""

import contextlib
import http.server
import ssl
import subprocess
import threading
from concurrent import futures


class _Sink(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def certificate(directory):
    """A certificate for localhost that is its own authority, and its key: (cert.pem, key.pem)."""
    cert, key = directory / "cert.pem", directory / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
    return cert, key


@contextlib.contextmanager
def _http(tls=None):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Sink)
    server.daemon_threads = True
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()


@contextlib.contextmanager
def plain(_, *extra):
    with _http() as port:
        yield ["--otlp-endpoint", f"http://localhost:{port}", *extra]


def gzip(directory):
    return plain(directory, "--otlp-compression", "gzip")


def json(directory):
    return plain(directory, "--otlp-protocol", "httpjson")


@contextlib.contextmanager
def tls(directory):
    pair = certificate(directory)
    with _http(pair) as port:
        yield ["--otlp-endpoint", f"https://localhost:{port}", "--otlp-certificate", pair[0]]


@contextlib.contextmanager
def grpc(_):
    import grpc as library  # only this leg needs it

    class Sink(library.GenericRpcHandler):
        def service(self, _):
            return library.unary_unary_rpc_method_handler(lambda *_: b"")

    server = library.server(futures.ThreadPoolExecutor(2), handlers=[Sink()])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield ["--otlp-protocol", "grpc", "--otlp-endpoint", f"http://localhost:{port}"]
    finally:
        server.stop(None).wait()


LEGS = {"plain": plain, "gzip": gzip, "json": json, "grpc": grpc, "tls": tls}
