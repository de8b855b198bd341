#!/usr/bin/env python3
"""Writes cmake/symbol_order.txt: the functions that the agent runs, so that the linker puts them side by side.

The agent runs under callgrind against an engine stand-in, once for each way of sending: plain HTTP first, since that is
what most use, then what each other way runs besides. Functions are listed in the order in which callgrind met them.
Run it after larger changes; a list that is old costs some memory and nothing else.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import receivers  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent
SECONDS = 25


def functions(profile):
    """Mangled names of callgrind's functions; each is spelt out where it comes first."""
    names = []
    for line in profile.read_text().splitlines():
        if match := re.match(r"c?fn=\(\d+\) (.*)$", line):
            name = re.sub(r"'\d+$", "", match.group(1))
            if not name.startswith("0x") and name != "(below main)":
                names.append(name)
    return names


def profiled(build, directory, name, arguments):
    out = directory / f"callgrind.{name}"
    command = ["valgrind", "--quiet", "--tool=callgrind", "--demangle=no", f"--callgrind-out-file={out}",
               build / "containerspy", "--docker-socket", directory / "engine.sock", "--otlp-export-interval", "1000",
               *arguments]
    subprocess.run(["timeout", "-s", "TERM", str(SECONDS), *command], stderr=subprocess.DEVNULL, check=False)
    return functions(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/profile", help="a build that keeps its symbols")
    options = parser.parse_args()
    order = {}
    with tempfile.TemporaryDirectory(prefix="containerspy-order-") as name:
        directory = pathlib.Path(name)
        engine = subprocess.Popen([options.build / "tools/engine_stand_in", "--socket", directory / "engine.sock", "--containers", "20"])
        try:
            for leg, open_receiver in receivers.LEGS.items():
                with open_receiver(directory) as arguments:
                    found = profiled(options.build, directory, leg, arguments)
                new = [function for function in found if function not in order]
                order.update(dict.fromkeys(new))
                print(f"{leg}: {len(set(found))} functions, {len(new)} of them new")
        finally:
            engine.terminate()
            engine.wait()
    (ROOT / "cmake/symbol_order.txt").write_text("".join(f"{function}\n" for function in order))


if __name__ == "__main__":
    main()
