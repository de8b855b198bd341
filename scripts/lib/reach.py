"""Which programs can a change have broken?

    reach.py PROGRAM.cpp... <CHANGED

Prints each program that has a changed file among the files that its source reaches: the headers that it includes, the
source beside each of these headers, and so on. This is more than what is compiled into the program, never less, as long
as x.hpp is implemented in x.cpp (the file list is the glossary) or in files whose names begin with x_.
"""

import functools
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
# The include directories of the build.
PLACES = (ROOT / "src", ROOT)
_INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


@functools.cache
def neighbours(path):
    found = set()
    for name in _INCLUDE.findall(path.read_text(encoding="utf-8")):
        found.update(place / name for place in (path.parent, *PLACES) if (place / name).is_file())
    if path.suffix == ".hpp":
        found.update(file for file in path.parent.glob(f"{path.stem}*.cpp")
                     if file.stem == path.stem or file.stem.startswith(path.stem + "_"))
    return found


def reached(program):
    seen, ahead = set(), [program]
    while ahead:
        path = ahead.pop().resolve()
        if path not in seen:
            seen.add(path)
            ahead += neighbours(path)
    return seen


def main():
    changed = {(ROOT / line.strip()).resolve() for line in sys.stdin if line.strip()}
    # What a removed file had in it is somewhere else now, or missing: nobody can say whom that concerns.
    removed = any(path.suffix in (".hpp", ".cpp") and not path.exists() for path in changed)
    for program in sys.argv[1:]:
        if removed or reached(ROOT / program) & changed:
            print(program)


if __name__ == "__main__":
    main()
