"""A receiver of Google's libraries: grpcio and protobuf, with OpenTelemetry's own definitions. It runs in the environment
of requirements.txt, and so as a process of its own.

    google_receiver.py --listen grpc:PORT:FILE --listen http:PORT:FILE ...

Each request is a line of JSON in FILE: how it came, its size, its metadata or headers, and itself in OTLP's JSON. With
--count it is only its size, undecoded: what a benchmark wants of a sink. --server-* make everything TLS.
"""

import argparse
import concurrent.futures
import gzip
import http.server
import json
import signal
import ssl
import sys
import threading

import grpc
from google.protobuf import json_format
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2 as service

METHOD = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"


class Record:
    """A file that gets a line for each request."""

    def __init__(self, path):
        self._file = open(path, "a", encoding="utf-8")
        self._lock = threading.Lock()

    def write(self, line, message=None):
        if message is not None:
            line["request"] = json_format.MessageToDict(message, use_integers_for_enums=True)
        with self._lock:
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()


class Export(grpc.GenericRpcHandler):
    """The one method of MetricsService. Deserializing is ours, so that the size is known and counting decodes nothing."""

    def __init__(self, record, count):
        self._record, self._count = record, count

    def service(self, details):
        if details.method != METHOD:
            return None
        return grpc.unary_unary_rpc_method_handler(self._export, response_serializer=lambda message: message.SerializeToString())

    def _export(self, body, context):
        line = {"via": "grpc", "bytes": len(body)}
        if self._count:
            self._record.write(line)
        else:
            line["metadata"] = [[key, value if isinstance(value, str) else value.hex()] for key, value in context.invocation_metadata()]
            self._record.write(line, service.ExportMetricsServiceRequest.FromString(body))
        return service.ExportMetricsServiceResponse()


def serve_grpc(port, record, options):
    # No options: the largest message is what it is by default, 4 MiB.
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(4), handlers=[Export(record, options.count)])
    if options.server_certificate:
        pair = (_read(options.server_key), _read(options.server_certificate))
        authority = _read(options.client_authority) if options.client_authority else None
        credentials = grpc.ssl_server_credentials([pair], authority, authority is not None)
        server.add_secure_port(f"127.0.0.1:{port}", credentials)
    else:
        server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    return server


def _read(path):
    with open(path, "rb") as file:
        return file.read()


def handler_of(record, count):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # One write for an answer.

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            line = {"via": "http", "bytes": len(body)}
            if count:
                record.write(line)
                self._answer(200, b"")
                return
            try:
                body = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
                message = service.ExportMetricsServiceRequest()
                if self.headers["Content-Type"] == "application/json":
                    json_format.Parse(body, message)  # What it does not know is an error.
                else:
                    message.ParseFromString(body)
            except Exception as error:  # noqa: BLE001 (whatever a library makes of it)
                record.write({"refused": str(error), **line})
                self._answer(400, b"")
                return
            record.write({**line, "bytes": len(body), "metadata": [[key.lower(), value] for key, value in self.headers.items()]}, message)
            self._answer(200, b"{}" if self.headers["Content-Type"] == "application/json" else b"")

        def _answer(self, status, body):
            self.send_response(status)
            self.send_header("Content-Type", self.headers["Content-Type"])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):  # pylint: disable=arguments-differ
            pass

    return Handler


def serve_http(port, record, options):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler_of(record, options.count))
    if options.server_certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.server_certificate, options.server_key)
        if options.client_authority:
            context.load_verify_locations(options.client_authority)
            context.verify_mode = ssl.CERT_REQUIRED
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listen", action="append", required=True, metavar="grpc|http:PORT:FILE")
    parser.add_argument("--count", action="store_true")
    parser.add_argument("--server-certificate", metavar="FILE")
    parser.add_argument("--server-key", metavar="FILE")
    parser.add_argument("--client-authority", metavar="FILE", help="who has no certificate of it is refused")
    options = parser.parse_args()
    servers = []
    for listen in options.listen:
        protocol, port, path = listen.split(":", 2)
        servers.append({"grpc": serve_grpc, "http": serve_http}[protocol](int(port), Record(path), options))
    print(f"ready; grpcio {grpc.__version__}", flush=True)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    sys.exit(0)


if __name__ == "__main__":
    main()
