"""Prometheus is stopped for two minutes and started again: in the end it has every round, once and in order.

Two are stopped at the same time: one whose agent stays, and one whose agent is stopped and started in the middle, with a
folder for what waits. What a round is, the agent's log says ("round read"); a sample must be there for each.
"""

import argparse
import contextlib
import itertools
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

from checks import Checks
from leg import on_an_engine
from prometheus import STRATEGIES, Prometheus
from server import wait_for
from support import agent as log
from support.agent import BINARY, Agent, seconds_of

# Between a round's own time and its line in the log: an answer of an engine with slow stats takes a second.
_TOLD_SECONDS_MAX = 2.0


class Line:
    """One Prometheus, and the agents that push to it, one after the other."""

    def __init__(self, name, options, engine, undo, environment):
        self.name = name
        self.prometheus = undo.enter_context(Prometheus(options.prometheus, STRATEGIES[0]))
        self.agents = []
        self._options, self._engine, self._undo, self._environment = options, engine, undo, environment

    def start_agent(self):
        self.agents.append(Agent(engine=self._engine.socket, endpoint=self.prometheus.endpoint, interval_ms=self._options.interval_ms,
                                 environment=self._environment))
        self._undo.callback(self.agents[-1].kill)

    def rounds(self):
        """For each round that an agent has read, in order: the earliest and the latest time that its sample can have, in
        seconds since 1970. The log has no more than milliseconds, so both ends belong to it."""
        return [times for agent in self.agents for times in _rounds_of(agent)]

    def samples(self, selector, at=None):
        """[(time, value)], as they are stored, of the last hour."""
        series = self.prometheus.series(f"{selector}[1h]", at)
        if len(series) > 1:
            raise RuntimeError(f"{selector} has {len(series)} series")
        return series[0][1] if series else []

    def refused(self):
        """Prometheus' own counters of samples that it refused."""
        return {name: float(value) for name, value in
                re.findall(r"^(prometheus_tsdb_(?:out_of_order|too_old|out_of_bound)_samples_total)(?:\{.*\})? (\S+)$",
                           self.prometheus.get("/metrics"), re.MULTILINE) if float(value)}


def _rounds_of(agent):
    stopping = None
    for entry in agent.entries():
        at = seconds_of(entry["time"])
        if entry.get("msg") == log.STOPPING:
            stopping = at
        elif entry.get("msg") == log.STOPPED:
            # An agent that is told to stop reads one more round, and need not say so.
            yield stopping, at
        elif entry.get("msg") == "round read" and stopping is None:
            yield at - _TOLD_SECONDS_MAX, at


def check_rounds(checks, line, selector, began, ended, interval, slack):
    """Every round that an agent read is a sample, and every agent read on its grid all the time."""
    rounds = line.rounds()
    # Some more may have come since the log was read.
    samples = [when for when, _ in line.samples(selector) if when <= rounds[-1][1]]
    paired = len(samples) == len(rounds) and all(low <= when <= high for when, (low, high) in zip(samples, rounds))
    lost = [high for low, high in rounds if not any(low <= when <= high for when in samples)]
    checks.check(f"{line.name}: there is one sample for each round", paired, f"{len(samples)} of {len(rounds)}"
                 + (f"; the first of {len(lost)} without one was {lost[0] - began:.1f} s after the end of Prometheus" if lost else ""))
    check_grids(checks, line, samples, began, ended, interval)
    gaps = [after - before for before, after in itertools.pairwise(samples)]
    checks.check(f"{line.name}: without a gap and without one twice", gaps and max(gaps) < interval + slack and min(gaps) > 0,
                 f"from {min(gaps, default=0):.3f} to {max(gaps, default=0):.3f} s between two")
    last_seen = line.samples(selector)
    checks.check(f"{line.name}: each sample has the value of its own time", all(abs(when - value) <= 1 for when, value in last_seen), f"{len(last_seen)} samples")


