"""Many containers at once, and many one after the other."""

import os
import unittest

from support import agent as log
from support.agent import BINARY
from support.case import EngineCase
from support.engine import in_parallel

CONTAINERS = 100
CHURN = 100 if os.environ.get("E2E_QUICK") else 1_000


class Size(EngineCase):
    alone = True  # how long a round takes depends on what else the engine does

    def test_rounds_of_a_hundred_containers_are_whole_and_done_well_inside_ten_seconds(self):
        interval = 10.0
        names = {c.name for c in in_parallel(lambda i: self.engine.run(f"many-{i}"), range(CONTAINERS))}
        agent = self.run_agent(interval_ms=int(interval * 1000))
        self.receiver.wait(lambda: len(self.receiver.times()) >= 4, 60, "four rounds")
        times = self.receiver.times()[:3]
        for time_of_round in times:
            self.assertLessEqual(names, self.receiver.containers_at(time_of_round), "all are in each round")
        # The grid begins when the fleet is known; a round is done when the receiver has its last request.
        begin = log.seconds_of(agent.said(log.ENGINE_CONNECTED)[0]["time"])
        for number, time_of_round in enumerate(times):
            requests = [(arrived, size) for arrived, size, round_time in self.receiver.requests if round_time == time_of_round]
            took = max(arrived for arrived, _ in requests) - (begin + number * interval)
            self.assertLess(took, interval / 2, f"round {number} of {CONTAINERS} containers")
            self.assertGreater(len(requests), 1, "a round of this size is split")
            self.assertLess(max(size for _, size in requests), 4 * 1024 * 1024, "what gRPC receivers take")
        self.assertEqual(agent.messages(), [log.STARTING, log.ENGINE_CONNECTED, log.FIRST_DELIVERED], agent.log())


class Churn(EngineCase):
    """Containers by the hundred that live for a moment."""

    # What the agent may grow by over 800 containers, in kB of memory that it has written to. If it kept no more than the
    # labels of each, some 300 bytes, that would be 240; with a reading each, 800. What grows without being kept: the free
    # lists of malloc, which settle at the largest number of containers that were there at once, give or take some pages
    # of fragments. 0 to 40 were measured.
    GROWTH_KB_MAX = 128

    def test_churn_leaks_nothing_and_loses_nobody(self):
        self.churn(BINARY, self.GROWTH_KB_MAX)

    @unittest.skipUnless("ASAN_BINARY" in os.environ, "ASAN_BINARY names no agent that was built with the sanitizers")
    def test_churn_under_the_sanitizers(self):
        # They keep what is freed for a while, so that memory grows; at the end they tell what was lost, by the status.
        self.churn(os.environ["ASAN_BINARY"], None)

    def churn(self, binary, growth_kb_max):
        agent = self.run_agent(binary=binary)
        survivors = [self.engine.run(f"survivor-{i}") for i in range(3)]
        for survivor in survivors:
            self.receiver.first(survivor.name)
        in_parallel(self.come_and_go, range(CHURN // 5))
        self.receiver.whole_rounds(1)
        warm, files = agent.anonymous_kb(), agent.open_files()
        in_parallel(self.come_and_go, range(CHURN // 5, CHURN))
        last = self.receiver.whole_rounds(2)[-1]
        grown = agent.anonymous_kb() - warm
        print(f"\n    memory: {warm} kB after {CHURN // 5} containers, {grown:+} kB after {CHURN - CHURN // 5} more ", end="")
        if growth_kb_max is not None:
            self.assertLessEqual(grown, growth_kb_max, f"kB of resident memory over {CHURN} containers")
        self.assertLessEqual(agent.open_files(), files + 1, "open files and sockets")
        self.assertEqual(self.receiver.containers_at(last), self.engine.running())
        self.assertLessEqual({s.name for s in survivors}, self.receiver.containers_at(last))
        self.assertEqual(agent.messages(), [log.STARTING, log.ENGINE_CONNECTED, log.FIRST_DELIVERED], agent.log())
        seen = 0
        for number in range(CHURN):
            series = self.receiver.series(f"e2e-{os.getpid()}-job-{number}")
            seen += bool(series)
            for identity, points in series.items():
                self.assert_ended_once(points, identity)
        self.assertGreaterEqual(seen, CHURN // 20)

    def come_and_go(self, number):
        """One in twenty lives until it was seen; of the others half end by themselves, half are removed while they run."""
        if number % 20 == 0:
            job = self.engine.run(f"job-{number}")
            self.receiver.first(job.name)
            job.remove()
        elif number % 2:
            self.engine.run(f"job-{number}", "true", AutoRemove=True)
        else:
            self.engine.run(f"job-{number}").remove()
