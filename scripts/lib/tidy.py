"""Runs clang-tidy over the units of a compilation database, and skips each unit that has passed before.

A unit has passed before if nothing has changed since that its result depends on: its command, clang-tidy and its
configuration, and the content of every file that the unit includes. This is what ccache calls its direct mode.
Only a unit without findings is remembered, so that a finding is reported until it is fixed.
"""

import argparse
import collections
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time

# One entry for each state of the tree that somebody goes back to, such as the branches of a review.
STATES_MAX = 8

# Every unit reads some files of the system that no header guard reports, and all of them change with the compiler.
_INCLUDED = re.compile(r"^\.+ (.+)$")
_FINDING = re.compile(r"^(/[^:]+):(\d+):(\d+): (?:warning|error): ")


class Files:
    """Hashes of files' contents, each computed once."""

    def __init__(self):
        self._known = {}

    def hash_of(self, path):
        if path not in self._known:
            try:
                self._known[path] = hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
            except OSError:
                self._known[path] = None
        return self._known[path]


class Cache:
    """The states of the files with which each unit has passed. Paths below the root are kept without it, so that another
    clone finds them."""

    def __init__(self, directory, root):
        self._directory = pathlib.Path(directory)
        self._directory.mkdir(parents=True, exist_ok=True)
        self._root = root.rstrip("/") + "/"
        self._files = Files()

    def key(self, *parts):
        return hashlib.sha256("\0".join(parts).replace(self._root, "").encode()).hexdigest()

    def has_passed(self, key):
        return any(all(self._files.hash_of(self._absolute(path)) == content for path, content in state.items())
                   for state in self._states(key))

    def remember(self, key, paths):
        state = {self._relative(path): self._files.hash_of(path) for path in paths}
        if None in state.values():
            return
        states = [state, *(other for other in self._states(key) if other != state)][:STATES_MAX]
        # Another process may write the same entry at this moment.
        written = self._path(key).with_suffix(f".{os.getpid()}")
        written.write_text(json.dumps(states), encoding="utf-8")
        written.replace(self._path(key))

    def drop_unused(self, days):
        oldest = time.time() - days * 86_400
        for path in self._directory.iterdir():
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)

    def _states(self, key):
        try:
            states = json.loads(self._path(key).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return []
        os.utime(self._path(key))
        return states

    def _path(self, key):
        return self._directory / f"{key}.json"

    def _relative(self, path):
        return path.removeprefix(self._root)

    def _absolute(self, path):
        return path if path.startswith("/") else self._root + path


def check(clang_tidy, build, unit):
    """One unit: (findings with their code, files that it reads); the findings are None where clang-tidy itself failed."""
    # -H lists each file that is included, which saves a second run of the preprocessor.
    done = subprocess.run([clang_tidy, f"-p={build}", "--quiet", "--extra-arg=-H", unit["file"]],
                          capture_output=True, text=True, errors="replace", check=False)
    included, other = [], []
    for line in done.stderr.splitlines():
        match = _INCLUDED.match(line)
        (included if match else other).append(match[1] if match else line)
    directory = unit["directory"]
    paths = {unit["file"], *(os.path.normpath(os.path.join(directory, path)) for path in included)}
    if done.returncode != 0 and not any(_FINDING.match(line) for line in done.stdout.splitlines()):
        return None, done.stdout + "\n".join(other[-20:])
    return done.stdout if done.returncode != 0 else "", paths


def first_lines(outputs, root):
    """One line for each finding. A finding in a header comes once for each unit that includes it."""
    found = collections.OrderedDict()
    for output in outputs:
        for line in output.splitlines():
            if match := _FINDING.match(line):
                found.setdefault((match[1], int(match[2]), int(match[3]), line), None)
    return [line.removeprefix(root.rstrip("/") + "/") for _, _, _, line in sorted(found)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clang-tidy", required=True, help="the program")
    parser.add_argument("--build", required=True, help="the directory of compile_commands.json")
    parser.add_argument("--cache", required=True, help="the directory in which passed units are remembered")
    parser.add_argument("--root", required=True, help="the directory of the source tree")
    parser.add_argument("--report", required=True, help="the file for all findings with their code")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments = parser.parse_args()

    root = os.path.realpath(arguments.root)
    own = tuple(f"{root}/{folder}/" for folder in ("src", "tests", "tools", "bench"))
    commands = json.loads(pathlib.Path(arguments.build, "compile_commands.json").read_text(encoding="utf-8"))
    units = {unit["file"]: unit for unit in commands if unit["file"].startswith(own)}
    version = subprocess.run([arguments.clang_tidy, "--version"], capture_output=True, text=True, check=True).stdout
    configuration = pathlib.Path(root, ".clang-tidy").read_text(encoding="utf-8")
    cache = Cache(arguments.cache, root)
    cache.drop_unused(days=60)

    keys = {path: cache.key(version, configuration, unit["command"]) for path, unit in units.items()}
    due = [path for path in sorted(units) if not cache.has_passed(keys[path])]
    print(f"clang-tidy: {len(units)} units, {len(units) - len(due)} of which have passed before as they are")

    outputs, failed = [], False
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        results = pool.map(lambda path: check(arguments.clang_tidy, arguments.build, units[path]), due)
        for path, (output, paths) in zip(due, results, strict=True):
            if output is None:
                failed = True
                print(f"clang-tidy failed on {path.removeprefix(root + '/')}:\n{paths}")
            elif output:
                outputs.append(output)
            else:
                cache.remember(keys[path], paths)
    pathlib.Path(arguments.report).write_text("".join(outputs), encoding="utf-8")
    for line in first_lines(outputs, root):
        print(line)
    return 1 if outputs or failed else 0


if __name__ == "__main__":
    sys.exit(main())
