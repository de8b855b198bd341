"""What a receiver holds. The receiver writes a file with a line of OTLP's JSON for each request; this reads it."""

import json

from support.invariants import Invariants
from support.points import Description, Point, Request, kind_of_sum, label, own_labels


def _attributes(attributes):
    # A value that is no string is shown as it is, so that no rule takes it for one.
    return tuple(sorted((a["key"], a["value"].get("stringValue", repr(a["value"]))) for a in attributes))


def _value(point):
    if "asInt" in point:
        return int(point["asInt"])
    return float(point["asDouble"]) if "asDouble" in point else None


def _points(metric):
    for point in metric.get("sum", metric.get("gauge", {})).get("dataPoints", []):
        yield Point(metric["name"], _attributes(point.get("attributes", [])), int(point.get("startTimeUnixNano", 0)),
                    int(point.get("timeUnixNano", 0)), _value(point), bool(point.get("flags", 0) & 1))


def _kind(metric):
    if "sum" in metric:
        return kind_of_sum(metric["sum"].get("isMonotonic", False), metric["sum"].get("aggregationTemporality", 0))
    return "gauge" if "gauge" in metric else "nothing"


def request_of(message):
    request = Request([], [], [], [])
    for resource_metrics in message.get("resourceMetrics", []):
        request.resources.append(_attributes(resource_metrics.get("resource", {}).get("attributes", [])))
        for scope_metrics in resource_metrics.get("scopeMetrics", []):
            scope = scope_metrics.get("scope", {})
            request.scopes.append((scope.get("name", ""), scope.get("version", "")))
            for metric in scope_metrics.get("metrics", []):
                request.descriptions.append((metric["name"], Description(_kind(metric), metric.get("unit", ""), metric.get("description", ""))))
                request.points.extend(_points(metric))
    return request


class Held:
    """`message_of` finds the request in a line, which may hold more. `refresh` reads what is new in the file."""

    def __init__(self, path, message_of=lambda line: line):
        self._path = path
        self._message_of = message_of
        self._offset = 0
        self.requests = []
        self.lines = []  # of each request, without the request
        self.series = {}  # (metric, labels) -> points, in the order of arrival
        self.invariants = Invariants()

    def refresh(self):
        if not self._path.exists():
            return self
        with open(self._path, "rb") as file:
            file.seek(self._offset)
            for line in file:
                if not line.endswith(b"\n"):
                    break  # The rest of it is on its way.
                self._offset += len(line)
                self._take(json.loads(line))
        return self

    def _take(self, line):
        request = request_of(self._message_of(line))
        self.lines.append({key: value for key, value in line.items() if key not in ("resourceMetrics", "request")})
        self.requests.append(request)
        self.invariants.take(request)
        for point in request.points:
            self.series.setdefault((point.metric, point.labels), []).append(point)

    def names(self):
        return {metric for metric, _ in self.series}

    def of(self, container):
        """A container's series by its name."""
        return {identity: points for identity, points in self.series.items() if label(points[0], "name") == container}

    def times(self):
        """Of the rounds, in order."""
        return sorted({point.time for request in self.requests for point in request.points})

    def at(self, container, time):
        """The container's values in one round: {(metric, own labels): value}, without what ended in it."""
        return {(point.metric, own_labels(point)): point.value
                for points in self.of(container).values() for point in points if point.time == time and not point.ended}