def check_grids(checks, line, samples, began, ended, interval):
    """How many rounds there are up to the end of the outage, to the last one.

    An agent reads its first round at once, the others on a grid from there, and one more when it is told to stop. The grid
    of an agent that is started again is not the one of the agent before it.
    """
    found, expected, previous_stopped = 0, 0, None
    for agent in line.agents:
        first = next(when for when in samples if previous_stopped is None or when > previous_stopped)
        if previous_stopped is not None:
            waited = first - previous_stopped
            # The next round of the old grid was half an interval away.
            checks.check(f"{line.name}: the new agent reads at once", waited < interval / 2, f"{waited:.1f} s after the other one's end")
        stopping = next((seconds_of(entry["time"]) for entry in agent.said(log.STOPPING)), None)
        # Counted up to the middle between two rounds, where it is certain how many there are.
        end = stopping or first + ((ended - first) // interval - 0.5) * interval
        expected += int((end - first) / interval) + 1
        found += sum(first <= when < end for when in samples)
        if stopping:
            previous_stopped = seconds_of(agent.said(log.STOPPED)[0]["time"])
            expected += 1
            found += sum(stopping <= when <= previous_stopped for when in samples)
    within = sum(began < when <= ended for when in samples)
    checks.check(f"{line.name}: all rounds up to the end of the outage", found == expected, f"{found} of {expected}; {within} are of the outage")


def check_leaver(checks, line, leaver, removed, interval):
    """A container that is removed during the outage ends at that time, although its mark arrives later."""
    series = f'{{name="{leaver.name}"}}'
    before, after = line.prometheus.query(series, at=removed - interval / 2), line.prometheus.query(series, at=removed + 1.5 * interval + 1)
    checks.check(f"{line.name}: a container that was removed meanwhile ended then", before and not after, f"{len(before)} series before, {len(after)} after")


def check_peace(checks, line, selector):
    pushes = line.prometheus.pushes()
    checks.check(f"{line.name}: Prometheus accepted every push", set(pushes) == {"200"}, ", ".join(f"{count} with {code}" for code, count in pushes.items()))
    checks.check(f"{line.name}: and every sample", not line.refused(), str(line.refused() or ""))
    resets = line.prometheus.value(f"sum(resets(container_cpu_user_seconds_total{selector}[1h]))")
    checks.check(f"{line.name}: no counter was reset", resets == 0, f"{resets} resets")
    line.agents[-1].stop()
    lost = [agent.said(log.STOPPED)[-1].get("rounds_lost") for agent in line.agents]
    checks.check(f"{line.name}: the agent lost no round", set(lost) == {"0"}, f"rounds_lost={','.join(map(str, lost))}")
    warnings = [entry.get("msg") for agent in line.agents for entry in agent.entries() if entry.get("level") in ("warn", "error")]
    checks.check(f"{line.name}: each agent said once that it could not deliver", warnings == [log.UNDELIVERED] * len(line.agents), "; ".join(map(str, warnings)))


def run(options, engine, undo):
    interval = options.interval_ms / 1000
    version = subprocess.run([options.prometheus, "--version"], capture_output=True, text=True, check=True).stdout.split()[2]
    print(f"Prometheus {version} away for {options.seconds:g} s at an interval of {interval:g} s, engine {engine.info['ServerVersion']}, {BINARY}", flush=True)
    # A round's time is in the middle of the engine's answers, which may take it a second, or not.
    slack = 0.2 * interval + (1.1 if engine.slow_stats else 0)
    checks = Checks()
    steady = engine.run("steady", "while :; do i=0; while [ $i -lt 1000 ]; do i=$((i+1)); done; sleep 1; done")
    leaver = engine.run("leaver")
    selector = f'{{name="{steady.name}"}}'
    last_seen = "container_last_seen" + selector

    queue = pathlib.Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="containerspy-queue-")))
    stays = Line("the agent stays", options, engine, undo, {})
    restarted = Line("the agent is started again", options, engine, undo, {"CSPY_QUEUE_DIR": str(queue)})
    lines = [stays, restarted]
    for line in lines:
        line.prometheus.wait_ready("/-/ready")
        line.start_agent()
    for line in lines:
        wait_for(lambda l=line: len(l.samples(last_seen)) >= 2, 60, "the first samples")

    # Away, from the middle between two rounds on, so that it is certain how many fall into that time.
    stays.agents[-1].wait_rounds(1)
    time.sleep(interval / 2)
    for line in lines:
        line.prometheus.stop()
    began = time.time()
    time.sleep(options.seconds / 2)
    leaver.remove()
    removed = time.time()
    restarted.agents[-1].wait_rounds(1)
    time.sleep(interval / 2)  # Again in the middle between two rounds: the last round and the new agent's first are off the grid.
    restarted.agents[-1].stop()
    restarted.start_agent()
    time.sleep(max(0, began + options.seconds - time.time()))
    for line in lines:
        line.prometheus.start()
        line.prometheus.wait_ready("/-/ready")
    ended = began + options.seconds

    # Back: agents wait before they try again, longer and longer, and then have much to send.
    for line in lines:
        line.agents[-1].wait_message(log.UNDELIVERED)
        with contextlib.suppress(TimeoutError):
            wait_for(lambda l=line: l.samples(last_seen) and l.samples(last_seen)[-1][0] > time.time() - 2 * interval, 120, "the newest round")
    caught_up = time.time() - ended
    checks.check("both have the newest round again", all(line.samples(last_seen)[-1][0] > time.time() - 2 * interval for line in lines),
                 f"{caught_up:.1f} s after Prometheus was started")
    for line in lines:
        line.agents[-1].wait_rounds(1)
        time.sleep(interval / 2)  # It is on its way.
        check_rounds(checks, line, last_seen, began, ended, interval, slack)
        check_leaver(checks, line, leaver, removed, interval)
        check_peace(checks, line, selector)
    if checks.failed:
        for line in lines:
            for agent in line.agents:
                said = [entry for entry in agent.log().splitlines() if "level=debug" not in entry]
                print(f"the agent's log, {line.name}:\n" + "\n".join(said)[-3000:])
            print("the end of Prometheus' log:\n" + line.prometheus.log()[-2000:])
    return checks.status()


def main():
    parser = argparse.ArgumentParser(prog="scripts/interop outage", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prometheus", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=float, default=os.environ.get("OUTAGE_SECONDS", "120"),
                        help="how long Prometheus is stopped (OUTAGE_SECONDS in the environment, else 120)")
    parser.add_argument("--interval-ms", type=int, default=5_000, help="time between two rounds (5000)")
    return on_an_engine(run, parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
