"""A real engine: a private one of tests/engine/engine, or the one at ENGINE_SOCKET, of which the tests touch only their own containers."""

import calendar
import concurrent.futures
import contextlib
import functools
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse

from support.kernel import disk_below

ROOT = pathlib.Path(__file__).resolve().parents[3]
SCRIPT = str(ROOT / "tests/engine/engine")

# The mark of what is ours, also beside another run on the same engine.
_MARK = ("containerspy.e2e", f"{socket.gethostname()}-{os.getpid()}")

FOREVER = "sleep 1000000"


class EngineError(Exception):
    pass


def nanos_of(rfc3339):
    """"2026-11-23T20:05:01.123456789Z" -> nanoseconds since 1970."""
    seconds, _, fraction = rfc3339.rstrip("Z").partition(".")
    return calendar.timegm(time.strptime(seconds, "%Y-%m-%dT%H:%M:%S")) * 10**9 + int(f"{fraction:0<9}"[:9])


class Engine:
    def __init__(self):
        self.socket = os.environ.get("ENGINE_SOCKET")
        self.private = self.socket is None
        self._directory = None
        self._has_image = False
        self._imported = False

    # Its life.

    def start(self):
        """Returns why there is none, or None. Whoever may have started it has to stop it; twice is harmless."""
        if self.private and self._directory is None:
            check = subprocess.run([SCRIPT, "available"], capture_output=True, text=True)
            if check.returncode != 0:
                return check.stdout.strip() or check.stderr.strip()
            self._directory = tempfile.mkdtemp(prefix="containerspy-engine-")
            self._script("start")
            self.socket = self._directory + "/docker.sock"
        if not self._has_image:
            self._has_image = True
            self._imported = not self._exists("/images/bb:1/json")
            subprocess.run([SCRIPT, "image", self.socket], check=True)
        return None

    def stop(self):
        """Ends a private one; of another, takes away what is ours."""
        if self.private and self._directory is not None:
            self._script("stop")
            self._directory = None
        elif not self.private and self._has_image:
            self.remove_all()
            if self._imported:
                self.call("DELETE", "/images/bb:1?force=1")
            self._has_image = False

    def _script(self, command):
        done = subprocess.run([SCRIPT, command, self._directory], capture_output=True, text=True)
        if done.returncode != 0:
            raise EngineError(f"tests/engine/engine {command}: {done.stdout}{done.stderr}")

    def kill(self):
        self._script("kill")

    def restart(self):
        self._script("restart")

    @property
    def pid(self):
        """dockerd's, of a private one."""
        return int(pathlib.Path(self._directory, "docker.pid").read_text(encoding="ascii"))

    def freeze(self):
        """dockerd stands still: its socket takes connections, and nothing answers."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self):
        os.kill(self.pid, signal.SIGCONT)

    # Its answers.

    @contextlib.contextmanager
    def request(self, method, path, body=None, seconds=120):
        """The answer, of which nothing has been read yet."""
        connection = http.client.HTTPConnection("localhost")
        connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.sock.settimeout(seconds)
            connection.sock.connect(self.socket)
            headers = {} if body is None else {"Content-Type": "application/json"}
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            if answer.status >= 400:
                raise EngineError(f"{method} {path}: {answer.status} {answer.read(300).decode(errors='replace')}")
            yield answer
        finally:
            connection.close()

    def call(self, method, path, body=None):
        with self.request(method, path, body) as answer:
            content = answer.read()
        return json.loads(content) if content.strip().startswith((b"{", b"[")) else None

    def _exists(self, path):
        try:
            self.call("GET", path)
        except EngineError:
            return False
        return True

    @functools.cached_property
    def info(self):
        return self.call("GET", "/info")

    @functools.cached_property
    def slow_stats(self):
        """Whether one answer of /stats takes up to a second, as before 23.0.8, 24.0.7 and 25."""
        version = [int("".join(c for c in part if c.isdigit()) or 0) for part in self.info["ServerVersion"].split("+")[0].split(".")]
        return version < [23, 0, 8] or [24, 0] <= version < [24, 0, 7]

    def disk_accounting(self):
        """A HostConfig with which kernels from 6.9 on count under cgroup v1 what goes to a disk: they do so only once there
        is some limit for it. This one no disk reaches."""
        disk = disk_below(self.info["DockerRootDir"])
        return {"BlkioDeviceWriteBps": [{"Path": disk, "Rate": 10**12}]} if disk else {}

    def running(self):
        """The names of what runs."""
        return {name.lstrip("/") for container in self.call("GET", "/containers/json") for name in container["Names"]}

    # What runs on it.

    def run(self, name, command=FOREVER, network="none", labels=None, health=None, variables=(), **host):
        """Starts a container; `host` goes into HostConfig. It is gone after `remove_all`, if not before."""
        config = {
            "Image": "bb:1", "Cmd": ["/bin/sh", "-c", command], "Env": list(variables), "Labels": {_MARK[0]: _MARK[1], **(labels or {})},
            # No shell ends at once when asked to, and nobody here has something to save.
            "StopTimeout": 0,
            "HostConfig": {"NetworkMode": network, **host},
        }
        if health:
            config["Healthcheck"] = {"Test": ["CMD-SHELL", health], "Interval": 10**9, "Timeout": 10**10, "Retries": 1}
        name = f"e2e-{os.getpid()}-{name}"
        identity = self.call("POST", "/containers/create?name=" + urllib.parse.quote(name), config)["Id"]
        self.call("POST", f"/containers/{identity}/start")
        return Container(self, identity, name)

    def network(self, name):
        """Creates a network; it is gone after `remove_all`."""
        name = f"e2e-{os.getpid()}-{name}"
        self.call("POST", "/networks/create", {"Name": name, "Labels": dict([_MARK])})
        return name

    def remove_all(self, keep=()):
        ours = urllib.parse.quote(json.dumps({"label": [f"{_MARK[0]}={_MARK[1]}"]}))
        keep = {container.id for container in keep}
        gone = [c["Id"] for c in self.call("GET", f"/containers/json?all=1&filters={ours}") if c["Id"] not in keep]
        # One after the other takes the engine several times as long.
        in_parallel(lambda identity: Container(self, identity, "").remove(), gone)
        for network in self.call("GET", f"/networks?filters={ours}"):
            self.call("DELETE", f"/networks/{network['Id']}")


class Container:
    def __init__(self, engine, identity, name):
        self.engine, self.id, self.name = engine, identity, name

    def _post(self, what, body=None):
        return self.engine.call("POST", f"/containers/{self.id}/{what}", body)

    def inspect(self):
        return self.engine.call("GET", f"/containers/{self.id}/json")

    def stats(self):
        return self.engine.call("GET", f"/containers/{self.id}/stats?stream=false&one-shot=true")

    def wait_output(self, text):
        """Waits until the container has printed a line with the text."""
        with self.engine.request("GET", f"/containers/{self.id}/logs?stdout=1&stderr=1&follow=1") as log:
            seen = b""
            while text.encode() not in seen:
                line = log.readline()
                if not line:
                    raise EngineError(f"{self.name} ended without {text!r}: {seen.decode(errors='replace')}")
                seen += line

    @property
    def created(self):
        return nanos_of(self.inspect()["Created"])

    @property
    def started(self):
        return nanos_of(self.inspect()["State"]["StartedAt"])

    @property
    def finished(self):
        """When its last run ended."""
        return nanos_of(self.inspect()["State"]["FinishedAt"])

    def start(self):
        self._post("start")

    def restart(self):
        self._post("restart?t=0")

    def stop(self, patience_s=0):
        self._post(f"stop?t={patience_s}")

    def pause(self):
        self._post("pause")

    def unpause(self):
        self._post("unpause")

    def rename(self, name):
        self.name = f"e2e-{os.getpid()}-{name}"
        self._post("rename?name=" + self.name)

    def update(self, **host):
        self._post("update", host)

    def execute(self, command):
        body = {"Cmd": ["/bin/sh", "-c", command], "AttachStdout": True, "AttachStderr": True}
        self.engine.call("POST", f"/exec/{self._post('exec', body)['Id']}/start", {"Detach": False, "Tty": False})

    def remove(self):
        """Removes it, running or not. That it is gone or going already is no failure."""
        try:
            self.engine.call("DELETE", f"/containers/{self.id}?force=1&v=1")
        except EngineError as error:
            if ": 404 " not in str(error) and ": 409 " not in str(error):
                raise


def in_parallel(function, arguments, workers=4):
    """What a function returns for each argument, several at a time; the first exception of one is raised."""
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        return list(pool.map(function, arguments))
