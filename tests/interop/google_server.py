"""The receiver of Google's libraries (google_receiver.py) as a process, and what it holds."""

import pathlib

from held import Held
from server import Server, free_port


class GoogleReceiver(Server):
    """`ways`: {name: "grpc" or "http"}, each with a port and a file of its own."""

    def __init__(self, python, ways, *arguments):
        self.ports = {name: free_port() for name in ways}

        def command(directory, _):
            listen = [f"--listen={protocol}:{self.ports[name]}:{directory / name}.jsonl" for name, protocol in ways.items()]
            # It runs in another directory. What the link points to is a Python without the libraries.
            return [pathlib.Path(python).absolute(), str(pathlib.Path(__file__).with_name("google_receiver.py")), *listen, *map(str, arguments)]

        super().__init__("google", command)

    def held(self, name):
        return Held(self.directory / f"{name}.jsonl", lambda line: line.get("request", {}))

    def wait_started(self):
        self.wait_said("ready; ")
        return self.log().partition("ready; ")[2].strip()
