"""The smallest receiver that Held can read: it writes each request of OTLP's JSON as a line, and decodes nothing."""

import http.server
import pathlib
import sys
import tempfile
import threading

from held import Held


class JsonReceiver:
    """`address`: where it listens; port 0 is any that is free."""

    def __init__(self, address=("127.0.0.1", 0)):
        self._directory = tempfile.TemporaryDirectory(prefix="containerspy-json-")
        path = pathlib.Path(self._directory.name, "requests.jsonl")
        self.held = Held(path)
        # Open for as long as this is: a request that is under way in the end may write when the directory has gone.
        file = open(path, "ab", buffering=0)
        lock = threading.Lock()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = 200 if self.headers["Content-Type"] == "application/json" else 415
                if status == 200:
                    with lock:
                        file.write(body.replace(b"\n", b" ") + b"\n")
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_):  # pylint: disable=arguments-differ
                pass

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, request, client_address):
                # An agent that is killed resets its connection; anything else is reported.
                if not isinstance(sys.exc_info()[1], ConnectionError):
                    super().handle_error(request, client_address)

        self._server = Server(address, Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.endpoint = f"http://127.0.0.1:{self.port}/v1/metrics"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._directory.cleanup()
