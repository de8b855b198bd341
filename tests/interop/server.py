"""A receiver as a process: it gets a free port and a directory, is read over HTTP, and both are removed afterwards."""

import json
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

# Not through the proxy that the environment may name: everything is on this machine.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def get(url):
    """The body of an answer, whatever its status."""
    with _opener.open(url, timeout=30) as answer:
        return answer.read().decode()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition, seconds, what, pause=0.2):
    """Polls, because other programs do not notify us. Returns what the condition returned."""
    end = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise TimeoutError(f"gave up after {seconds} s waiting for {what}")
        time.sleep(pause)


class Server:
    """`command(directory, port)` returns the command line."""

    def __init__(self, name, command):
        self.name = name
        self.port = free_port()
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix=f"containerspy-{name}-"))
        self._command = command(self.directory, self.port)
        self._log = open(self.directory / "log", "a", encoding="utf-8")
        self.start()

    def start(self):
        """Also after `stop`: on the same port and directory."""
        self.process = subprocess.Popen(self._command, cwd=self.directory, stdout=self._log, stderr=subprocess.STDOUT)

    def stop(self):
        """Ends it by SIGTERM; its directory stays."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def get(self, path, parameters=None):
        """The body of an answer, whatever its status."""
        query = "?" + urllib.parse.urlencode(parameters) if parameters else ""
        return get(f"http://127.0.0.1:{self.port}{path}{query}")

    def get_json(self, path, parameters=None):
        return json.loads(self.get(path, parameters))

    def wait_ready(self, path, seconds=60):
        """Until it answers a request for `path`."""
        def ready():
            try:
                self.get(path)
                return True
            except OSError:
                return False

        self._wait_alive(ready, seconds)

    def wait_said(self, text, seconds=60):
        """Until its log contains `text`."""
        self._wait_alive(lambda: text in self.log(), seconds)

    def _wait_alive(self, ready, seconds):
        def alive_and_ready():
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended with status {self.process.returncode}:\n{self.log()}")
            return ready()

        wait_for(alive_and_ready, seconds, f"{self.name} to be ready")

    def log(self):
        return (self.directory / "log").read_text(encoding="utf-8")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        self._log.close()
        shutil.rmtree(self.directory, ignore_errors=True)
