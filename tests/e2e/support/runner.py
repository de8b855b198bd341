"""Runs the tests of this directory, and says at the end what all receivers together have seen.

Agents and engines mostly wait, so several processes run the tests side by side: each takes the next test from a common
list, and has an engine of its own. What a test prints comes in one piece when it is over. A test class with `alone = True`
depends on time; its tests run before the others, while no other test runs.
"""

import collections
import io
import multiprocessing
import os
import pathlib
import queue
import signal
import sys
import time
import unittest

from support.agent import BINARY
from support.case import ENGINE
from support.invariants import SUITE

# More processes do not help two processors, on which the engine itself works as well.
JOBS = 3

# These begin first, because they are the longest: no process should be left with one of them at the end.
LONGEST = "scale_test."


class _Result(unittest.TextTestResult):
    """Says how long each test took."""

    def startTest(self, test):
        self._began = time.monotonic()
        super().startTest(test)

    def addSuccess(self, test):
        self.stream.write(f"{time.monotonic() - self._began:.1f} s ")
        super().addSuccess(test)


def _end(*_):
    raise KeyboardInterrupt


def _tests(patterns):
    """The tests whose names hold one of the patterns: {name: test}."""
    loader = unittest.TestLoader()
    loader.testNamePatterns = [f"*{pattern}*" for pattern in patterns] or None
    tests = {}

    def collect(suite):
        for test in suite:
            if isinstance(test, unittest.TestSuite):
                collect(test)
            else:
                tests[test.id()] = test

    collect(loader.discover(str(pathlib.Path(__file__).resolve().parents[1]), pattern="*_test.py"))
    return tests


_Outcome = collections.namedtuple("_Outcome", "name text failed skipped seconds")

# What the receivers of one process have seen.
_Seen = collections.namedtuple("_Seen", "requests points series")


class _Worker:
    """One of the processes. The first starts its engine before the others start theirs, and ends it after them: under
    cgroup v2 the first engine of a machine prepares the tree for all, and puts it back."""

    def __init__(self, number, patterns, alone, names, results, first_is_up, others_are_down):
        self._number, self._patterns, self._alone, self._names, self._results = number, patterns, alone, names, results
        self._first_is_up, self._others_are_down = first_is_up, others_are_down

    def run(self):
        # A Ctrl-C reaches all processes; the parent ends those that it does not reach.
        signal.signal(signal.SIGTERM, _end)
        try:
            tests = _tests(self._patterns)
            if self._number == 0:
                ENGINE.start()
                for name in self._alone:
                    self._results.put(self._run_test(tests[name]))
                self._first_is_up.set()
            else:
                self._first_is_up.wait()
            while (name := self._names.get()) is not None:
                self._results.put(self._run_test(tests[name]))
        except KeyboardInterrupt:
            pass
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            self._first_is_up.set()
            if self._number == 0:
                self._others_are_down.wait(60)
            ENGINE.stop()
            self._results.put(_Seen(SUITE.requests, SUITE.points, SUITE.series))

    @staticmethod
    def _run_test(test):
        stream = io.StringIO()
        # What a test prints belongs between its name and its result.
        standard, sys.stdout = sys.stdout, stream
        began = time.monotonic()
        try:
            result = unittest.TextTestRunner(stream=stream, verbosity=2, resultclass=_Result).run(unittest.TestSuite([test]))
        finally:
            sys.stdout = standard
        failed = not result.wasSuccessful()
        # After a line of dashes comes the runner's summary of this one test.
        text = stream.getvalue() if failed else stream.getvalue().partition("\n-----")[0].strip()
        return _Outcome(test.id(), text, failed, bool(result.skipped), time.monotonic() - began)


def main(patterns):
    for variable in ("BINARY", "ASAN_BINARY"):
        path = os.environ.get(variable, BINARY if variable == "BINARY" else None)
        if path is not None and not os.access(path, os.X_OK):
            print(f"{variable}: {path} is not there, or is no program: build it ('cmake --build --preset release')", file=sys.stderr)
            return 2
    signal.signal(signal.SIGTERM, _end)
    tests = _tests(patterns)
    if not tests:
        print(f"no test is called {' or '.join(patterns)}", file=sys.stderr)
        return 2
    # The load on somebody else's engine is that of one process.
    jobs = min(int(os.environ.get("E2E_JOBS", JOBS)), len(tests)) if ENGINE.private else 1
    began = time.monotonic()
    ordered = sorted(tests, key=lambda name: (not name.startswith(LONGEST), name))
    alone = [name for name in ordered if getattr(tests[name], "alone", False)]
    outcomes, seen = _run(patterns, alone, [name for name in ordered if name not in alone], jobs)
    return _summary(tests, outcomes, seen, time.monotonic() - began)


def _run(patterns, alone, others, jobs):
    # Fresh processes, because the names of containers hold the number of the process.
    context = multiprocessing.get_context("spawn")
    names, results = context.Queue(), context.Queue()
    first_is_up, others_are_down = context.Event(), context.Event()
    for name in [*others, *[None] * jobs]:
        names.put(name)
    workers = [context.Process(target=_Worker(number, patterns, alone, names, results, first_is_up, others_are_down).run)
               for number in range(jobs)]
    for worker in workers:
        worker.start()
    outcomes, seen = [], []
    try:
        while len(seen) < jobs and any(worker.is_alive() for worker in workers):
            try:
                result = results.get(timeout=1)
            except queue.Empty:
                result = None
            if isinstance(result, _Outcome):
                outcomes.append(result)
                print(result.text, flush=True)
            elif result is not None:
                seen.append(result)
            if not any(worker.is_alive() for worker in workers[1:]) or len(seen) >= jobs - 1:
                others_are_down.set()
    finally:
        # A second Ctrl-C must not leave half of it behind.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        others_are_down.set()
        for worker in workers:
            if len(seen) < jobs and worker.is_alive():
                worker.terminate()
        for worker in workers:
            worker.join()
    return outcomes, seen


def _summary(tests, outcomes, seen, seconds):
    print("\nThe longest:")
    for outcome in sorted(outcomes, key=lambda outcome: -outcome.seconds)[:12]:
        print(f"{outcome.seconds:6.1f} s  {outcome.name}")
    print(f"Ran {len(outcomes)} tests in {seconds:.1f} s; one after the other they take {sum(o.seconds for o in outcomes):.1f} s")
    failed = [outcome.name for outcome in outcomes if outcome.failed] + sorted(tests.keys() - {o.name for o in outcomes})
    skipped = sum(outcome.skipped for outcome in outcomes)
    if failed:
        print("FAILED: " + ", ".join(failed))
    else:
        print("OK" + (f" (skipped={skipped})" if skipped else ""))
    requests, points, series = (sum(counts) for counts in zip(*seen))
    print(f"The invariants were checked over {requests} requests, {points} points, {series} series.")
    return 1 if failed or not seen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
