"""Runs the tests of this directory, and says at the end what all receivers together have seen."""

import os
import pathlib
import signal
import sys
import time
import unittest

from support.agent import BINARY
from support.case import ENGINE
from support.invariants import SUITE


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


def main(patterns):
    for variable in ("BINARY", "ASAN_BINARY"):
        path = os.environ.get(variable, BINARY if variable == "BINARY" else None)
        if path is not None and not os.access(path, os.X_OK):
            print(f"{variable}: {path} is not there, or is no program: build it ('cmake --build --preset release')", file=sys.stderr)
            return 2
    signal.signal(signal.SIGTERM, _end)
    loader = unittest.TestLoader()
    loader.testNamePatterns = [f"*{pattern}*" for pattern in patterns] or None
    tests = loader.discover(str(pathlib.Path(__file__).resolve().parents[1]), pattern="*_test.py")
    if tests.countTestCases() == 0:
        print(f"no test is called {' or '.join(patterns)}", file=sys.stderr)
        return 2
    try:
        result = unittest.TextTestRunner(verbosity=2, resultclass=_Result).run(tests)
    finally:
        # A second Ctrl-C must not leave half of it behind.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        ENGINE.stop()
    print(f"The invariants were checked over {SUITE.requests} requests, {SUITE.points} points, {SUITE.series} series.")
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
