"""What users see: containers come, go, change; engine and receiver fall and rise."""

import concurrent.futures
import os
import pathlib
import signal
import tempfile
import time
import unittest

import support
from support import Agent, Receiver, of

ENGINE = support.Engine()


def setUpModule():
    reason = ENGINE.start()
    if reason:
        print(f"skipped: no private engine can run here: {reason}", flush=True)
        raise unittest.SkipTest(reason)


def tearDownModule():
    ENGINE.stop()


class AgentCase(unittest.TestCase):
    """An agent between the engine and a receiver; at the end the receiver's invariants must have held."""

    interval_ms = 500

    def setUp(self):
        self.receiver = Receiver()
        self.agent = None

    def start_agent(self, **options):
        options.setdefault("interval_ms", self.interval_ms)
        self.agent = Agent(ENGINE.socket, self.receiver, **options)
        return self.agent

    def tearDown(self):
        try:
            if self.agent:
                self.agent.stop()
            self.assertEqual(self.receiver.violations[:5], [])
            self.assertLessEqual(len(self.receiver.resources), 1, self.receiver.resources)
        finally:
            self.receiver.kill()
            ENGINE.remove_all()

    def first(self, name, metric, seconds=30):
        return self.receiver.wait(lambda points: of(points, name, metric), f"{metric} of {name}", seconds)[0]

    def last_value(self, name, metric, **labels):
        with self.receiver.changed:
            for point in reversed(of(self.receiver.points, name, metric)):
                if labels.items() <= dict(point.labels).items():
                    return point.value
        return None


