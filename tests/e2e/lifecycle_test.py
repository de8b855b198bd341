"""What users see of a container: it comes, works, changes, goes."""

from support.agent import STARTING
from support.case import EngineCase, anchor
from support.points import label, own_labels

MIB = 1024 * 1024
# Counters that go on when the container is started again: they count since its creation.
OVER_ALL_RUNS = {"container_oom_events_total"}


class LifecycleCase(EngineCase):
    def starts_of_counters(self, container):
        """Of those that count since the start of a run."""
        counters = {p.metric: p for p in self.receiver.points(container.name) if p.metric.endswith("_total")}
        self.assertLessEqual(OVER_ALL_RUNS, counters.keys())
        return {p.start for p in self.receiver.points(container.name)
                if p.metric in counters.keys() - OVER_ALL_RUNS}


class Arrival(LifecycleCase):
    def test_a_started_container_arrives_with_its_labels_and_limits(self):
        self.run_agent()
        web = self.engine.run("web", network="bridge", Memory=32 * MIB, NanoCpus=500_000_000, CpuShares=512, PidsLimit=50,
                              labels={"com.docker.compose.project": "shop", "k/ä": 'v"1\\', "empty": ""})
        first = self.receiver.first(web.name, "container_memory_usage_bytes")
        labels = {key: value for key, value in first.labels if "containerspy_e2e" not in key}
        self.assertEqual(labels, {"id": label(first, "id"), "name": web.name, "image": "bb:1",
                                  "container_label_com_docker_compose_project": "shop", "container_label_k__": 'v"1\\'})
        self.assertRegex(label(first, "id"), f"^/.*{web.id}")
        values = self.receiver.at(web.name, first.time)
        expected = {
            "container_spec_memory_limit_bytes": 32 * MIB,
            "container_spec_cpu_quota": 50_000,
            "container_spec_cpu_period": 100_000,
            "container_threads_max": 50,
            "container_health_state": -1,
            "container_start_time_seconds": web.started // 10**9,
            "container_last_seen": first.time // 10**9,
        }
        if self.engine.info.get("CgroupVersion", "1") == "1":
            expected["container_spec_cpu_shares"] = 512
        self.assertEqual({name: values.get((name, ())) for name in expected}, expected)
        self.assertIn(("container_network_receive_bytes_total", (("interface", "eth0"),)), values)
        self.assertEqual(self.starts_of_counters(web), {web.started})

    def test_a_container_that_ran_before_the_agent_is_found(self):
        early = self.engine.run("early")
        self.run_agent()
        self.receiver.first(early.name)


