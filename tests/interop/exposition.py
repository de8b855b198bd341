"""Prometheus' text format, as far as comparing needs it."""

import re

_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r"\\(.)")


def _unescaped(value):
    return _ESCAPE.sub(lambda found: "\n" if found.group(1) == "n" else found.group(1), value)


def parse(text):
    """{(metric, labels): value}. Labels are sorted pairs, without empty ones, as in Prometheus. Timestamps are left out."""
    series = {}
    for line in text.split("\n"):
        if not line or line.startswith("#"):
            continue
        head, brace, tail = line.partition("{")
        if brace:
            labels, _, rest = tail.rpartition("} ")
        else:
            head, _, rest = line.partition(" ")
            labels = ""
        pairs = tuple(sorted((key, _unescaped(value)) for key, value in _LABEL.findall(labels) if value))
        series[head, pairs] = float(rest.split()[0])
    return series
