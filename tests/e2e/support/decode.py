"""Bytes of a request -> points, by Google's protobuf library and a definition that is not the agent's."""

import otlp_pb2

from support.points import Description, Point, Request, kind_of_sum


def _attributes(attributes):
    # A value that is no string is shown with its type, so that no rule takes it for one.
    return tuple(sorted((a.key, a.value.string_value if a.value.WhichOneof("value") == "string_value" else repr(a.value))
                        for a in attributes))


def _kind(metric):
    which = metric.WhichOneof("data")
    if which == "sum":
        return kind_of_sum(metric.sum.is_monotonic, metric.sum.aggregation_temporality)
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