class Lifecycle(AgentCase):
    def test_a_started_container_arrives_with_its_labels_and_limits(self):
        self.start_agent()
        container = ENGINE.run("shop-web", network="bridge", labels={"com.docker.compose.project": "shop", "k/ä": "v\"1"},
                               Memory=33_554_432, NanoCpus=500_000_000, CpuShares=512)
        point = self.first("shop-web", "container_memory_usage_bytes")
        labels = dict(point.labels)
        self.assertEqual(labels["image"], "bb:1")
        self.assertEqual(labels["container_label_com_docker_compose_project"], "shop")
        self.assertEqual(labels["container_label_k__"], 'v"1')
        self.assertTrue(labels["id"].endswith(container) or container in labels["id"])
        self.assertTrue(support.cgroup_exists(labels["id"]), f"{labels['id']} is not in the cgroup tree")
        self.receiver.wait_rounds(1)
        self.assertEqual(self.last_value("shop-web", "container_spec_memory_limit_bytes"), 33_554_432)
        self.assertEqual(self.last_value("shop-web", "container_spec_cpu_quota"), 50_000)
        self.assertEqual(self.last_value("shop-web", "container_spec_cpu_period"), 100_000)
        self.assertEqual(self.last_value("shop-web", "container_health_state"), -1)
        self.assertEqual(self.last_value("shop-web", "container_threads"), 1)
        self.assertIsNotNone(self.last_value("shop-web", "container_network_receive_bytes_total", interface="eth0"))
        cpu = [p for p in self.receiver.points if p.metric.startswith("container_cpu_usage")]
        inspected = ENGINE.inspect(container)["State"]["StartedAt"]
        self.assertEqual(time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(cpu[0].start / 1e9)), inspected[:19])

    def test_numbers_are_the_kernels(self):
        self.start_agent()
        container = ENGINE.run("burner", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; sleep 1000000")
        cgroup = pathlib.Path("/sys/fs/cgroup/memory/docker") / container
        if not cgroup.is_dir():
            self.skipTest("the cgroup tree of this machine is laid out otherwise")
        self.first("burner", "container_memory_rss")
        pathlib.Path  # the loop has ended when the CPU time stands still
        cpu_file = pathlib.Path("/sys/fs/cgroup/cpuacct/docker") / container / "cpuacct.usage"
        used = -1
        while used != (used := int(cpu_file.read_text())):
            time.sleep(1.5)
        self.receiver.wait_rounds(4)
        with self.receiver.changed:
            last = max(p.time for p in self.receiver.points)
            cpu = sum(p.value for p in of(self.receiver.points, "burner", "container_cpu_usage_seconds_total") if p.time == last)
        self.assertAlmostEqual(cpu, used / 1e9, places=6)
        stat = dict(line.split() for line in (cgroup / "memory.stat").read_text().splitlines())
        self.assertEqual(self.last_value("burner", "container_memory_rss"), int(stat["total_rss"]))
        self.assertEqual(self.last_value("burner", "container_memory_usage_bytes"), int((cgroup / "memory.usage_in_bytes").read_text()))
        self.assertEqual(self.last_value("burner", "container_memory_failures_total", failure_type="pgfault", scope="container"), int(stat["pgfault"]))

    def test_every_series_of_a_removed_container_ends_once_and_stays_ended(self):
        self.start_agent()
        container = ENGINE.run("gone", network="bridge")
        other = ENGINE.run("stays")
        self.first("gone", "container_cpu_user_seconds_total")
        self.receiver.wait_rounds(1)
        ENGINE.remove(container)
        self.receiver.wait(lambda points: any(p.ended for p in of(points, "gone")), "a staleness point")
        self.receiver.wait_rounds(3)
        with self.receiver.changed:
            series = {}
            for point in of(self.receiver.points, "gone"):
                series.setdefault((point.metric, point.labels), []).append(point.ended)
        self.assertGreater(len(series), 25)
        for key, ended in series.items():
            self.assertEqual(ended.count(True), 1, key)
            self.assertTrue(ended[-1], key)
        self.assertFalse(any(p.ended for p in of(self.receiver.points, "stays")))
        ENGINE.remove(other)

    def test_a_restart_under_the_same_id_is_a_new_run(self):
        self.start_agent()
        container = ENGINE.run("again", "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; sleep 1000000")
        before = self.first("again", "container_cpu_user_seconds_total")
        ENGINE.call("POST", f"/containers/{container}/restart?t=0")
        self.receiver.wait(lambda points: [p for p in of(points, "again", "container_cpu_user_seconds_total") if p.start > before.start],
                           "points of the new run")
        started = self.last_value("again", "container_start_time_seconds")
        self.assertGreaterEqual(started, before.start // 10**9)

    def test_a_pause_changes_nothing_and_a_rename_changes_the_name(self):
        self.start_agent()
        container = ENGINE.run("old-name")
        self.first("old-name", "container_last_seen")
        ENGINE.call("POST", f"/containers/{container}/pause")
        self.receiver.wait_rounds(3)
        self.assertFalse(any(p.ended for p in of(self.receiver.points, "old-name")))
        ENGINE.call("POST", f"/containers/{container}/unpause")
        ENGINE.call("POST", f"/containers/{container}/rename?name=new-name")
        self.first("new-name", "container_last_seen")
        self.receiver.wait(lambda points: any(p.ended for p in of(points, "old-name", "container_last_seen")), "the old name's end")

    def test_health_follows_the_check(self):
        self.start_agent()
        ENGINE.run("checked", "touch /ok; sleep 1000000", health="test -e /ok")
        ENGINE.run("sick", health="false")
        value = lambda name, wanted: self.receiver.wait(
            lambda points: [p for p in of(points, name, "container_health_state") if p.value == wanted], f"{name} at {wanted}")
        value("checked", 1)
        value("sick", 0)


class Outages(AgentCase):
    @unittest.skipUnless(ENGINE.private, "the engine is not ours to kill")
    def test_a_killed_engine_comes_back_and_no_counter_goes_back(self):
        agent = self.start_agent()
        container = ENGINE.run("survivor", "while :; do :; done", RestartPolicy={"Name": "always"})
        self.first("survivor", "container_cpu_user_seconds_total")
        for round_number in (1, 2):
            ENGINE.kill()
            agent.wait_log("engine lost")
            requests = self.receiver.rounds()
            ENGINE.restart()
            if not ENGINE.inspect(container)["State"]["Running"]:
                ENGINE.call("POST", f"/containers/{container}/start")
            time_of_return = time.time() * 1e9
            self.receiver.wait(lambda points: [p for p in of(points, "survivor", "container_cpu_user_seconds_total")
                                               if p.time > time_of_return and not p.ended], "points after the restart", 60)
            self.assertGreater(self.receiver.rounds(), requests)
            self.assertEqual(len(agent.lines("engine lost")), round_number, agent.log())
            self.assertEqual(len(agent.lines("engine connected")), round_number + 1, agent.log())

    def test_a_killed_receiver_is_missed_once_and_found_again(self):
        agent = self.start_agent()
        ENGINE.run("steady")
        self.first("steady", "container_last_seen")
        self.receiver.kill()
        agent.wait_log("metrics cannot be delivered")
        time.sleep(2)
        self.receiver.listen()
        self.receiver.wait_rounds(2)
        agent.wait_log("metrics are delivered again")
        self.assertEqual(len(agent.lines("metrics cannot be delivered")), 1, agent.log())

    def test_a_container_removed_while_the_receiver_is_away_still_ends(self):
        agent = self.start_agent()
        container = ENGINE.run("unseen-end")
        self.first("unseen-end", "container_last_seen")
        self.receiver.wait_rounds(1)
        self.receiver.kill()
        agent.wait_log("metrics cannot be delivered")
        ENGINE.remove(container)
        time.sleep(2)
        self.receiver.listen()
        self.receiver.wait(lambda points: any(p.ended for p in of(points, "unseen-end", "container_last_seen")), "its end")

    def test_starts_before_engine_and_receiver(self):
        directory = tempfile.mkdtemp(prefix="containerspy-e2e-link-")
        self.receiver.kill()
        self.agent = Agent(directory + "/docker.sock", self.receiver, interval_ms=300)
        try:
            self.agent.wait_log("engine lost")
            ENGINE.run("waiting")
            os.symlink(ENGINE.socket, directory + "/docker.sock")
            self.agent.wait_log("metrics cannot be delivered", 60)
            self.receiver.listen()
            self.first("waiting", "container_last_seen")
            self.assertEqual(len(self.agent.lines("engine lost")), 1, self.agent.log())
            self.assertEqual(len(self.agent.lines("metrics cannot be delivered")), 1, self.agent.log())
        finally:
            support.cleanup(directory)

    def test_both_signals_end_it_in_time_after_a_last_push(self):
        ENGINE.run("last")
        for how in (signal.SIGTERM, signal.SIGINT):
            agent = self.start_agent(interval_ms=60_000)
            self.receiver.wait_rounds(0)
            before = self.receiver.rounds()
            self.agent = None
            self.assertLess(agent.stop(how), 3.0)
            self.assertGreater(self.receiver.rounds(), before, "no last push")


class Scale(AgentCase):
    def test_rounds_of_a_hundred_containers_are_complete_well_inside_ten_seconds(self):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda i: ENGINE.run(f"many-{i}"), range(100)))
        self.start_agent(interval_ms=10_000)
        counts = lambda points: [sum(1 for p in points if p.time == t and p.metric == "container_last_seen" and not p.ended)
                                 for t in sorted({p.time for p in points})]
        self.receiver.wait(lambda points: counts(points)[:2] == [100, 100], "two whole rounds", 40)
        with self.receiver.changed:
            arrived = time.time() * 1e9 - max(p.time for p in self.receiver.points)
        self.assertLess(arrived / 1e9, 8, "the round's points arrive in the same interval")

    def test_churn_leaks_nothing_and_loses_nobody(self):
        self.churn(support.BINARY, flat=True)

    @unittest.skipUnless("ASAN_BINARY" in os.environ, "ASAN_BINARY names no agent that was built with the sanitizers")
    def test_churn_under_the_sanitizers(self):
        self.churn(os.environ["ASAN_BINARY"], flat=False)

    def churn(self, binary, flat):
        count = 100 if os.environ.get("E2E_QUICK") else 1000
        agent = self.start_agent(binary=binary, interval_ms=1000)
        survivors = [ENGINE.run(f"survivor-{i}") for i in range(3)]
        self.first("survivor-0", "container_last_seen")

        def come_and_go(number):
            ENGINE.remove(ENGINE.run(f"job-{number}", "true"))

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(come_and_go, range(count // 5)))
            warm = agent.rss_kb()
            list(pool.map(come_and_go, range(count // 5, count)))
        self.receiver.wait_rounds(2)
        grown = agent.rss_kb() - warm
        # What a fifth of the churn has not yet made resident: some pages of code and of the allocator's free lists.
        if flat:
            self.assertLess(grown, 512, f"resident memory grew by {grown} kB over {count} containers")
        with self.receiver.changed:
            last = max(p.time for p in self.receiver.points)
            names = {dict(p.labels)["name"] for p in self.receiver.points if p.time == last and not p.ended}
        self.assertEqual(names, {f"survivor-{i}" for i in range(3)})
        for container in survivors:
            ENGINE.remove(container)


if __name__ == "__main__":
    unittest.main()
