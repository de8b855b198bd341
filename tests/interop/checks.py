"""What every leg prints: a line for each check as it is decided, and in the end the status."""


class Checks:
    def __init__(self):
        self.failed = 0
        self.passed = 0

    def check(self, what, passed, found=""):
        """`found` says what was seen, be it right or wrong."""
        self.passed += bool(passed)
        self.failed += not passed
        print(f"  {'ok    ' if passed else 'FAILED'}  {what:<66}  {found}".rstrip(), flush=True)
        return passed

    def equal(self, what, found, expected):
        """Sets of names: what is missing and what is too much."""
        missing, surplus = sorted(expected - found), sorted(found - expected)
        detail = [f"{len(found & expected)} of {len(expected)}"]
        detail += [f"missing: {', '.join(missing)}"] if missing else []
        detail += [f"not expected: {', '.join(surplus)}"] if surplus else []
        return self.check(what, not missing and not surplus, "; ".join(detail))

    def status(self):
        print(f"{self.passed} checks passed, {self.failed} failed" if self.failed else f"all {self.passed} checks passed", flush=True)
        return 1 if self.failed else 0
