"""What every leg prints: a line for each check as it is decided, and the total at the end."""

import os
import pathlib

# Where scripts/interop reads how many checks passed, of how many: also of a leg that ended early.
_FILE = os.environ.get("CHECKS_FILE")


class Checks:
    def __init__(self):
        self.failed = 0
        self.passed = 0

    def check(self, what, passed, found=""):
        """`found` is what was seen, right or wrong."""
        self.passed += bool(passed)
        self.failed += not passed
        print(f"  {'ok    ' if passed else 'FAILED'}  {what:<66}  {found}".rstrip(), flush=True)
        if _FILE:
            pathlib.Path(_FILE).write_text(f"{self.passed} {self.passed + self.failed}\n", encoding="ascii")
        return passed

    def equal(self, what, found, expected):
        """Compares sets of names; prints what is missing and what is not expected."""
        missing, surplus = sorted(expected - found), sorted(found - expected)
        detail = [f"{len(found & expected)} of {len(expected)}"]
        detail += [f"missing: {', '.join(missing)}"] if missing else []
        detail += [f"not expected: {', '.join(surplus)}"] if surplus else []
        return self.check(what, not missing and not surplus, "; ".join(detail))

    def status(self):
        print(f"{self.passed} checks passed, {self.failed} failed" if self.failed else f"all {self.passed} checks passed", flush=True)
        return 1 if self.failed else 0
