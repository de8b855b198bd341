#!/usr/bin/env python3
"""What the agent costs: CPU, memory, requests and bytes, against an engine stand-in and a sink that only counts.

The agent runs with the defaults that a user has: it looks for a cgroup tree and a /proc, and finds this machine's, which hold no
container of the stand-in. The stand-in answers as dockerd does: the header, the body as a chunk, and the end of the chunks, each
in a write of its own.

Each fleet runs for some rounds at the given interval. CPU time is the kernel's own account of the agent's threads
(/proc/PID/task/*/schedstat, nanoseconds), from the end of the first round to the end of the last, so that connecting and
inspecting are not in it; they are in the peak of the resident memory (VmHWM). Instructions are counted by callgrind in
user space, as the slope between a short and a long run, and do not depend on what else the machine is doing.

Then the ways of reading and of sending are compared with each other: all rows of that table are from one run, and `ratio` is
to its first. Where TLS or gRPC are asked for, the sink is Google's (tests/interop/google_receiver.py). The cgroup tree and /proc
are recorded files on a disk of memory: what the kernel does to make such files is not in the rows, the agent's work is.

The limits in the last columns are the project's goals; the status is 1 where one is missed.
"""

import argparse
import collections
import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

GOALS = {  # containers: (CPU milliseconds per second, peak resident MB)
    12: (None, 3.2),
    100: (0.25, 4.0),
    1000: (2.5, 8.0),
    5000: (None, 20.0),
}
BINARY_MB_MAX = 8.0

# `settings` are what follows CSPY_OTLP_; CPU in milliseconds per second, peak in resident MB. `mounts`: a cgroup tree and a
# /proc are there to be read.
Way = collections.namedtuple("Way", "name containers settings cpu_goal peak_goal mounts", defaults=(False,))
WAYS = (
    Way("httpbinary", 100, {}, None, None),
    Way("cgroup tree", 100, {}, None, None, True),
    Way("httpbinary+gzip", 100, {"COMPRESSION": "gzip"}, None, None),
    Way("httpjson", 100, {"PROTO": "httpjson"}, None, None),
    Way("httpbinary+tls", 100, {"CERTIFICATE": None}, None, None),
    Way("grpc", 100, {"PROTO": "grpc"}, 0.7, 5.0),
    Way("grpc+tls+gzip", 100, {"PROTO": "grpc", "CERTIFICATE": None, "COMPRESSION": "gzip"}, None, None),
    Way("httpbinary", 12, {}, None, None),
    Way("httpbinary+tls", 12, {"CERTIFICATE": None}, None, 6.5),
)

ROOT = pathlib.Path(__file__).resolve().parents[1]
RECORDED = ROOT / "tests/data/fleet-cadvisor/cgroup"
sys.path[:0] = [str(ROOT / "tests/interop"), str(ROOT / "tests/e2e")]
sys.dont_write_bytecode = True

from certificates import Certificates  # its folder is found two lines above
from google_server import GoogleReceiver
from server import wait_for
from stand_in import StandIn


