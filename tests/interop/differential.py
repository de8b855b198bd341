"""The same answers of an engine, sent in each encoding, with and without gzip: Google's libraries decode the same points.

The engine is the stand-in with recorded answers, so that there is one right round: nothing else may be in it. Therefore
the agents read no files of this machine. Without that, a recording from a machine with this kernel and this much memory
makes them take the engine for this machine's, and each reports how this machine's own cgroup tree (id="/") was when it
looked. What differs by its nature is left out: the time of the points, and container_last_seen, whose value is that time.
"""

import argparse
import pathlib
import sys

from checks import Checks
from google_server import GoogleReceiver
from leg import cleanly
from server import wait_for
from stand_in import StandIn
from support.agent import BINARY, ENGINE_ONLY, Agent

DATA = pathlib.Path(__file__).resolve().parents[2] / "tests/data"
RECORDED = ("docker-20.10-cgroup1", "docker-28.5-cgroup2", "docker-29-cgroup2", "podman-5-cgroup2")
ENCODINGS = ("httpbinary", "httpjson", "grpc")


def content(held):
    """All facts of the first round, to be compared with those of another encoding. Numbers keep their type: 1 is not 1.0."""
    time = held.times()[0]
    requests = [request for request in held.requests if any(point.time == time for point in request.points)]
    points = {(point.metric, point.labels, point.start, repr(point.value), point.ended)
              for request in requests for point in request.points if point.metric != "container_last_seen"}
    said = {pair for request in requests for pair in request.descriptions}
    return points | said | {(resource, tuple(request.scopes)) for request in requests for resource in request.resources}


def check_recorded(checks, options, undo, name):
    stand_in = undo.enter_context(StandIn(options.stand_in, "--replay", str(DATA / name)))
    ways = {f"{encoding}-{compression}": "grpc" if encoding == "grpc" else "http" for encoding in ENCODINGS for compression in ("none", "gzip")}
    google = undo.enter_context(GoogleReceiver(options.python, ways))
    google.wait_started()
    agents = []
    for way in ways:
        encoding, _, compression = way.partition("-")
        agents.append(Agent(engine=stand_in.socket, endpoint=f"http://127.0.0.1:{google.ports[way]}", interval_ms=60_000,
                            environment={"CSPY_OTLP_PROTO": encoding, "CSPY_OTLP_COMPRESSION": compression, **ENGINE_ONLY}))
        undo.callback(agents[-1].kill)
    held = {way: google.held(way) for way in ways}
    try:
        for agent in agents:
            agent.wait_message("round sent")
        wait_for(lambda: all(each.refresh().requests for each in held.values()), 30, "a request of each")
        for agent in agents:
            agent.stop()  # A round is many requests where there are many containers.
    except (AssertionError, TimeoutError) as error:
        checks.check(f"{name}: every encoding delivers", False, str(error)[-500:])
        return
    contents = {way: content(each.refresh()) for way, each in held.items()}
    first = next(iter(ways))
    checks.check(f"{name}: {first} has points", len(contents[first]) > 50, f"{len(contents[first])} facts")
    for way in ways:
        refused = [line["refused"] for line in held[way].lines if "refused" in line]
        checks.check(f"{name}: Google's library reads {way}", not refused, "; ".join(refused[:1]))
        if way != first:
            differences = sorted(map(str, contents[way] ^ contents[first]))
            checks.check(f"{name}: {way} has the same facts as {first}", not differences,
                         f"{len(differences)} differences: {'; '.join(differences[:2])}" if differences else f"{len(contents[way])} facts")


def run(options, undo):
    print(f"recorded answers of {len(options.recorded or RECORDED)} engines, {BINARY}", flush=True)
    checks = Checks()
    for name in options.recorded or RECORDED:
        check_recorded(checks, options, undo, name)
    return checks.status()


def main():
    parser = argparse.ArgumentParser(prog="scripts/interop differential", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--stand-in", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--recorded", action="append", choices=RECORDED, help="run only this one; may be repeated (default: all)")
    return cleanly(run, parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
