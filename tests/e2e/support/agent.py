"""The built binary as a process: started as a user would, its log read line by line as it comes."""

import atexit
import datetime
import json
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import threading
import time

from support.waiting import wait_until

ROOT = pathlib.Path(__file__).resolve().parents[3]
BINARY = os.environ.get("BINARY", str(ROOT / "build/release/containerspy"))

# Settings of an agent that reads nothing of this machine: the engine's answers are all that it has.
ENGINE_ONLY = {"CSPY_CGROUP_ROOT": "none", "CSPY_PROC_ROOT": "none"}

# The lines that tell a change of state.
STARTING = "starting"
ENGINE_LOST = "engine lost: trying again until it is back"
ENGINE_AWAY = "engine not reachable yet: trying again until it answers"
ENGINE_CONNECTED = "engine connected"
UNDELIVERED = "cannot deliver metrics"
LISTENING = "listening"
OWN_FILES = "reading container metrics from this machine's own files"
FIRST_DELIVERED = "first metrics delivered"
DELIVERED_AGAIN = "metrics are delivered again"
CAUGHT_UP = "all waiting rounds are delivered"
SMALLER = "the receiver refuses requests of this size: smaller ones are sent"
PARTLY_REJECTED = "the receiver rejected some points"
STOPPING = "stopping"
STOPPED = "stopped"
NOT_READ = "cannot read some containers: their points are missing in this round"

# They depend on how busy the machine is, which no test decides.
_LATENESS = {"a round took longer than the interval: skipping rounds", "rounds are on time again",
             NOT_READ, "can read all containers again"}

# The line of the level debug that each round makes.
_ROUND_READ = "round read"

_PAIR = re.compile(r'([A-Za-z_]+)=("(?:[^"\\]|\\.)*"|[^ ]*)')

# The promise is 3 s from the signal to the end; the process must also be found to have ended.
STOP_SECONDS_MAX = 3.0


def parse_logfmt(line):
    return {key: json.loads(value) if value.startswith('"') else value for key, value in _PAIR.findall(line)}


def seconds_of(rfc3339):
    """The time of a line in the log, in seconds since 1970."""
    return datetime.datetime.fromisoformat(rfc3339).timestamp()


class Agent:
    def __init__(self, engine=None, endpoint=None, interval_ms=None, binary=BINARY, arguments=(), environment=None):
        options = {"--docker-socket": engine, "--otlp-endpoint": endpoint, "--otlp-export-interval": interval_ms}
        # Each round is a line of the level debug, so that a test can wait for one that no receiver will see.
        command = [binary, "--log-level", "debug", *arguments]
        for flag, value in options.items():
            if value is not None:
                command += [flag, str(value)]
        # What the one who runs the tests has set for himself is not what is tested; nor is a file where he is.
        inherited = {key: value for key, value in os.environ.items()
                     if not key.startswith(("CSPY_", "OTEL_")) and key != "DOCKER_HOST"}
        self.directory = tempfile.TemporaryDirectory(prefix="containerspy-agent-")
        self.changed = threading.Condition()
        self.lines = []
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, encoding="utf-8",
                                        cwd=self.directory.name, env={**inherited, **(environment or {})})
        # A Ctrl-C in a test passes by its clean-ups.
        atexit.register(self.kill)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stderr:
            with self.changed:
                self.lines.append(line.rstrip("\n"))
                self.changed.notify_all()

    def log(self):
        with self.changed:
            return "\n".join(self.lines)

    def entries(self):
        """The lines of the log as {key: value}."""
        with self.changed:
            return [json.loads(line) if line.startswith("{") else parse_logfmt(line) for line in self.lines]

    def messages(self):
        """What the log said, in order, without the level debug and without what a busy machine makes it say."""
        return [entry.get("msg") for entry in self.entries() if entry.get("level") != "debug" and entry.get("msg") not in _LATENESS]

    def said(self, message):
        return [entry for entry in self.entries() if entry.get("msg") == message]

    def wait_message(self, message, count=1, seconds=60):
        """Waits until the log has said something that many times; returns the line that made it so."""
        return wait_until(self.changed, lambda: self.said(message)[count - 1:], seconds,
                          lambda: f"the {count}. line {message!r} in\n{self.log()}")[0]

    def wait_rounds(self, count):
        """Waits until so many more rounds were read, delivered or not."""
        self.wait_message(_ROUND_READ, len(self.said(_ROUND_READ)) + count)

    def anonymous_kb(self):
        """Resident memory that it has written to: heap and stack, and not the code, of which each new path adds pages."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(re.search(r"RssAnon:\s+(\d+)", status).group(1))

    def open_files(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def stop(self, how=signal.SIGTERM):
        """Ends it, and returns how many seconds that took. Any status but 0, or more time than promised, is a failure."""
        begin = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            status = self.process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the agent did not end within {STOP_SECONDS_MAX} s of {how.name}:\n{self.log()}") from None
        took = time.monotonic() - begin
        self.kill()
        if status != 0:
            raise AssertionError(f"the agent ended with status {status}:\n{self.log()}")
        return took

    def kill(self):
        """Ends it if it runs, and leaves nothing of it but its log."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join()
        self.process.stderr.close()
        atexit.unregister(self.kill)
        self.directory.cleanup()