class Fixture:
    """An engine stand-in and a sink, running. `way`: how the agent sends; `python`: one that has Google's libraries."""

    def __init__(self, build, containers, way=WAYS[0], python=None):
        self.build = build
        self.environment = {f"CSPY_OTLP_{key}": value for key, value in way.settings.items()}
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        with contextlib.ExitStack() as undo:
            self.directory = pathlib.Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="containerspy-bench-", dir=memory)))
            stand_in = StandIn(build / "tests/fakes/engine_stand_in", "--containers", str(containers))
            self.socket = undo.enter_context(stand_in).socket
            self.endpoint = self.google(way, python, undo) if needs_google(way) else self.otlp_view(undo)
            if way.mounts:
                self.mount()
            self._undo = undo.pop_all()

    def mount(self):
        """Lays a cgroup tree and a /proc for the stand-in's containers."""
        tree, proc = self.directory / "cgroup", self.directory / "proc"
        recorded = next(path for path in sorted((RECORDED / "docker").iterdir()) if path.is_dir())
        network = "Inter-|   Receive |  Transmit\n face |bytes packets errs\n" \
            "    lo: 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n  eth0: 4520 57 0 0 0 0 0 0 1720 21 0 0 0 0 0 0\n"
        tree.mkdir()
        for file in RECORDED.iterdir():
            if file.is_file():
                shutil.copyfile(file, tree / file.name)
        (proc / "1").mkdir(parents=True)
        (proc / "self").symlink_to("1")
        (proc / "stat").write_text("btime 1795000000\n")
        for container in ask(self.socket, "/containers/json"):
            identity = container["Id"]
            path = f"system.slice/docker-{identity}.scope"
            (tree / path).mkdir(parents=True)
            for file in recorded.iterdir():
                shutil.copyfile(file, tree / path / file.name)
            process = proc / str(ask(self.socket, f"/containers/{identity}/json")["State"]["Pid"])
            (process / "net").mkdir(parents=True)
            (process / "cgroup").write_text(f"0::/{path}\n")
            (process / "net/dev").write_text(network)
        self.environment |= {"CSPY_CGROUP_ROOT": str(tree), "CSPY_PROC_ROOT": str(proc)}

    def otlp_view(self, undo):
        port = self.directory / "port"
        sink = subprocess.Popen([self.build / "tools/otlp_view", "--quiet", "--listen", "127.0.0.1:0", "--port-file", port])
        undo.callback(sink.wait)
        undo.callback(sink.terminate)
        wait_for(lambda: port.exists() and port.read_text().endswith("\n"), 60, "the sink")
        return f"http://127.0.0.1:{int(port.read_text())}"

    def google(self, way, python, undo):
        scheme, arguments = "http", ["--count"]
        if "CERTIFICATE" in way.settings:
            certificates, scheme = Certificates(self.directory), "https"
            arguments += ["--server-certificate", certificates.server, "--server-key", certificates.server_key]
            self.environment["CSPY_OTLP_CERTIFICATE"] = str(certificates.authority)
        protocol = "grpc" if way.settings.get("PROTO") == "grpc" else "http"
        sink = undo.enter_context(GoogleReceiver(python, {"sink": protocol}, *arguments))
        sink.wait_started()
        return f"{scheme}://127.0.0.1:{sink.ports['sink']}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._undo.close()

    def agent(self, interval_ms, prefix=()):
        log = open(self.directory / "agent.log", "w", encoding="utf-8")
        command = [*prefix, self.build / "containerspy", "--docker-socket", self.socket, "--log-level", "debug",
                   "--otlp-endpoint", self.endpoint, "--otlp-export-interval", str(interval_ms)]
        # Trust is what the row says: a whole store of the machine's would be in the peak.
        inherited = {key: value for key, value in os.environ.items()
                     if not key.startswith(("CSPY_", "OTEL_", "SSL_CERT_")) and not key.lower().endswith("_proxy")}
        return subprocess.Popen(command, stderr=log, env={**inherited, **self.environment})

    def log(self):
        return (self.directory / "agent.log").read_text(encoding="utf-8")

    def rounds_sent(self):
        return self.log().count('msg="round sent"')


def ask(path, target):
    """One answer of an engine's API."""
    connection = http.client.HTTPConnection("localhost")
    connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.sock.connect(str(path))
    connection.request("GET", target)
    try:
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


def cpu_seconds(pid):
    tasks = pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def peak_mb(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) / 1024


def totals(log):
    """The numbers of the agent's last log line."""
    line = [line for line in log.splitlines() if "msg=stopped" in line][-1]
    return {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)(?= |$)", line)}


def finish(agent):
    agent.send_signal(signal.SIGTERM)
    if agent.wait(timeout=120) != 0:
        sys.exit("bench: the agent failed")


def needs_google(way):
    return way.settings.get("PROTO") == "grpc" or "CERTIFICATE" in way.settings


def measure(build, containers, interval, rounds, way=WAYS[0], python=None):
    with Fixture(build, containers, way, python) as fixture:
        agent = fixture.agent(int(interval * 1000))
        wait_for(lambda: fixture.rounds_sent() >= 1, 120, "the first round")
        begin, cpu_begin = time.monotonic(), cpu_seconds(agent.pid)
        wait_for(lambda: fixture.rounds_sent() >= 1 + rounds, interval * (rounds + 5), "the rounds")
        cpu = cpu_seconds(agent.pid) - cpu_begin
        # The grid gives the time: `rounds` intervals, whatever the polling of this script adds.
        elapsed = interval * rounds
        slip = time.monotonic() - begin - elapsed
        peak = peak_mb(agent.pid)
        finish(agent)
        count = totals(fixture.log())
        all_rounds = count["rounds_sent"] + count["rounds_lost"]
        if not count["points_sent"]:
            sys.exit(f"bench: nothing was sent:\n{fixture.log()}")
        return {
            "cpu": cpu / elapsed * 1000,
            "per_container": cpu / rounds / containers * 1e6,
            "peak": peak,
            "stats": count["stats_requests"] / all_rounds / containers,
            "requests": containers * count["stats_requests"] / all_rounds / containers / interval,
            "bytes": count["bytes"] / all_rounds / containers,
            "points": count["points_sent"] / count["rounds_sent"] / containers,
            "slip": slip,
        }


