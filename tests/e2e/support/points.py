"""What a receiver makes of a request, however it came."""

import collections

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
    return tuple(pair for pair in point.labels if not (pair[0] in GENERAL_LABELS or pair[0].startswith("container_label_")))


def kind_of_sum(monotonic, temporality):
    return "counter" if monotonic and temporality == 2 else f"sum(monotonic={monotonic}, temporality={temporality})"
