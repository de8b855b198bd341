"""Bytes of a request -> points, by Google's protobuf library and a definition that is not the agent's."""

import collections

import otlp_pb2

# Where a container's own labels end and a metric's begin: these are cAdvisor's for every container.
GENERAL_LABELS = ("id", "name", "image")

# Labels are a sorted tuple of pairs, so that (metric, labels) is a series' identity. Times are nanoseconds since 1970.
# `value` is None where there is none.
Point = collections.namedtuple("Point", "metric labels start time value ended")

# What is said about a metric, which must not change: `kind` is "counter" or "gauge", or what else it was.
Description = collections.namedtuple("Description", "kind unit help")

Request = collections.namedtuple("Request", "resources scopes descriptions points")


def label(point, key):
    return next((value for name, value in point.labels if name == key), "")


def own_labels(point):
    """The labels of a point that tell the series of one metric of one container apart."""
    general = ("container_label_", *GENERAL_LABELS)
    return tuple(pair for pair in point.labels if not (pair[0] in GENERAL_LABELS or pair[0].startswith(general[0])))


def _attributes(attributes):
    # A value that is no string is shown with its type, so that no rule takes it for one.
    return tuple(sorted((a.key, a.value.string_value if a.value.WhichOneof("value") == "string_value" else repr(a.value))
                        for a in attributes))


def _kind(metric):
    which = metric.WhichOneof("data")
    if which == "sum":
        monotonic, temporality = metric.sum.is_monotonic, metric.sum.aggregation_temporality
        return "counter" if monotonic and temporality == 2 else f"sum(monotonic={monotonic}, temporality={temporality})"
    return which or "nothing"


def _points(metric):
    which = metric.WhichOneof("data")
    if which not in ("sum", "gauge"):
        return
    for point in getattr(metric, which).data_points:
        value = point.WhichOneof("value")
        yield Point(metric.name, _attributes(point.attributes), point.start_time_unix_nano, point.time_unix_nano,
                    getattr(point, value) if value else None, bool(point.flags & 1))


def decode(body):
    """Raises google.protobuf.message.DecodeError where the bytes are no request."""
    message = otlp_pb2.ExportMetricsServiceRequest.FromString(body)
    request = Request([], [], [], [])
    for resource_metrics in message.resource_metrics:
        request.resources.append(_attributes(resource_metrics.resource.attributes))
        for scope_metrics in resource_metrics.scope_metrics:
            request.scopes.append((scope_metrics.scope.name, scope_metrics.scope.version))
            for metric in scope_metrics.metrics:
                request.descriptions.append((metric.name, Description(_kind(metric), metric.unit, metric.description)))
                request.points.extend(_points(metric))
    return request
