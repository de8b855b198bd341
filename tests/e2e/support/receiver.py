"""An OTLP/HTTP receiver on a real socket: it decodes and remembers what it takes, and fails in whatever way it is told."""

import http.server
import socket
import threading
import time

import google.protobuf.message
import otlp_pb2

from support.decode import decode
from support.invariants import SUITE
from support.points import label, own_labels
from support.waiting import wait_until


class Answer:
    """What the receiver says to a request."""

    def __init__(self, status=200, body=b"", content_type="application/x-protobuf", headers=()):
        self.status, self.body, self.content_type, self.headers = status, body, content_type, headers

    @property
    def accepts(self):
        return self.status == 200

    def send(self, handler):
        handler.send_response(self.status)
        handler.send_header("Content-Type", self.content_type)
        handler.send_header("Content-Length", str(len(self.body)))
        for key, value in self.headers:
            handler.send_header(key, value)
        handler.end_headers()
        handler.wfile.write(self.body)


class Bytes:
    """Instead of an answer: these bytes, and the end of the connection."""

    accepts = False

    def __init__(self, content):
        self.content = content

    def send(self, handler):
        handler.wfile.write(self.content)
        handler.close_connection = True


class Silence:
    """Instead of an answer: nothing, until the receiver does something else or is killed."""

    accepts = False

    def __init__(self):
        self.over = threading.Event()

    def send(self, handler):
        self.over.wait()
        handler.close_connection = True


ACCEPTED = Answer()


def refusal(status, message, headers=()):
    return Answer(status, otlp_pb2.Status(code=13, message=message).SerializeToString(), headers=headers)


def partial_success(rejected, message):
    partial = otlp_pb2.ExportMetricsPartialSuccess(rejected_data_points=rejected, error_message=message)
    return Answer(200, otlp_pb2.ExportMetricsServiceResponse(partial_success=partial).SerializeToString())


