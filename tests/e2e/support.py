"""A real engine, a receiver that remembers, and the agent between them."""

import collections
import http.client
import http.server
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.parse

import otlp_pb2

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("BINARY", str(ROOT / "build/release/containerspy"))
ENGINE_SCRIPT = str(ROOT / "scripts/engine")


class Engine:
    """The engine's API over its socket; private unless ENGINE_SOCKET names one."""

    def __init__(self):
        self.private = "ENGINE_SOCKET" not in os.environ
        self.directory = None
        self.socket = os.environ.get("ENGINE_SOCKET")

    def start(self):
        """Returns why there is none, or None."""
        if self.private:
            check = subprocess.run([ENGINE_SCRIPT, "available"], capture_output=True, text=True)
            if check.returncode != 0:
                return check.stdout.strip()
            self.directory = tempfile.mkdtemp(prefix="containerspy-e2e-")
            subprocess.run([ENGINE_SCRIPT, "start", self.directory], check=True)
            self.socket = self.directory + "/docker.sock"
        subprocess.run([ENGINE_SCRIPT, "image", self.socket], check=True)
        return None

    def stop(self):
        if self.directory:
            subprocess.run([ENGINE_SCRIPT, "stop", self.directory], check=True)

    def kill(self):
        subprocess.run([ENGINE_SCRIPT, "kill", self.directory], check=True)

    def restart(self):
        subprocess.run([ENGINE_SCRIPT, "restart", self.directory], check=True)

    def call(self, method, path, body=None):
        connection = http.client.HTTPConnection("localhost", timeout=60)
        connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.sock.settimeout(60)
        connection.sock.connect(self.socket)
        headers = {"Content-Type": "application/json"} if body is not None else {}
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:200]}")
        return json.loads(content) if content.strip() else None

    def run(self, name, command="sleep 1000000", network="none", labels=None, health=None, **host):
        config = {"Image": "bb:1", "Cmd": ["/bin/sh", "-c", command], "Labels": labels or {},
                  "HostConfig": {"NetworkMode": network, **host}}
        if health:
            config["Healthcheck"] = {"Test": ["CMD-SHELL", health], "Interval": 1_000_000_000, "Retries": 1}
        container = self.call("POST", f"/containers/create?name={urllib.parse.quote(name)}", config)["Id"]
        self.call("POST", f"/containers/{container}/start")
        return container

    def remove(self, container):
        self.call("DELETE", f"/containers/{container}?force=1")

    def inspect(self, container):
        return self.call("GET", f"/containers/{container}/json")

    def remove_all(self):
        for container in self.call("GET", "/containers/json?all=1"):
            try:
                self.remove(container["Id"])
            except RuntimeError:
                pass


Point = collections.namedtuple("Point", "metric kind labels start time value ended")


def points_of(body):
    """The points of one request, and its resource's attributes."""
    request = otlp_pb2.ExportMetricsServiceRequest.FromString(body)
    points = []
    resource = {}
    for resource_metrics in request.resource_metrics:
        resource = {a.key: a.value.string_value for a in resource_metrics.resource.attributes}
        for scope_metrics in resource_metrics.scope_metrics:
            for metric in scope_metrics.metrics:
                kind = metric.WhichOneof("data")
                data = getattr(metric, kind)
                for point in data.data_points:
                    labels = tuple(sorted((a.key, a.value.string_value) for a in point.attributes))
                    if len(dict(labels)) != len(labels):
                        raise AssertionError(f"{metric.name} has a label twice: {labels}")
                    which = point.WhichOneof("value")
                    value = getattr(point, which) if which else None
                    points.append(Point(metric.name, kind, labels, point.start_time_unix_nano, point.time_unix_nano,
                                        value, bool(point.flags & 1)))
    return points, resource


