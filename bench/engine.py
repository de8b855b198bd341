#!/usr/bin/env python3
"""What the agent costs a real engine: CPU time of dockerd, containerd and the shims while their containers are read.

A private engine (tests/engine/engine) runs sleeping containers. Each row reads all of them for some time in one way, after a
row in which nobody reads anything; `engine ms/s` is without that. Times are the kernel's own account of the engine's
threads (/proc/PID/task/*/schedstat, nanoseconds). All rows are of one run, and `ratio` is to the stream.

The limits in the last column are the project's goals; the status is 1 where one is missed.
"""

import argparse
import collections
import contextlib
import http.client
import os
import pathlib
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/e2e"))
sys.dont_write_bytecode = True

from support.agent import ENGINE_ONLY, STOPPED, Agent  # their folder is found two lines above
from support.engine import Engine

# `settings` are the agent's; None: connections that stream each container's stats once a second.
Way = collections.namedtuple("Way", "name settings goal")
WAYS = (
    Way("a stream a container", None, None),
    Way("one-shot (socket)", ENGINE_ONLY, 7.0),
    Way("cgroup tree", {"CSPY_PROC_ROOT": "none"}, None),
    Way("cgroup tree and /proc", {}, 0.5),
)


class Streams:
    """A connection for each container that reads its stats once a second."""

    def __init__(self, engine, containers):
        self._undo = contextlib.ExitStack()
        for container in containers:
            answer = self._undo.enter_context(engine.request("GET", f"/containers/{container.id}/stats?stream=true"))
            threading.Thread(target=self._drain, args=(answer,), daemon=True).start()

    @staticmethod
    def _drain(answer):
        with contextlib.suppress(OSError, ValueError, AttributeError, http.client.HTTPException):
            while answer.read1(65536):
                pass

    def stop(self):
        self._undo.close()
        return "-"


class Reading:
    """The agent, which has nobody to push to."""

    def __init__(self, options, engine, settings):
        self.agent = Agent(engine=engine.socket, endpoint="http://127.0.0.1:9", interval_ms=int(options.interval * 1000),
                           binary=options.build.resolve() / "containerspy", environment=settings)
        self.agent.wait_message("round read")

    def stop(self):
        self.agent.stop()
        return self.agent.said(STOPPED)[0]["stats_requests"]


def cpu_seconds(dockerd):
    """Of all processes in the mount namespace of the engine: dockerd, containerd and the shims."""
    namespace = os.stat(f"/proc/{dockerd}/ns/mnt").st_ino
    total = 0
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if os.stat(process / "ns/mnt").st_ino != namespace:
                continue
            total += sum(int(task.read_text().split()[0]) for task in process.glob("task/*/schedstat"))
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return total / 1e9


def load(engine, seconds):
    """Milliseconds of CPU that the engine takes in a second."""
    begin, cpu = time.monotonic(), cpu_seconds(engine.pid)
    time.sleep(seconds)
    return (cpu_seconds(engine.pid) - cpu) / (time.monotonic() - begin) * 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True, help="the release build's folder")
    parser.add_argument("--containers", type=int, default=20)
    parser.add_argument("--interval", type=float, default=10, help="seconds between the agent's rounds (10)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds that are measured (3)")
    options = parser.parse_args()
    engine = Engine()
    if not engine.private:
        parser.error("ENGINE_SOCKET names an engine whose processes are not ours to count")
    missed, seconds = [], options.interval * options.rounds
    try:
        if reason := engine.start():
            sys.exit(f"bench: no private engine can run here: {reason}")
        containers = [engine.run(f"idle{number}") for number in range(options.containers)]
        time.sleep(5)  # What starting them left to do.
        idle = load(engine, seconds)
        print(f"Docker {engine.info['ServerVersion']}, {options.containers} containers, interval {options.interval:g} s, "
              f"{seconds:g} s a row; nobody reading: {idle:.2f} ms/s")
        print(f"{'way':<22} {'engine ms/s':>12} {'goal':>6} {'ratio':>7} {'stats calls':>12}")
        first = None
        for way in WAYS:
            reader = Streams(engine, containers) if way.settings is None else Reading(options, engine, way.settings)
            time.sleep(1)
            cost = max(0.0, load(engine, seconds) - idle)
            calls = reader.stop()
            first = first or cost
            if way.goal is not None and cost > way.goal:
                missed.append(f"{way.name}: {cost:.2f} ms/s > {way.goal}")
            print(f"{way.name:<22} {cost:>12.2f} {way.goal or '-':>6} {cost / first:>7.3f} {calls:>12}", flush=True)
    finally:
        engine.stop()
    for line in missed:
        print(f"MISSED: {line}")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
