"""The receiver refuses, hangs, dies and comes back; the agent says so once, and ends what has ended meanwhile."""

import time

from support import agent as log
from support.agent import Agent
from support.case import EngineCase, anchor
from support.receiver import ACCEPTED, Bytes, Receiver, Silence, partial_success, refusal

UNTIL_DELIVERED = [log.STARTING, log.ENGINE_CONNECTED, log.FIRST_DELIVERED]


class Delivery(EngineCase):
    def deliver_first(self):
        agent = self.run_agent()
        agent.wait_message(log.FIRST_DELIVERED)
        return agent

    def refuse(self, rounds=3):
        """Waits until so many more requests were not accepted."""
        before = self.receiver.refused
        self.receiver.wait(lambda: self.receiver.refused >= before + rounds, 90, f"{rounds} requests to be refused")

    def test_a_killed_receiver_is_missed_once_and_found_again(self):
        agent = self.deliver_first()
        for times in (1, 2):
            self.receiver.kill()
            agent.wait_message(log.UNDELIVERED, times)
            agent.wait_rounds(3)
            self.receiver.listen()
            agent.wait_message(log.CAUGHT_UP, times)
            self.receiver.whole_rounds(1)
        self.assertEqual(agent.messages(), UNTIL_DELIVERED + [log.UNDELIVERED, log.DELIVERED_AGAIN, log.CAUGHT_UP] * 2, agent.log())
        self.assertEqual([entry["rounds_lost"] for entry in agent.said(log.DELIVERED_AGAIN)], ["0", "0"])

    def test_no_round_is_lost_while_the_receiver_is_away(self):
        agent = self.deliver_first()
        self.receiver.kill()
        away = time.time_ns()
        agent.wait_message(log.UNDELIVERED)
        agent.wait_rounds(4)
        self.receiver.listen()
        back = time.time_ns()
        agent.wait_message(log.CAUGHT_UP)
        times = sorted(self.receiver.times())
        interval_ns = self.interval_ms * 1_000_000
        missed = [time_ns for time_ns in times if away < time_ns < back]
        self.assertGreaterEqual(len(missed), 4)
        for before, after in zip(times, times[1:]):
            self.assertLess(after - before, 2 * interval_ns, "a round is missing")

    def test_a_container_removed_while_the_receiver_is_away_still_ends(self):
        agent = self.deliver_first()
        unseen = self.engine.run("unseen")
        self.receiver.first(unseen.name)
        self.receiver.whole_rounds(1)
        self.receiver.kill()
        agent.wait_message(log.UNDELIVERED)
        unseen.remove()
        agent.wait_rounds(3)
        self.receiver.listen()
        self.receiver.ended(unseen.name)
        self.receiver.whole_rounds(2)
        for identity, points in self.receiver.series(unseen.name).items():
            self.assert_ended_once(points, identity)

    def test_each_refusal_is_told_once_with_what_the_receiver_said(self):
        agent = self.deliver_first()
        refusals = ((503, "overloaded"), (400, "out of order sample"), (404, "no such path"), (413, "too large"), (429, "slow down"))
        beside = {log.SMALLER, log.CAUGHT_UP}  # the first where there is more than one container to split
        for status, message in refusals:
            self.receiver.answer_with(refusal(status, message))
            self.refuse()
        self.receiver.answer_with(ACCEPTED)
        agent.wait_message(log.DELIVERED_AGAIN)
        self.receiver.whole_rounds(1)
        self.assertEqual([message for message in agent.messages() if message not in beside],
                         UNTIL_DELIVERED + [log.UNDELIVERED] * len(refusals) + [log.DELIVERED_AGAIN], agent.log())
        told = [entry["error"] for entry in agent.said(log.UNDELIVERED)]
        self.assertEqual(told, [f"POST {self.receiver.endpoint}: HTTP {status}: {message}" for status, message in refusals])

    def test_points_that_the_receiver_did_not_take_are_told_once(self):
        agent = self.run_agent()
        self.receiver.answer_with(partial_success(2, "label too long"))
        entry = agent.wait_message(log.PARTLY_REJECTED)
        self.assertEqual((entry["rejected"], entry["message"]), ("2", "label too long"))
        self.receiver.whole_rounds(2)
        self.assertEqual(agent.messages().count(log.PARTLY_REJECTED), 1, agent.log())

    def test_an_answer_that_is_not_http_is_a_refusal(self):
        agent = self.deliver_first()
        self.receiver.answer_with(Bytes(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00not http at all\r\n\r\n"))
        self.assertIn("OTLP/HTTP", agent.wait_message(log.UNDELIVERED).get("remedy", ""))
        self.refuse()
        self.receiver.answer_with(ACCEPTED)
        agent.wait_message(log.DELIVERED_AGAIN)
        self.assertEqual(agent.messages(), UNTIL_DELIVERED + [log.UNDELIVERED, log.DELIVERED_AGAIN], agent.log())

    def test_a_receiver_that_never_answers_is_given_up_and_tried_again(self):
        agent = self.deliver_first()
        self.receiver.answer_with(Silence())
        self.refuse(1)
        asked = time.monotonic()
        agent.wait_message(log.UNDELIVERED)
        self.assertLess(time.monotonic() - asked, 12, "one export has 10 s")
        self.refuse(1)
        self.receiver.answer_with(ACCEPTED)
        self.receiver.first(anchor().name, since=time.time_ns())
        agent.wait_message(log.DELIVERED_AGAIN)

    def test_it_ends_in_time_while_the_receiver_is_silent(self):
        agent = self.deliver_first()
        self.receiver.answer_with(Silence())
        self.refuse(1)
        agent.stop()


class Endpoint(EngineCase):
    def test_a_path_is_used_as_it_is_and_the_environment_counts(self):
        self.receiver.kill()
        self.receiver = Receiver(path="/tenant/7/otlp")
        self.addCleanup(self.receiver.kill)
        agent = Agent(environment={"CSPY_DOCKER_SOCKET": "unix://" + self.engine.socket, "CSPY_OTLP_ENDPOINT": self.receiver.endpoint,
                                   "CSPY_OTLP_INTERVAL": str(self.interval_ms)}, arguments=["--log-format", "json"])
        self.own(agent)
        self.receiver.first(anchor().name)
        self.assertTrue(all(line.startswith('{"time":') for line in agent.lines), agent.log())

    def test_a_url_without_a_path_gets_the_usual_one(self):
        agent = Agent(engine=self.engine.socket, endpoint=f"http://localhost:{self.receiver.port}", interval_ms=self.interval_ms)
        self.own(agent)
        self.receiver.first(anchor().name)
