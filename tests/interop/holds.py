"""Checks of what a receiver holds: the same for every receiver that stores what it gets."""

import contextlib
import time

from expected import NAMES, NOT_SINCE_THE_START, documented
from server import wait_for
from support import agent as log
from support.kernel import Kernel
from support.points import label

# What an agent logs from its start on if nothing is wrong.
_PEACE = [log.STARTING, log.ENGINE_CONNECTED, log.FIRST_DELIVERED]


class Receiver:
    """One of several that get the same, each from an agent of its own."""

    def __init__(self, name, held, agent):
        self.name, self.held, self.agent = name, held, agent

    def wait_round(self, since):
        """The first time of a round that began after `since`, in nanoseconds, once all of that round is here."""
        def later():
            # The next one's is here, so this one's is complete.
            times = [at for at in self.held.refresh().times() if at > since]
            return times[0] if len(times) > 1 else None

        try:
            return wait_for(later, 60, f"a round at {self.name}")
        except TimeoutError as error:
            raise TimeoutError(f"{error}; its agent said\n{self.agent.log()[-3000:]}") from None


def check_names(checks, receiver):
    with contextlib.suppress(TimeoutError):  # The check says which are missing.
        wait_for(lambda: NAMES <= receiver.held.refresh().names(), 60, "all names")
    names = receiver.held.names()
    checks.equal(f"{receiver.name}: names", names, NAMES | (documented() & names))


def check_identity(checks, receiver, fleet):
    info = fleet.engine.info
    resources = {resource for request in receiver.held.requests for resource in request.resources}
    found = [dict(resource) for resource in resources]
    right = len(found) == 1 and (found[0].get("service.name"), found[0].get("service.instance.id")) == ("containerspy", info["Name"])
    checks.check(f"{receiver.name}: one resource, and the engine's", right, "" if right else str(found))
    series = receiver.held.of(fleet.all.name)
    labels = {dict(identity[1]).get("container_label_com_example_team") for identity in series}
    checks.check(f"{receiver.name}: the container's own label", labels == {"core"}, f"{len(series)} series")


def standing_still(kernel, look):
    """The kernel's numbers of a container, and what `look` finds while they do not change; `look` is called with the time
    before, in nanoseconds. None if the numbers do not stand still for that long."""
    for _ in range(8):
        before, begin = kernel.values(), time.time_ns()
        found = look(begin)
        if kernel.values() == before:
            return before, found
    return None


def differences(kernel_values, values):
    """Both are {(metric, own labels): value}; only what the kernel counts is compared."""
    return [f"{metric}{dict(labels) or ''} {values.get((metric, labels))} is {value} in the kernel"
            for (metric, labels), value in kernel_values.items() if values.get((metric, labels)) != value]


def check_values(checks, receivers, still):
    """The receivers may look at different rounds: a paused container has the kernel's numbers in each."""
    point = next(iter(receivers[0].held.of(still.name).values()))[0]
    kernel = Kernel(label(point, "id"), still.inspect()["State"]["Pid"])
    if not kernel.is_there():
        checks.check("the paused container's cgroup is on this machine", False, label(point, "id"))
        return
    seen = standing_still(kernel, lambda begin: {receiver.name: receiver.wait_round(begin) for receiver in receivers})
    if seen is None:
        checks.check("a paused container stands still", False)
        return
    before, rounds = seen
    counters = {identity for identity, points in receivers[0].held.of(still.name).items() if points[-1].start}
    for receiver in receivers:
        values = receiver.held.at(still.name, rounds[receiver.name])
        wrong = differences(before, values)
        checks.check(f"{receiver.name}: values are the kernel's, to the last digit", not wrong and before,
                     "; ".join(wrong[:2]) or f"{len(before)} of {len(values)} values")
        found = receiver.held.of(still.name)
        starts = {points[-1].start for identity, points in found.items() if identity in counters and identity[0] not in NOT_SINCE_THE_START}
        checks.check(f"{receiver.name}: counters start with the container", starts == {still.started} and counters <= set(found),
                     f"{len(counters)} counters, start {' '.join(map(str, starts))}")


def check_removal(checks, receivers, leaver, interval_ms):
    begin = time.time_ns()
    for receiver in receivers:
        receiver.wait_round(begin)
    leaver.remove()
    removed = time.time_ns()
    for receiver in receivers:
        def ended():
            return all(points[-1].ended for points in receiver.held.refresh().of(leaver.name).values())  # noqa: B023 (called in this turn)

        with contextlib.suppress(TimeoutError):
            wait_for(ended, 30, "the end of its series")
    # What came afterwards must not be of it.
    for receiver in receivers:
        receiver.wait_round(time.time_ns())
        series = receiver.held.of(leaver.name)
        once = sum([point.ended for point in points] == [False] * (len(points) - 1) + [True] for points in series.values())
        took = max((points[-1].time for points in series.values()), default=0) - removed
        checks.check(f"{receiver.name}: a removed container ends, once", series and once == len(series) and took < 3 * interval_ms * 10**6,
                     f"{once} of {len(series)} series, after {took / 1e9:.1f} s")


def check_rules(checks, receiver):
    invariants = receiver.held.refresh().invariants
    checks.check(f"{receiver.name}: everything received follows the rules", not invariants.violations and invariants.points,
                 "; ".join(invariants.violations[:2]) or f"{invariants.requests} requests, {invariants.points} points")


def check_peace(checks, receiver):
    """Stops the agent, too."""
    receiver.agent.stop()
    said = [message for message in receiver.agent.messages() if message != log.OWN_FILES]
    lost = receiver.agent.said(log.STOPPED)[-1].get("rounds_lost")
    right = said[:3] == _PEACE and not set(said[3:]) - {log.STOPPING, log.STOPPED} and lost == "0"
    checks.check(f"{receiver.name}: the agent logged no trouble", right, f"rounds_lost={lost}" if right else "; ".join(map(str, said[:6])))


def check_all(checks, receivers, fleet, interval_ms):
    """With all agents running; in the end none is."""
    still = fleet.stand_still()
    for receiver in receivers:
        check_names(checks, receiver)
        check_identity(checks, receiver, fleet)
    for receiver in receivers:
        wait_for(lambda r=receiver: r.held.refresh().of(still.name), 60, f"{still.name} at {receiver.name}")
    check_values(checks, receivers, still)
    check_removal(checks, receivers, fleet.leaver, interval_ms)
    for receiver in receivers:
        check_rules(checks, receiver)
        check_peace(checks, receiver)
