"""The test case that all others are: one engine for the whole run, an agent and a receiver for each test."""

import unittest

from support import agent as agent_module
from support.agent import Agent
from support.engine import Engine
from support.invariants import SUITE
from support.receiver import Receiver

ENGINE = Engine()

# A container that runs through the whole suite: a round of nothing is not sent, so that without it nobody could wait for
# a round in which something else is missing.
_anchor = []


def anchor():
    return _anchor[0]


class EngineCase(unittest.TestCase):
    maxDiff = 4_000

    @classmethod
    def setUpClass(cls):
        reason = ENGINE.start()
        if reason:
            raise unittest.SkipTest(f"no private engine can run here: {reason}")
        if not _anchor:
            _anchor.append(ENGINE.run("anchor", RestartPolicy={"Name": "always"}))

    def setUp(self):
        self.engine = ENGINE
        # Where an answer of the engine takes a second, no shorter interval can be kept.
        self.interval_ms = 1_500 if ENGINE.slow_stats else 500
        # Undone in reverse order: the agent has to end before its receiver goes, and the engine is swept last.
        self.addCleanup(self._check)
        self.addCleanup(ENGINE.remove_all, keep=_anchor)
        self.receiver = Receiver()
        self.addCleanup(self.receiver.kill)
        self.agent = None

    def run_agent(self, engine=None, binary=agent_module.BINARY, interval_ms=None, mounts=False, push=True,
                  environment=None, **more):
        """Starts the agent of this test between its engine and its receiver. It must be able to end as promised.

        Only with `mounts` does it read this machine's own files, and then as it does by itself.
        """
        if not mounts:
            environment = {**agent_module.ENGINE_ONLY, **(environment or {})}
        more["environment"] = environment
        agent = Agent(engine=engine or ENGINE.socket, endpoint=self.receiver.endpoint if push else None,
                      interval_ms=interval_ms or self.interval_ms, binary=binary, **more)
        self.own(agent)
        return agent

    def own(self, agent):
        self.agent = agent

        def end():
            if agent.process.returncode is None:
                agent.stop()

        self.addCleanup(agent.kill)
        self.addCleanup(end)

    def while_still(self, read, container):
        """What `read` says before and after a round in which it did not change, and the round's values."""
        for _ in range(8):
            before = read()
            time = self.receiver.whole_rounds(1)[0]
            if read() == before:
                return before, self.receiver.at(container, time)
        self.fail(f"the numbers of {container} never stood still")

    def _check(self):
        violations = SUITE.take_violations()
        shown = "\n".join(violations[:5])
        self.assertEqual(len(violations), 0, f"{len(violations)} invariants were violated, such as\n{shown}")

    def assert_ended_once(self, series, identity):
        """The points of one series: values, then one mark of the end, then nothing."""
        marks = [point.ended for point in series]
        self.assertEqual(marks, [False] * (len(marks) - 1) + [True], identity)
