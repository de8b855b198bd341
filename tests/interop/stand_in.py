"""The engine stand-in as a process."""

import pathlib
import subprocess
import tempfile

from server import wait_for


class StandIn:
    """`arguments`: what it simulates, such as --containers 100."""

    def __init__(self, binary, *arguments):
        self._directory = tempfile.TemporaryDirectory(prefix="containerspy-stand-in-")
        self.socket = f"{self._directory.name}/engine.sock"
        ready = pathlib.Path(self._directory.name, "ready")
        self._process = subprocess.Popen([binary, "--socket", self.socket, "--ready-file", ready, *arguments])
        try:
            wait_for(ready.exists, 30, "the engine stand-in")
        except TimeoutError:
            self.__exit__()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        self._directory.cleanup()
