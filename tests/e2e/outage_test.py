"""The engine falls and rises; the agent says so once, and goes on where it was."""

import os
import signal
import tempfile
import time
import unittest

from support import agent as log
from support.agent import Agent
from support.case import ENGINE, EngineCase, anchor


class EngineOutage(EngineCase):
    @unittest.skipUnless(ENGINE.private, "ENGINE_SOCKET's engine is not ours to kill")
    def test_a_killed_engine_comes_back_and_so_do_the_points(self):
        agent = self.run_agent()
        survivor = self.engine.run("survivor", "while :; do :; done", RestartPolicy={"Name": "always"}, CpuPeriod=100_000, CpuQuota=20_000)
        casualty = self.engine.run("casualty")
        for name in (survivor.name, casualty.name):
            self.receiver.first(name, "container_cpu_user_seconds_total")
        for times in (1, 2):
            self.engine.kill()
            agent.wait_message(log.ENGINE_LOST, times)
            self.engine.restart()
            agent.wait_message(log.ENGINE_CONNECTED, times + 1)
            # The restarted dockerd ends what it finds running, and starts again what wants it: a new run of the same id.
            new = self.receiver.first(survivor.name, "container_cpu_user_seconds_total", since=time.time_ns())
            self.assertEqual(new.start, survivor.started)
        self.receiver.ended(casualty.name)
        self.assertEqual(agent.messages(), [log.STARTING, log.ENGINE_CONNECTED, log.FIRST_DELIVERED,
                                            *[log.ENGINE_LOST, log.ENGINE_CONNECTED] * 2], agent.log())

    @unittest.skipUnless(ENGINE.private, "ENGINE_SOCKET's engine is not ours to freeze")
    def test_an_engine_that_stands_still_is_waited_for(self):
        agent = self.run_agent()
        steady = self.engine.run("steady")
        self.receiver.first(steady.name)
        self.engine.freeze()
        self.addCleanup(self.engine.thaw)
        agent.wait_message(log.NOT_READ)
        agent.wait_rounds(1)
        self.engine.thaw()
        self.receiver.first(steady.name, since=time.time_ns())
        self.assertLessEqual(agent.messages().count(log.ENGINE_LOST), 1, agent.log())

    def test_an_agent_that_is_there_before_engine_and_receiver(self):
        self.receiver.kill()
        waiting = self.engine.run("waiting")
        with tempfile.TemporaryDirectory(prefix="containerspy-e2e-") as directory:
            agent = self.run_agent(engine=directory + "/docker.sock")
            lost = agent.wait_message(log.ENGINE_AWAY)
            self.assertIn("--docker-socket", lost["remedy"])
            # Some attempts, which must not be told one by one: where there is no socket, nobody but the agent sees them.
            time.sleep(2)
            os.symlink(self.engine.socket, directory + "/docker.sock")
            agent.wait_message(log.ENGINE_CONNECTED)
            agent.wait_message(log.UNDELIVERED)
            agent.wait_rounds(2)
            self.receiver.listen()
            self.receiver.first(waiting.name)
            self.receiver.whole_rounds(1)
            agent.wait_message(log.CAUGHT_UP)
            self.assertEqual(agent.messages(), [log.STARTING, log.ENGINE_AWAY, log.ENGINE_CONNECTED, log.UNDELIVERED, log.FIRST_DELIVERED,
                                                log.CAUGHT_UP], agent.log())
            agent.stop()


class Signals(EngineCase):
    """SIGTERM and SIGINT end the agent within 3 s (Agent.stop measures), whatever it is waiting for."""

    def test_both_signals_end_it_after_a_last_push(self):
        for how in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(how.name):
                # So long that no round but the first and the last falls into the test.
                agent = self.run_agent(interval_ms=60_000)
                began = time.time_ns()
                self.receiver.wait(lambda: self.receiver.times()[-1:] > [began], 30, "the first round")  # noqa: B023 (called before the loop goes on)
                rounds = len(self.receiver.times())
                agent.stop(how)
                self.assertEqual(len(self.receiver.times()), rounds + 1, "one last push")
                self.assertIn(anchor().name, self.receiver.containers_at(self.receiver.times()[-1]))
                self.assertEqual(agent.messages(), [log.STARTING, log.ENGINE_CONNECTED, log.FIRST_DELIVERED, log.STOPPING, log.STOPPED])
                self.assertEqual(agent.said(log.STOPPING)[0]["signal"], how.name)

    def test_it_ends_where_there_is_neither_engine_nor_receiver(self):
        self.receiver.kill()
        with tempfile.TemporaryDirectory(prefix="containerspy-e2e-") as directory:
            agent = self.run_agent(engine=directory + "/docker.sock")
            agent.wait_message(log.ENGINE_AWAY)
            agent.stop()

    @unittest.skipUnless(ENGINE.private, "ENGINE_SOCKET's engine is not ours to freeze")
    def test_it_ends_while_the_engine_stands_still(self):
        agent = self.run_agent()
        self.receiver.whole_rounds(1)
        self.engine.freeze()
        self.addCleanup(self.engine.thaw)
        agent.wait_message(log.NOT_READ)  # The next round's requests wait as this one's did.
        agent.stop()

    @unittest.skipUnless(ENGINE.private, "ENGINE_SOCKET's engine is not ours to kill")
    def test_it_ends_while_the_engine_is_dead(self):
        agent = self.run_agent()
        self.receiver.whole_rounds(1)
        self.engine.kill()
        self.addCleanup(self.engine.restart)
        agent.wait_message(log.ENGINE_LOST)
        agent.stop()

    def test_it_ends_while_it_connects(self):
        # Right after the start, wherever that finds it.
        for milliseconds in (0, 5, 20, 80):
            agent = Agent(engine=self.engine.socket, endpoint=self.receiver.endpoint, interval_ms=self.interval_ms)
            self.own(agent)
            agent.wait_message(log.STARTING)
            time.sleep(milliseconds / 1000)
            agent.stop()
