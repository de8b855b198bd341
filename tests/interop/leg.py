"""Runs a leg on an engine, and removes what the leg made, however it ends."""

import contextlib
import signal
import sys

from support.engine import Engine


def cleanly(run, options):
    """Calls `run(options, undo)` and returns its status. At the end everything on the stack `undo` is undone."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with contextlib.ExitStack() as undo:
        try:
            return run(options, undo)
        finally:
            # A second Ctrl-C must not leave half of it behind.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)


def on_an_engine(run, options):
    """Calls `run(options, engine, undo)` with a real engine."""
    def start(options, undo):
        engine = Engine()
        undo.callback(engine.stop)
        if reason := engine.start():
            print(f"interop: a real engine is needed: {reason}; or set ENGINE_SOCKET", file=sys.stderr)
            return 1
        return run(options, engine, undo)

    return cleanly(start, options)