class Changes(LifecycleCase):
    def test_a_restart_under_the_same_id_is_a_new_run_of_the_same_series(self):
        # A container that is older than the agent has counters that start with the agent.
        self.run_agent().wait_message(STARTING)
        cpu_time = "container_cpu_user_seconds_total"
        again = self.engine.run("again", "test -e /ran || { touch /ran; i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; };"
                                " echo counted; sleep 1000000")
        again.wait_output("counted")
        first_start = again.started
        before = self.receiver.wait(lambda: [p for p in self.receiver.points(again.name, cpu_time) if p.value > 0.05],
                                     30, "CPU time")[-1]
        again.restart()
        second_start = again.started
        self.assertLess(first_start, second_start)
        new = self.receiver.wait(lambda: [p for p in self.receiver.points(again.name, cpu_time) if p.start == second_start],
                                  60, "points of the new run")[0]
        self.assertLess(new.value, before.value, "the new run counts from its own beginning")
        self.assertEqual(self.receiver.at(again.name, new.time)["container_start_time_seconds", ()], second_start // 10**9)
        now = self.receiver.at(again.name, self.receiver.whole_rounds(1)[0])
        slack = self.interval_ms * 10**6
        between_runs = range(again.finished - slack, second_start + slack)
        for identity, points in self.receiver.series(again.name).items():
            # What the new run does not have, such as a disk that it has not used, ends. The rest goes on without a gap,
            # unless the engine took so long that a round fell between the two runs.
            if (identity[0], own_labels(points[0])) in now:
                ends = [p.time for p in points if p.ended]
                self.assertLessEqual(len(ends), 1, identity)
                self.assertTrue(all(time in between_runs for time in ends), f"{identity}: {ends} not in {between_runs}")
            else:
                self.assert_ended_once(points, identity)
            starts = [p.start for p in points]
            expected = {again.created} if identity[0] in OVER_ALL_RUNS else {0, first_start, second_start}
            self.assertLessEqual(set(starts), expected, identity)
            self.assertEqual(starts, sorted(starts), f"{identity}: after a point of the new run comes none of the old")

    def test_a_paused_container_goes_on(self):
        self.run_agent()
        paused = self.engine.run("paused")
        self.receiver.first(paused.name)
        paused.pause()
        for time in self.receiver.whole_rounds(3):
            self.assertIn(("container_memory_usage_bytes", ()), self.receiver.at(paused.name, time))
        paused.unpause()
        self.receiver.whole_rounds(1)
        for identity, points in self.receiver.series(paused.name).items():
            self.assertFalse(any(p.ended for p in points), identity)

    def test_a_rename_ends_the_old_series_and_begins_the_new(self):
        self.run_agent()
        renamed = self.engine.run("old", network="bridge", labels={"team": "core"})
        old, started = renamed.name, renamed.started
        self.receiver.first(old)
        self.receiver.whole_rounds(1)
        renamed.rename("new")
        self.receiver.first(renamed.name)
        self.receiver.ended(old)
        self.receiver.whole_rounds(2)
        for identity, points in self.receiver.series(old).items():
            self.assert_ended_once(points, identity)
        without_name = lambda series: {(metric, tuple(p for p in labels if p[0] != "name")) for metric, labels in series}
        self.assertEqual(without_name(self.receiver.series(old)), without_name(self.receiver.series(renamed.name)))
        self.assertEqual(self.starts_of_counters(renamed), {started}, "the run goes on under its new name")

    def test_health_follows_the_check(self):
        self.run_agent()
        checked = self.engine.run("checked", health="test -e /ok")
        health = lambda wanted: self.receiver.value(checked.name, "container_health_state", wanted)
        health(0)
        checked.execute("touch /ok")
        health(1)
        checked.execute("rm /ok")
        health(0)
        self.assertEqual(self.receiver.points(anchor().name, "container_health_state")[-1].value, -1)

    def test_new_limits_are_seen(self):
        self.run_agent()
        grown = self.engine.run("grown", Memory=32 * MIB, MemorySwap=-1)
        limit = lambda bytes_max: self.receiver.value(grown.name, "container_spec_memory_limit_bytes", bytes_max)
        limit(32 * MIB)
        self.assertFalse(self.receiver.points(grown.name, "container_spec_cpu_quota"))
        grown.update(Memory=64 * MIB, MemorySwap=-1, CpuPeriod=50_000, CpuQuota=25_000)
        limit(64 * MIB)
        self.receiver.value(grown.name, "container_spec_cpu_quota", 25_000)
        self.receiver.value(grown.name, "container_spec_cpu_period", 50_000)
        self.receiver.first(grown.name, "container_cpu_cfs_periods_total")

    def test_the_series_of_a_network_that_is_left_end_alone(self):
        self.run_agent()
        network = self.engine.network("second")
        moved = self.engine.run("moved", network="bridge")
        self.receiver.first(moved.name, "container_network_receive_bytes_total", interface="eth0")
        self.engine.call("POST", f"/networks/{network}/connect", {"Container": moved.id})
        self.receiver.first(moved.name, "container_network_receive_bytes_total", interface="eth1")
        self.engine.call("POST", f"/networks/{network}/disconnect", {"Container": moved.id})
        self.receiver.wait(lambda: any(p.ended for p in self.receiver.points(moved.name, interface="eth1")), 60, "the end of eth1")
        self.receiver.whole_rounds(1)
        for identity, points in self.receiver.series(moved.name).items():
            if ("interface", "eth1") in own_labels(points[0]):
                self.assert_ended_once(points, identity)
            else:
                self.assertFalse(any(p.ended for p in points), identity)


class Ends(EngineCase):
    def assert_gone(self, name, series_min):
        """Every series has ended, once; and nothing comes any more."""
        self.receiver.ended(name)
        self.receiver.whole_rounds(3)
        series = self.receiver.series(name)
        self.assertGreaterEqual(len(series), series_min)
        for identity, points in series.items():
            self.assert_ended_once(points, identity)
        self.assertEqual(len({points[-1].time for points in series.values()}), 1, "all series end in one round")

    def test_every_series_of_a_removed_container_ends_once_and_nothing_follows(self):
        self.run_agent()
        gone = self.engine.run("gone", network="bridge", NanoCpus=500_000_000)
        stays = self.engine.run("stays")
        self.receiver.first(gone.name)
        self.receiver.first(stays.name)
        self.receiver.whole_rounds(1)
        gone.remove()
        self.assert_gone(gone.name, series_min=30)
        for name in (stays.name, anchor().name):
            self.assertFalse(any(p.ended for p in self.receiver.points(name)), name)

    def test_a_container_that_exits_by_itself_ends_as_well(self):
        self.run_agent()
        brief = self.engine.run("brief", "while ! test -e /leave; do sleep 0.1; done")
        self.receiver.first(brief.name)
        brief.execute("touch /leave")
        self.assert_gone(brief.name, series_min=15)

    def test_a_name_that_is_taken_again_is_another_container(self):
        self.run_agent()
        first = self.engine.run("reused")
        old = label(self.receiver.first(first.name), "id")
        first.remove()
        second = self.engine.run("reused")
        self.assertNotEqual(old, label(self.receiver.first(second.name, since=second.started), "id"))
        self.receiver.wait(lambda: all(p.ended for p in self.last_points(first.name, id=old)), 60, "the end of the first of that name")
        self.receiver.whole_rounds(2)
        for identity, points in self.receiver.series(first.name).items():
            if ("id", old) in identity[1]:
                self.assert_ended_once(points, identity)
            else:
                self.assertFalse(any(p.ended for p in points), identity)

    def last_points(self, name, **labels):
        return [points[-1] for (_, have), points in self.receiver.series(name).items() if labels.items() <= dict(have).items()]

    def test_automatic_restarts_are_counted_in_a_label(self):
        self.run_agent()
        crashing = self.engine.run("crashing", "while ! test -e /crash; do sleep 0.1; done; rm /crash; exit 1",
                                   RestartPolicy={"Name": "on-failure", "MaximumRetryCount": 5})
        self.receiver.first(crashing.name)
        crashing.execute("touch /crash")
        restarted = self.receiver.first(crashing.name, container_label_restartcount="1")
        self.receiver.whole_rounds(1)
        before = {identity: points for identity, points in self.receiver.series(crashing.name).items()
                  if "container_label_restartcount" not in dict(identity[1])}
        self.assertTrue(before)
        for identity, points in before.items():
            self.assert_ended_once(points, identity)
            self.assertLessEqual(points[-1].time, restarted.time, identity)
