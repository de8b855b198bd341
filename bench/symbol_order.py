#!/usr/bin/env python3
"""Writes cmake/symbol_order.txt: the functions that the agent runs, so that the linker puts them side by side.

The agent runs under callgrind against an engine stand-in, once for each way of sending that the benchmark knows: plain HTTP
first, since that is what most use, then what each other way runs besides. Functions are listed in the order in which
callgrind met them. scripts/bench --symbol-order runs it; a list that is old costs some memory and nothing else.
"""

import argparse
import pathlib
import re

from agent import ROOT, WAYS, Fixture, finish, wait_for

CONTAINERS, ROUNDS = 20, 5


def functions(profile):
    """Mangled names of callgrind's functions; each is spelt out where it comes first."""
    names = {}
    for line in profile.read_text().splitlines():
        if match := re.match(r"c?fn=\(\d+\) (.*)$", line):
            name = re.sub(r"'\d+$", "", match.group(1))
            if not name.startswith("0x") and name != "(below main)":
                names[name] = None
    return names


def profiled(build, way, python):
    with Fixture(build, CONTAINERS, way, python) as fixture:
        out = fixture.directory / "callgrind.out"
        agent = fixture.agent(1000, ["valgrind", "--quiet", "--tool=callgrind", "--demangle=no", f"--callgrind-out-file={out}"])
        wait_for(lambda: fixture.rounds_sent() >= ROUNDS, 120, f"rounds of {way.name} under callgrind")
        finish(agent)
        return functions(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True, help="a build that keeps its symbols (preset profile)")
    parser.add_argument("--google-python", required=True, metavar="FILE", help="a Python with tests/interop/requirements.txt")
    options = parser.parse_args()
    order = {}
    for way in {way.name: way for way in WAYS}.values():
        found = profiled(options.build, way, options.google_python)
        print(f"{way.name}: {len(found)} functions, {len(found.keys() - order.keys())} of them new", flush=True)
        order |= found
    (ROOT / "cmake/symbol_order.txt").write_text("".join(f"{name}\n" for name in order))


if __name__ == "__main__":
    main()
