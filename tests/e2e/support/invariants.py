"""What must hold for all that is ever sent, whatever happens to the engine, the containers, the receiver and the agent.

Counters are the kernel's own, so the rules span agents: one that is started again goes on where another ended. Only what
a receiver has acknowledged is looked at; what it refused may rightly come again.
"""

import re

from support.points import GENERAL_LABELS

_METRIC = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*\Z")
_LABEL = re.compile(r"(?!__)[a-zA-Z_][a-zA-Z0-9_]*\Z")
# Series of the machine, the engine and the agent, and those of cgroups that are no containers'.
_NO_CONTAINER = re.compile(r"machine_|cadvisor_|containerspy_|container_scrape_error\Z")
_OF_DISKS = ("container_fs_", "container_blkio_")
# Counters that a container may share with others.
_SHARED = ("container_fs_", "container_network_")
_RESOURCE = ("host.name", "service.instance.id", "service.name", "service.version")


class Invariants:
    """Not safe for use by several threads: its owner has the lock."""

    def __init__(self):
        self.violations = []
        self.requests = 0
        self.points = 0
        self._time = 0  # of the last round
        self._resource = None
        self._scope = None
        self._descriptions = {}  # metric -> Description
        self._last = {}  # (metric, labels) -> its last point
        self._counters = {}  # (metric, labels) -> start and value of its last point that had one

    @property
    def series(self):
        return len(self._last)

    def take_violations(self):
        violations, self.violations = self.violations, []
        return violations

    def take(self, request):
        self.requests += 1
        self.points += len(request.points)
        self._take_envelope(request)
        for name, description in request.descriptions:
            self._take_description(name, description)
        times = {point.time for point in request.points}
        if len(times) != 1:
            self._say(f"a request has the times {sorted(times)}: it must be one round's")
        if times and min(times) < self._time:
            self._say(f"the time goes back from {self._time} to {min(times)}")
        self._time = max(times, default=self._time)
        for point in request.points:
            self._take_point(point)

    def _say(self, what):
        self.violations.append(what)

    def _take_envelope(self, request):
        if len(request.resources) != 1 or len(request.scopes) != 1:
            self._say(f"a request has {len(request.resources)} resources and {len(request.scopes)} scopes")
            return
        resource, scope = request.resources[0], request.scopes[0]
        if self._resource is None:
            keys = tuple(key for key, _ in resource)
            if keys != _RESOURCE or not all(value for _, value in resource) or dict(resource)["service.name"] != "containerspy":
                self._say(f"a resource that is not ours: {resource}")
        elif resource != self._resource:
            self._say(f"another resource: {resource} after {self._resource}")
        if self._scope not in (None, scope):
            self._say(f"another scope: {scope} after {self._scope}")
        self._resource, self._scope = resource, scope

    def _take_description(self, name, description):
        known = self._descriptions.setdefault(name, description)
        if known != description:
            self._say(f"{name} changed from {known} to {description}")
        if known is not description:
            return
        if not _METRIC.match(name):
            self._say(f"an illegal name: {name!r}")
        if description.kind != ("counter" if name.endswith("_total") else "gauge"):
            self._say(f"{name} is sent as {description.kind}")
        if not description.help:
            self._say(f"{name} has no description")

    def _take_point(self, point):
        identity = (point.metric, point.labels)
        last = self._last.get(identity)
        say = lambda what: self._say(f"{what}: {point} after {last}")
        keys = [key for key, _ in point.labels]
        if len(set(keys)) != len(keys):
            say("a label twice")
        if not all(_LABEL.match(key) for key in keys):
            say("an illegal label")
        if not set(GENERAL_LABELS) <= set(keys) and not _is_surrounding(point):
            say(f"not all of the labels {', '.join(GENERAL_LABELS)}")
        if point.ended != (point.value is None):
            say("either a value or the mark that there is none")
        if self._descriptions[point.metric].kind == "counter":
            self._take_counter(point, identity, say)
        elif point.start != 0:
            say("a gauge with a start time")
        if last is not None:
            if point.time == last.time:
                say("a series twice at one time")
            if point.ended and last.ended:
                say("a series ended twice")
            if type(point.value) is not type(last.value) and not point.ended and not last.ended:
                say("another type of number")
        self._last[identity] = point

    def _take_counter(self, point, identity, say):
        # Since when cgroups, the network of others and whole disks count is not always known.
        may_lack_start = _is_surrounding(point) or point.metric.startswith(_SHARED)
        if not (0 < point.start <= point.time or point.start == 0 and may_lack_start):
            say("a counter whose start is not before its time")
        start, value = self._counters.get(identity, (0, 0))
        # An agent with the cgroup tree reads the kernel's count of the run. One without it counts from its own start.
        if point.start < start and point.metric != "container_oom_events_total":
            say("a start time goes back")
        if point.value is None:
            return
        if not point.value >= 0:
            say("a negative counter")
        # Of cgroup v1's hierarchies, a cgroup counts the I/O of those below it that are there: when one goes, so does its part.
        falls = point.metric.startswith(_OF_DISKS) and _is_surrounding(point)
        if point.start == start != 0 and point.value < value and not falls:
            say(f"a counter goes back from {value}")
        self._counters[identity] = (point.start, point.value)


def _is_surrounding(point):
    if _NO_CONTAINER.match(point.metric):
        return "id" not in dict(point.labels)
    # Another engine's containers are no more to this one than cgroups.
    return "id" in dict(point.labels) and not {"name", "image"} & dict(point.labels).keys()


# Of everything that every receiver of this run has taken.
SUITE = Invariants()
