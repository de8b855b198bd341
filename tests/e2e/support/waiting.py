"""Waiting for something to be true: woken by who makes it true, never by a clock, and never without a deadline."""

import time


def wait_until(changed, condition, seconds, what):
    """Returns what `condition()` returned when it was first true.

    `changed` is the condition variable that is notified whenever the outcome may have changed; `condition` is called
    while it is held. `what` says in a failure what was waited for: a text, or a function that makes one of the state.
    """
    end = time.monotonic() + seconds
    with changed:
        while True:
            result = condition()
            if result:
                return result
            left = end - time.monotonic()
            if left <= 0:
                raise AssertionError(f"gave up after {seconds} s waiting for {what() if callable(what) else what}")
            changed.wait(left)
