"""The commands of README.md and CONTRIBUTING.md are run as they are written, or with a smaller number where that is said.

Each line of a ```sh block must match a row of COMMANDS: the row runs it, or skips it with a reason. A new command needs a
row.
"""

import os
import pathlib
import re
import shlex
import shutil
import subprocess
import tempfile
import unittest

from support import agent as log
from support.agent import BINARY, ROOT
from support.case import EngineCase, anchor

PAGES = ("README.md", "CONTRIBUTING.md")
RELEASE = ROOT / "build/release"
SOCKET = "/var/run/docker.sock"
SECONDS_MAX = 120


def commands(page):
    """Each command of the ```sh blocks, with the lines that a backslash joins, without comments."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for block in re.findall(r"^ *```sh\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            line = re.sub(r"(^|\s)#.*", "", line).strip()
            if line:
                yield line


def needs(path):
    """What was not built is not built here: scripts/test builds it before it runs these tests."""
    if not (ROOT / path).exists():
        raise unittest.SkipTest(f"{path} is not built")


class Documentation(EngineCase):
    def shell(self, command, seconds=SECONDS_MAX, **environment):
        done = subprocess.run(["bash", "-euc", command], cwd=ROOT, env={**os.environ, **environment}, timeout=seconds,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual(done.returncode, 0, f"{command}\n{done.stdout}")
        return done.stdout

    def docker(self, command):
        if shutil.which("docker") is None:
            self.skipTest("there is no docker command")
        return self.shell(command, DOCKER_HOST=f"unix://{self.engine.socket}")

    # What the rows do.

    def run_as_written(self, command):
        self.shell(command)

    def run_build(self, command):
        needs("build/release/containerspy")
        self.shell(command)

    def run_demo(self, command):
        needs("build/release/tools/otlp_view")
        short = re.sub(r"--seconds \d+", "--seconds 4", command)
        shown = self.shell(short, DOCKER_HOST=f"unix://{self.engine.socket}")
        self.assertIn(f"container={anchor().name} ", shown)

    def run_install(self, command):
        needs("build/release/cmake_install.cmake")
        needs("build/release/containerspy")
        with tempfile.TemporaryDirectory(prefix="containerspy-e2e-") as prefix:
            self.shell(re.sub(r"--prefix \S+", f"--prefix {prefix}", command).removeprefix("sudo "))
            installed = pathlib.Path(prefix)
            version = self.shell(f"{installed}/bin/containerspy --version")
            self.assertRegex(version, r"^containerspy \d+\.\d+\.\d+\n$")
            for name in ("LICENSE", "README.md", "docs/METRICS.md"):
                self.assertTrue((installed / "share/doc/containerspy" / name).exists(), name)

    def run_image_build(self, command):
        needs("build/release/containerspy")
        self.docker(command)

    def run_image(self, command):
        """The container of the image reads the engine that runs it."""
        name = shlex.split(command)[shlex.split(command).index("--name") + 1]
        if not self.docker("docker images --quiet containerspy").strip():
            self.skipTest("the image was not built")
        self.addCleanup(self.docker, "docker rmi --force containerspy")
        self.addCleanup(self.docker, f"docker rm --force {name}")
        # The private engine's socket is elsewhere; in the container it has the usual place.
        self.docker(command.replace(SOCKET, self.engine.socket, 2))
        self.docker(f"timeout 30 docker logs --follow {name} 2>&1 | grep --max-count 1 'msg=\"{log.ENGINE_CONNECTED}\"'")

    def run_agent_command(self, command):
        """Whether all its settings are understood."""
        self.shell(command.replace("containerspy", shlex.quote(BINARY), 1) + " --print-config")

    # Of those that match, the first decides. A text instead of a function is why it is not run.
    COMMANDS = (
        (r"(\./)?scripts/\w+ --help", run_as_written),
        (r"\./scripts/demo .*", run_demo),
        (r"(\./)?scripts/setup build( test)?", run_as_written),
        (r"cmake --preset release && cmake --build build/release --target containerspy", run_build),
        (r"(sudo )?cmake --install build/release --prefix \S+", run_install),
        (r"docker build .*", run_image_build),
        (r"docker run .*", run_image),
        (r"containerspy .*", run_agent_command),
        (r"(\./)?scripts/(test|bench|interop|lint)\b.*", "it takes minutes: CI and RELEASING.md run it"),
        (r"cmake --preset dev.*", "it takes minutes to build: scripts/test builds the same with the sanitizers"),
        (r"UPDATE_GOLDEN=1 .*", "it rewrites files of the repository"),
        (r"build/dev/.* > docs/.*", "it rewrites files of the repository: GeneratedDocs of the unit tests compares them"),
        (r"build/dev/.*", "it needs the build that scripts/test does not make"),
        (r"ctest .*", "it takes minutes: scripts/test runs it"),
        (r"git .*", "it changes the repository"),
    )

    def test_each_command_can_be_run(self):
        for page in PAGES:
            for command in commands(page):
                with self.subTest(page, command=command):
                    action = next((action for pattern, action in self.COMMANDS if re.fullmatch(pattern, command)), None)
                    self.assertIsNotNone(action, "no row of COMMANDS says how this command is checked")
                    if isinstance(action, str):
                        self.skipTest(action)
                    action(self, command)


if __name__ == "__main__":
    unittest.main()
