"""What the engine knows of containers beside their numbers: kills, states, sizes, labels; and what is asked of it."""

import re

from support.agent import STOPPED
from support.case import EngineCase, anchor
from support.points import own_labels

MIB = 1024 * 1024


class Kills(EngineCase):
    alone = True  # a busy engine may not send its past events within the agent's three seconds

    KILLS = "container_oom_events_total"

    def newest(self, container):
        """The newest point with a value: a round that falls into a restart ends the series for a moment."""
        points = [point for point in self.receiver.points(container.name, self.KILLS) if point.value is not None]
        return max(points, key=lambda point: point.time)

    def test_kills_for_want_of_memory_are_counted_over_runs_and_agents(self):
        self.run_agent()
        hungry = self.engine.run("hungry", "tail /dev/zero; echo killed; sleep 1000000", Memory=16 * MIB, MemorySwap=16 * MIB)
        hungry.wait_output("killed")
        self.receiver.wait(lambda: self.receiver.points(hungry.name, self.KILLS) and self.newest(hungry).value >= 1, 30,
                           "a kill")
        before = self.newest(hungry).value
        self.assertEqual(self.newest(hungry).start, hungry.created)
        hungry.restart()
        hungry.wait_output("killed")
        self.receiver.wait(lambda: self.newest(hungry).value > before, 30, "another kill")
        counted = self.newest(hungry).value
        self.agent.stop()
        # What the next agent has not seen itself, the engine still knows.
        self.run_agent()
        self.receiver.whole_rounds(1)
        self.assertEqual(self.newest(hungry).value, counted)
        self.assertEqual(self.newest(anchor()).value, 0)

    def test_with_the_cgroup_tree_the_kernels_count_is_told(self):
        self.run_agent(mounts=True)
        hungry = self.engine.run("hungry", "tail /dev/zero; tail /dev/zero; tail /dev/zero; echo killed; sleep 1000000",
                                 Memory=16 * MIB, MemorySwap=16 * MIB)
        hungry.wait_output("killed")
        self.receiver.value(hungry.name, self.KILLS, 3)


class Stopped(EngineCase):
    def state(self, container):
        points = self.receiver.points(container.name, "container_state")
        newest = max((point.time for point in points), default=0)
        return {dict(own_labels(p))["state"] for p in points if p.time == newest and p.value == 1}

    def test_a_container_that_stopped_is_told_of_until_it_is_removed(self):
        self.run_agent(environment={"CSPY_ALL_CONTAINERS": "true"})
        job = self.engine.run("job", "trap 'exit 7' TERM; while :; do sleep 0.1; done")
        self.receiver.first(job.name, "container_memory_usage_bytes")
        job.stop(10)
        self.receiver.value(job.name, "container_exit_code", 7)
        self.assertEqual(self.state(job), {"exited"})
        time = self.receiver.whole_rounds(1)[0]
        self.assertNotIn(("container_memory_usage_bytes", ()), self.receiver.at(job.name, time))
        memory = self.receiver.points(job.name, "container_memory_usage_bytes")
        self.assertTrue(memory[-1].ended, "its numbers have an end")
        job.start()
        self.receiver.wait(lambda: self.state(job) == {"running"}, 30, "the next run")
        self.receiver.first(job.name, "container_memory_usage_bytes", since=time)
        job.remove()
        self.receiver.ended(job.name)

    def test_without_being_asked_for_they_are_not(self):
        self.run_agent()
        job = self.engine.run("job")
        self.receiver.first(job.name)
        job.stop()
        self.receiver.ended(job.name)


class Wishes(EngineCase):
    """Work that nobody asked for is not done."""

    def test_without_a_metric_that_needs_stats_none_are_asked_for(self):
        self.run_agent(environment={"CSPY_METRICS": "spec,lifecycle,container_last_seen"})
        self.receiver.first(anchor().name)
        self.receiver.whole_rounds(2)
        metrics = {metric for metric, _ in self.receiver.series(anchor().name)}
        self.assertIn("container_state", metrics)
        self.assertTrue(all(re.match(r"container_(spec_|state|restart_count|oom_killed|image_info|last_seen|exit|finish)", m)
                            for m in metrics), metrics)
        self.agent.stop()
        self.assertEqual(self.agent.said(STOPPED)[0]["stats_requests"], "0")

    def test_labels_and_variables_are_those_that_were_asked_for(self):
        self.run_agent(environment={"CSPY_CONTAINER_LABELS": "com.example.*,-com_example_secret", "CSPY_CONTAINER_ENV": "REGION"})
        web = self.engine.run("web", labels={"com.example.team": "core", "com.example.secret": "x", "other": "y"},
                              variables=("REGION=eu", "TOKEN=hunter2"))
        point = self.receiver.first(web.name)
        self.assertEqual({key: value for key, value in point.labels if key.startswith("container_")},
                         {"container_label_com_example_team": "core", "container_env_region": "eu"})

    def test_disk_usage_is_the_engines(self):
        self.run_agent(environment={"CSPY_DISK_USAGE": "true", "CSPY_DISK_USAGE_INTERVAL": "10000"})
        writer = self.engine.run("writer", "dd if=/dev/zero of=/data bs=1M count=5; echo written; sleep 1000000")
        writer.wait_output("written")
        used = lambda: [p.value for p in self.receiver.points(writer.name, "container_fs_usage_bytes") if p.value]
        self.receiver.wait(lambda: used() and used()[-1] >= 5 * MIB, 60, "five megabytes")
        self.assertEqual(used()[-1], 5 * MIB)
        kinds = {dict(p.labels)["type"] for p in self.receiver.points("", "containerspy_engine_disk_usage_bytes")}
        self.assertLessEqual({"images", "containers", "volumes"}, kinds)


class Machine(EngineCase):
    def test_the_machine_and_the_engine_are_told_of(self):
        self.run_agent()
        self.receiver.first(anchor().name)
        values = self.receiver.at("", self.receiver.whole_rounds(1)[0])
        by_metric = {metric: value for (metric, _), value in values.items()}
        self.assertEqual(by_metric["machine_memory_bytes"], self.engine.info["MemTotal"])
        self.assertEqual(by_metric["machine_cpu_cores"], self.engine.info["NCPU"])
        self.assertEqual(by_metric["container_scrape_error"], 0)
        version = next(dict(labels) for (metric, labels), _ in values.items() if metric == "cadvisor_version_info")
        self.assertEqual(version["dockerVersion"], self.engine.info["ServerVersion"])
        self.assertEqual(version["kernelVersion"], self.engine.info["KernelVersion"])
        self.assertTrue(version["cadvisorVersion"].startswith("ContainerSpy "))