def instructions(build, containers):
    """User-space instructions per container and round."""
    results = []
    for rounds in (3, 9):
        with Fixture(build, containers) as fixture:
            out = fixture.directory / "callgrind.out"
            agent = fixture.agent(1000, ["valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={out}"])
            wait_for(lambda: fixture.rounds_sent() >= rounds, 120, "rounds under callgrind")  # noqa: B023 (called before the loop goes on)
            finish(agent)
            total = int(re.search(r"^(?:summary|totals): (\d+)", out.read_text(), re.MULTILINE).group(1))
            results.append((totals(fixture.log())["stats_requests"], total))
    (few, few_total), (many, many_total) = results
    return (many_total - few_total) / (many - few)


def compare_ways(options):
    """Returns what was missed."""
    missed = []
    print(f"{'way':<16} {'containers':>10} {'CPU ms/s':>9} {'goal':>6} {'ratio':>6} {'peak RSS MB':>12} {'goal':>6} {'points':>7} {'stats/round':>12} {'bytes/container':>16}")
    base = None
    for way in WAYS:
        if needs_google(way) and not options.google_python:
            print(f"{way.name:<16} {way.containers:>10} left out: it needs Google's libraries (--google-python)")
            continue
        row = measure(options.build, way.containers, options.interval, options.rounds, way, options.google_python)
        base = base or row["cpu"]
        for value, goal, what in ((row["cpu"], way.cpu_goal, "CPU"), (row["peak"], way.peak_goal, "peak RSS")):
            if goal is not None and value > goal:
                missed.append(f"{way.name}, {way.containers} containers: {what} {value:.2f} > {goal}")
        ratio = f"{row['cpu'] / base:.2f}" if way.containers == WAYS[0].containers else "-"
        print(f"{way.name:<16} {way.containers:>10} {row['cpu']:>9.3f} {way.cpu_goal or '-':>6} {ratio:>6} {row['peak']:>12.2f} "
              f"{way.peak_goal or '-':>6} {row['points']:>7.1f} {row['stats']:>12.2f} {row['bytes']:>16.0f}", flush=True)
    return missed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True, help="the release build's folder")
    parser.add_argument("--containers", type=int, nargs="*", default=sorted(GOALS))
    parser.add_argument("--interval", type=float, default=10, help="seconds between rounds (10)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds that are measured (3)")
    parser.add_argument("--no-instructions", action="store_true", help="leave out the run under callgrind")
    parser.add_argument("--no-ways", action="store_true", help="leave out the ways of sending")
    parser.add_argument("--google-python", metavar="FILE", help="a Python with tests/interop/requirements.txt, for gRPC and TLS")
    options = parser.parse_args()

    missed = []
    size = (options.build / "containerspy").stat().st_size / 1e6
    print(f"interval {options.interval:g} s, {options.rounds} rounds; binary {size:.2f} MB (goal {BINARY_MB_MAX:g})")
    if size > BINARY_MB_MAX:
        missed.append(f"binary {size:.2f} MB > {BINARY_MB_MAX:g}")
    print(f"{'containers':>10} {'CPU ms/s':>9} {'goal':>6} {'us/container':>13} {'peak RSS MB':>12} {'goal':>6} "
          f"{'stats/round':>12} {'engine req/s':>13} {'points':>7} {'bytes/container':>16}")
    for containers in options.containers:
        row = measure(options.build, containers, options.interval, options.rounds)
        cpu_goal, peak_goal = GOALS.get(containers, (None, None))
        for value, goal, what in ((row["cpu"], cpu_goal, "CPU"), (row["peak"], peak_goal, "peak RSS")):
            if goal is not None and value > goal:
                missed.append(f"{containers} containers: {what} {value:.2f} > {goal}")
        print(f"{containers:>10} {row['cpu']:>9.3f} {cpu_goal or '-':>6} {row['per_container']:>13.1f} {row['peak']:>12.2f} {peak_goal or '-':>6} "
              f"{row['stats']:>12.2f} {row['requests']:>13.1f} {row['points']:>7.1f} {row['bytes']:>16.0f}", flush=True)
    if not options.no_ways:
        missed += compare_ways(options)
    if not options.no_instructions:
        if shutil.which("valgrind"):
            print(f"instructions per container and round (callgrind, user space, 100 containers): {instructions(options.build, 100):,.0f}")
        else:
            print("instructions: left out, valgrind is not installed")
    for line in missed:
        print(f"MISSED: {line}")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    try:
        main()
    except TimeoutError as error:
        sys.exit(f"bench: {error}")