class Receiver:
    """Listens until it is killed, and again after `listen()`, on the same port. Answers ACCEPTED until told otherwise.

    Only requests that were accepted are remembered; `refused` counts the others.
    """

    def __init__(self, path="/v1/metrics", invariants=SUITE):
        self.changed = threading.Condition(threading.RLock())
        self.port = 0
        self.path = path
        self.refused = 0
        self.headers = []  # of the last request, by their names in lower case
        self.requests = []  # (seconds since 1970 at which it was taken, its bytes, its points' time)
        self._invariants = invariants
        self._answer = ACCEPTED
        self._series = {}  # container name -> series -> points
        self._times = []  # of the rounds, in order
        self._present = {}  # time of a round -> names of the containers that have values in it
        self._server = None
        self.listen()

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}{self.path}"

    def listen(self):
        self._server = _Server(("127.0.0.1", self.port), self)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def kill(self):
        """As kill -9 would: nothing listens, every connection ends, and nothing more is taken when this returns."""
        if self._server is None:
            return
        server, self._server = self._server, None
        server.shutdown()
        self.answer_with(ACCEPTED)  # Ends a silence, whose thread would be waited for.
        server.end_connections()
        server.server_close()

    def answer_with(self, answer):
        """Every request from now on, and one that waits in silence, gets this."""
        with self.changed:
            before, self._answer = self._answer, answer
        if isinstance(before, Silence):
            before.over.set()

    def wait(self, condition, seconds, what):
        """See wait_until; `condition` is looked at whenever a request has been answered."""
        return wait_until(self.changed, condition, seconds, what)

    # What was taken. A container is meant by its name.

    def series(self, container):
        """The container's points by series: {(metric, labels): [point]}."""
        with self.changed:
            return {identity: list(points) for identity, points in self._series.get(container, {}).items()}

    def points(self, container, metric=None, **labels):
        """The container's points of one metric (of all), those with these labels, in the order of arrival by series."""
        with self.changed:
            return [point for (name, have), points in self._series.get(container, {}).items()
                    if metric in (None, name) and labels.items() <= dict(have).items() for point in points]

    def at(self, container, time_nanos):
        """The container's values in one round: {(metric, own labels): value}. What ended in it is left out."""
        return {(point.metric, own_labels(point)): point.value
                for point in self.points(container) if point.time == time_nanos and not point.ended}

    def containers_at(self, time_nanos):
        """The names of the containers that have values in a round."""
        with self.changed:
            return set(self._present.get(time_nanos, ()))

    def times(self):
        with self.changed:
            return list(self._times)

    # Waiting for what agents send.

    def first(self, container, metric="container_last_seen", seconds=60, since=0, **labels):
        """The first point of a container, taken after `since`, that has a value."""
        found = lambda: [p for p in self.points(container, metric, **labels) if not p.ended and p.time > since]
        return self.wait(found, seconds, f"{metric}{labels or ''} of {container}")[0]

    def value(self, container, metric, wanted, seconds=60, **labels):
        """Waits until the newest value is `wanted`."""
        def newest():
            points = [p for p in self.points(container, metric, **labels) if not p.ended]
            return max(points, key=lambda p: p.time, default=None)

        def reached():
            point = newest()
            return point if point is not None and point.value == wanted else None

        return self.wait(reached, seconds, lambda: f"{metric}{labels or ''} of {container} to be {wanted}; last was {newest()}")

    def ended(self, container, seconds=60):
        """Waits until every series of a container has ended, and returns their identities."""
        def all_ended():
            series = self.series(container)
            return series if series and all(points[-1].ended for points in series.values()) else None

        def open_series():
            return [identity for identity, points in self.series(container).items() if not points[-1].ended]

        return self.wait(all_ended, seconds, lambda: f"the end of all series of {container}; open: {open_series()[:3]}")

    def whole_rounds(self, count, seconds=60):
        """Waits until so many rounds have arrived whole that began after this call; returns their times.

        The first that arrives may have begun before, and that the last is whole is known when another follows.
        """
        now = time.time_ns()
        later = lambda: [t for t in self.times() if t > now]
        self.wait(lambda: len(later()) >= count + 2, seconds, lambda: f"{count} whole rounds; there came {len(later())}")
        return later()[1:count + 1]

    # For the server's threads.

    def take(self, handler, body):
        with self.changed:
            self.headers = [(key.lower(), value) for key, value in handler.headers.items()]
            answer = self._answer
            if isinstance(answer, Silence):
                self.refused += 1
                self.changed.notify_all()
            else:
                # Under the lock, so that a kill comes before or after: what was answered was taken, and the other way.
                answer.send(handler)
                self._take(handler, body, answer)
                self.changed.notify_all()
                return
        answer.send(handler)

    def _take(self, handler, body, answer):
        if not answer.accepts:
            self.refused += 1
            return
        wrong = self._invariants.violations
        if (handler.path, handler.headers["Content-Type"]) != (self.path, "application/x-protobuf"):
            wrong.append(f"a request to {handler.path} of type {handler.headers['Content-Type']}")
        if not handler.headers["User-Agent"]:
            wrong.append("a request without User-Agent")
        try:
            request = decode(body)
        except google.protobuf.message.DecodeError as error:
            wrong.append(f"a request of {len(body)} bytes that is none: {error}")
            return
        self._invariants.take(request)
        for point in request.points:
            name = label(point, "name")
            self._series.setdefault(name, {}).setdefault((point.metric, point.labels), []).append(point)
            if name and not point.ended:
                self._present.setdefault(point.time, set()).add(name)
        if request.points and request.points[0].time not in self._times[-1:]:
            self._times.append(request.points[0].time)
        self.requests.append((time.time(), len(body), request.points[0].time if request.points else 0))


class _Server(http.server.ThreadingHTTPServer):
    allow_reuse_address = True
    daemon_threads = False  # so that server_close() waits for them

    def __init__(self, address, receiver):
        self._lock = threading.Lock()
        self._connections = set()
        self.receiver = receiver
        super().__init__(address, _Handler)

    def process_request(self, request, client_address):
        with self._lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def end_connections(self):
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # The other side was first.

    def handle_error(self, request, client_address):
        pass  # Connections break here on purpose.


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        if len(body) == length:
            self.server.receiver.take(self, body)

    def log_message(self, *_):
        pass