class Receiver:
    """An OTLP/HTTP receiver that remembers every point and checks what must hold for all of them."""

    LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*\Z")

    def __init__(self):
        self.changed = threading.Condition()
        self.points = []
        self.requests = 0
        self.violations = []
        self.resources = set()
        self.last = {}  # series -> its last point
        self.last_time = 0
        self.server = None
        self.port = 0
        self.listen()

    def listen(self):
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.take(self.path, self.headers, body)
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True

            def __init__(self, *arguments):
                self.connections = set()
                super().__init__(*arguments)

            def process_request(self, request, address):
                self.connections.add(request)
                super().process_request(request, address)

            def shutdown_request(self, request):
                self.connections.discard(request)
                super().shutdown_request(request)

            def handle_error(self, request, address):
                pass  # the tests break connections on purpose

        self.server = Server(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def kill(self):
        """As kill -9 would: nothing listens and every connection is reset."""
        self.server.shutdown()
        self.server.server_close()
        for connection in list(self.server.connections):
            try:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                connection.close()
            except OSError:
                pass

    def take(self, path, headers, body):
        with self.changed:
            self.requests += 1
            if path != "/v1/metrics" or headers["Content-Type"] != "application/x-protobuf":
                self.violations.append(f"a request to {path} of type {headers['Content-Type']}")
            points, resource = points_of(body)
            self.resources.add(tuple(sorted(resource.items())))
            for point in points:
                self.check(point)
            self.points.extend(points)
            self.changed.notify_all()

    def check(self, point):
        """What must hold whatever happens to the engine, the containers and the receiver."""
        series = (point.metric, point.labels)
        last = self.last.get(series)
        say = lambda what: self.violations.append(f"{what}: {point} after {last}")
        if point.time < self.last_time:
            say("a round's time goes back")
        self.last_time = max(self.last_time, point.time)
        if any(not self.LABEL.match(key) or value == "" for key, value in point.labels):
            say("an illegal or empty label")
        if point.kind == "sum" and not 0 < point.start <= point.time:
            say("a counter without a start, or one after its time")
        if point.kind == "gauge" and point.start != 0:
            say("a gauge with a start")
        if last is not None:
            if last.time == point.time:
                say("a series twice at one time")
            if last.kind != point.kind:
                say("another kind")
            if point.kind == "sum" and not point.ended and not last.ended and last.start == point.start and point.value < last.value:
                say("a counter goes back")
            if point.kind == "sum" and point.start < last.start:
                say("a start goes back")
        self.last[series] = point

    def wait(self, condition, what, seconds=30):
        """Waits until condition(points) is true and returns what it returned."""
        end = time.monotonic() + seconds
        with self.changed:
            while True:
                result = condition(self.points)
                if result:
                    return result
                left = end - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"gave up waiting for {what} after {seconds} s")
                self.changed.wait(left)

    def rounds(self):
        with self.changed:
            return len({point.time for point in self.points})

    def wait_rounds(self, count, seconds=60):
        """Waits for so many further rounds to be complete."""
        begin = self.rounds()
        self.wait(lambda points: len({p.time for p in points}) > begin + count, f"{count} rounds", seconds)


def of(points, name, metric=None):
    """The points of a container."""
    return [p for p in points if dict(p.labels).get("name") == name and (metric is None or p.metric == metric)]


class Agent:
    def __init__(self, engine_socket, receiver, interval_ms=500, binary=BINARY, environment=None):
        self.log_path = tempfile.mktemp(prefix="containerspy-log-")
        self.log_file = open(self.log_path, "w", encoding="utf-8")
        self.process = subprocess.Popen(
            [binary, "--docker-socket", engine_socket, "--otlp-endpoint", f"http://127.0.0.1:{receiver.port}",
             "--otlp-export-interval", str(interval_ms), "--instance-id", "e2e"],
            stderr=self.log_file, env={**os.environ, **(environment or {})})

    def log(self):
        return pathlib.Path(self.log_path).read_text(encoding="utf-8")

    def lines(self, part):
        return [line for line in self.log().splitlines() if part in line]

    def wait_log(self, part, seconds=30):
        end = time.monotonic() + seconds
        while not self.lines(part):
            if time.monotonic() > end or self.process.poll() is not None:
                raise AssertionError(f"the log never said {part!r}:\n{self.log()}")
            time.sleep(0.02)

    def rss_kb(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1))

    def stop(self, how=signal.SIGTERM):
        """Ends it; returns how long that took. A status other than 0 is a failure."""
        begin = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(how)
        status = self.process.wait(timeout=20)
        self.log_file.close()
        log = self.log()
        os.unlink(self.log_path)
        if status != 0:
            raise AssertionError(f"the agent ended with status {status}:\n{log}")
        return time.monotonic() - begin


def cgroup_exists(path):
    """Whether a path of a container is in the machine's cgroup tree (any hierarchy of v1, or v2's)."""
    return any(pathlib.Path(root + path).is_dir() for root in ("/sys/fs/cgroup/memory", "/sys/fs/cgroup/cpu", "/sys/fs/cgroup"))


def cleanup(path):
    shutil.rmtree(path, ignore_errors=True)
