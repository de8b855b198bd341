#!/usr/bin/env python3
"""What the agent costs: CPU, memory, requests and bytes, against an engine stand-in and a sink that only counts.

Each fleet runs for some rounds at the given interval. CPU time is the kernel's own account of the agent's threads
(/proc/PID/task/*/schedstat, nanoseconds), from the end of the first round to the end of the last, so that connecting and
inspecting are not in it; they are in the peak of the resident memory (VmHWM). Instructions are counted by callgrind in
user space, as the slope between a short and a long run, and do not depend on what else the machine is doing.

The limits in the last columns are the project's goals; the status is 1 where one is missed.
"""

import argparse
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

GOALS = {  # containers: (CPU milliseconds per second, peak resident MB)
    12: (None, 3.2),
    100: (0.35, 4.0),
    1000: (3.5, 8.0),
    5000: (None, 20.0),
}


class Fixture:
    """An engine stand-in and a sink, running."""

    def __init__(self, build, containers):
        self.build = build
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="containerspy-bench-"))
        self.socket = self.directory / "engine.sock"
        ready, port = self.directory / "ready", self.directory / "port"
        tools = build / "tools"
        self.processes = [
            subprocess.Popen([tools / "engine_stand_in", "--socket", self.socket, "--containers", str(containers), "--ready-file", ready]),
            subprocess.Popen([tools / "otlp_view", "--quiet", "--listen", "127.0.0.1:0", "--port-file", port]),
        ]
        wait_for(lambda: ready.exists() and port.exists() and port.read_text().endswith("\n"), 60, "the stand-in and the sink")
        self.port = int(port.read_text())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.terminate()
            process.wait()
        shutil.rmtree(self.directory)

    def agent(self, interval_ms, prefix=()):
        log = open(self.directory / "agent.log", "w", encoding="utf-8")
        command = [*prefix, self.build / "containerspy", "--docker-socket", self.socket, "--log-level", "debug",
                   "--otlp-endpoint", f"http://127.0.0.1:{self.port}", "--otlp-export-interval", str(interval_ms)]
        return subprocess.Popen(command, stderr=log)

    def log(self):
        return (self.directory / "agent.log").read_text(encoding="utf-8")

    def rounds_sent(self):
        return self.log().count('msg="round sent"')


def wait_for(condition, seconds, what):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"bench: gave up waiting for {what}")
        time.sleep(0.02)


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


def measure(build, containers, interval, rounds):
    with Fixture(build, containers) as fixture:
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
            wait_for(lambda: fixture.rounds_sent() >= rounds, 120, "rounds under callgrind")
            finish(agent)
            total = int(re.search(r"^(?:summary|totals): (\d+)", out.read_text(), re.M).group(1))
            results.append((totals(fixture.log())["stats_requests"], total))
    (few, few_total), (many, many_total) = results
    return (many_total - few_total) / (many - few)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True, help="the release build's folder")
    parser.add_argument("--containers", type=int, nargs="*", default=sorted(GOALS))
    parser.add_argument("--interval", type=float, default=10, help="seconds between rounds (10)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds that are measured (3)")
    parser.add_argument("--no-instructions", action="store_true", help="leave out the run under callgrind")
    options = parser.parse_args()

    missed = []
    print(f"interval {options.interval:g} s, {options.rounds} rounds; binary {(options.build / 'containerspy').stat().st_size / 1e6:.2f} MB")
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
    if not options.no_instructions:
        if shutil.which("valgrind"):
            print(f"instructions per container and round (callgrind, user space, 100 containers): {instructions(options.build, 100):,.0f}")
        else:
            print("instructions: left out, valgrind is not installed")
    for line in missed:
        print(f"MISSED: {line}")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
