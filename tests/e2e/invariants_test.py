"""The rules themselves: that each of them finds what it is there to find."""

import unittest

import otlp_pb2
from support.decode import decode
from support.invariants import Invariants

START, FIRST, SECOND, THIRD = 10, 100, 200, 300
LABELS = {"id": "/docker/1", "name": "web", "image": "bb:1"}
RESOURCE = {"service.name": "containerspy", "service.version": "1", "service.instance.id": "h", "host.name": "h"}


def attributes(target, pairs):
    for key, value in pairs:
        target.add(key=key).value.string_value = value


def point(data, time, value=None, labels=LABELS, start=0, ended=False, more=()):
    made = data.data_points.add(start_time_unix_nano=start, time_unix_nano=time, flags=int(ended))
    attributes(made.attributes, [*labels.items(), *more])
    if value is not None:
        made.as_double = value
    return made


class Message:
    """A request in the making: what an agent without faults would send, and then changed by a test."""

    def __init__(self, resource=RESOURCE):
        self.message = otlp_pb2.ExportMetricsServiceRequest()
        self.resource_metrics = self.message.resource_metrics.add()
        attributes(self.resource_metrics.resource.attributes, resource.items())
        self.scope_metrics = self.resource_metrics.scope_metrics.add()

    def metric(self, name, description="What it is", unit=""):
        return self.scope_metrics.metrics.add(name=name, description=description, unit=unit)

    def gauge(self, time, value=1.0, name="container_memory_rss", **more):
        point(self.metric(name).gauge, time, value, **more)
        return self

    def counter(self, time, value=1.0, name="container_cpu_user_seconds_total", temporality=2, start=START, **more):
        data = self.metric(name).sum
        data.aggregation_temporality, data.is_monotonic = temporality, True
        point(data, time, value, start=start, **more)
        return self


class InvariantsTest(unittest.TestCase):
    def check(self, *messages):
        """The violations of a series of requests, each only up to the point it is about."""
        invariants = Invariants()
        for message in messages:
            invariants.take(decode(message.message.SerializeToString()))
        return [violation.split(": Point")[0] for violation in invariants.violations]

    def test_what_is_right_passes(self):
        self.assertEqual(self.check(
            Message().counter(FIRST, 1).gauge(FIRST, 5.0),
            Message().counter(SECOND, 1).gauge(SECOND, 4.0),
            Message().counter(SECOND, 7, labels=LABELS | {"name": "other"}),
            Message().counter(THIRD, None, ended=True).gauge(THIRD, None, ended=True)), [])

    def test_a_new_run_may_count_from_zero(self):
        self.assertEqual(self.check(Message().counter(FIRST, 9), Message().counter(SECOND, 1, start=150)), [])

    def test_a_counter_that_goes_back(self):
        self.assertEqual(self.check(Message().counter(FIRST, 9), Message().counter(SECOND, 8)), ["a counter goes back from 9.0"])

    def test_a_counter_that_goes_back_after_its_end(self):
        self.assertEqual(self.check(Message().counter(FIRST, 9), Message().counter(SECOND, None, ended=True),
                                    Message().counter(THIRD, 8)), ["a counter goes back from 9.0"])

    def test_start_times(self):
        self.assertEqual(self.check(Message().counter(FIRST, 1, start=0)), ["a counter whose start is not before its time"])
        self.assertEqual(self.check(Message().counter(FIRST, 1, start=0, labels={"id": "/a"}),
                                    Message().counter(SECOND, 0, start=0, labels={"id": "/a"})), [])
        self.assertEqual(self.check(Message().counter(FIRST, 1, start=0, name="container_network_receive_bytes_total")), [])
        self.assertEqual(self.check(Message().counter(FIRST, 1, start=FIRST + 1)), ["a counter whose start is not before its time"])
        self.assertEqual(self.check(Message().gauge(FIRST, start=START)), ["a gauge with a start time"])
        self.assertEqual(self.check(Message().counter(FIRST, 1), Message().counter(SECOND, 2, start=START - 1)), ["a start time goes back"])

    def test_one_time_a_round_and_never_back(self):
        self.assertEqual(self.check(Message().gauge(FIRST).counter(SECOND)), ["a request has the times [100, 200]: it must be one round's"])
        self.assertEqual(self.check(Message()), ["a request has the times []: it must be one round's"])
        self.assertEqual(self.check(Message().gauge(SECOND), Message().gauge(FIRST)), ["the time goes back from 200 to 100"])
        self.assertEqual(self.check(Message().gauge(FIRST), Message().gauge(FIRST)), ["a series twice at one time"])

    def test_ends(self):
        end = lambda time: Message().gauge(time, None, ended=True)
        self.assertEqual(self.check(Message().gauge(FIRST), end(SECOND), end(THIRD)), ["a series ended twice"])
        self.assertEqual(self.check(Message().gauge(FIRST, ended=True)), ["either a value or the mark that there is none"])
        self.assertEqual(self.check(Message().gauge(FIRST, None)), ["either a value or the mark that there is none"])

    def test_labels(self):
        self.assertEqual(self.check(Message().gauge(FIRST, more=[("container.label", "x")])), ["an illegal label"])
        self.assertEqual(self.check(Message().gauge(FIRST, more=[("__name__", "x")])), ["an illegal label"])
        self.assertEqual(self.check(Message().gauge(FIRST, more=[("name", "x")])), ["a label twice"])
        self.assertEqual(self.check(Message().gauge(FIRST, labels={"id": "/", "name": "x"})), ["not all of the labels id, name, image"])

    def test_what_is_said_about_a_metric(self):
        self.assertEqual(self.check(Message().counter(FIRST, temporality=1)),
                         ["container_cpu_user_seconds_total is sent as sum(monotonic=True, temporality=1)", "a gauge with a start time"])
        self.assertEqual(self.check(Message().gauge(FIRST, name="container.rss")), ["an illegal name: 'container.rss'"])
        message = Message().gauge(SECOND)
        message.scope_metrics.metrics[0].unit = "By"
        self.assertEqual(len(self.check(Message().gauge(FIRST), message)), 1)
        message.scope_metrics.metrics[0].description = ""
        self.assertEqual(self.check(message), ["container_memory_rss has no description"])

    def test_the_resource(self):
        other = RESOURCE | {"host.name": "other"}
        self.assertEqual(len(self.check(Message().gauge(FIRST), Message(other).gauge(SECOND))), 1)
        self.assertEqual(len(self.check(Message({"service.name": "containerspy"}).gauge(FIRST))), 1)
        self.assertEqual(len(self.check(Message(RESOURCE | {"host.name": ""}).gauge(FIRST))), 1)
        two = Message().gauge(FIRST)
        two.message.resource_metrics.add()
        self.assertEqual(self.check(two), ["a request has 2 resources and 1 scopes"])
