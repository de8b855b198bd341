"""What the agent says is what the kernel says: of containers at rest to the last digit, of busy ones in between."""

import random

from support.agent import STOPPED
from support.case import EngineCase
from support.kernel import Kernel, disk_below
from support.points import label

MIB = 1024 * 1024


class EachSource:
    """Run for each way of getting numbers."""

    mounts = False

    def kernel_of(self, container):
        cgroup = label(self.receiver.first(container.name), "id")
        kernel = Kernel(cgroup, container.inspect()["State"]["Pid"], self.mounts)
        if not kernel.is_there():
            self.skipTest(f"{cgroup} is not in the cgroup tree of this machine: the engine's is another")
        return kernel

    def test_numbers_are_the_kernels_to_the_last_digit(self):
        self.run_agent(mounts=self.mounts)
        work = """
            i=0; while [ $i -lt 150000 ]; do i=$((i+1)); done
            dd if=/dev/zero of=/data bs=1M count=4 conv=fsync
            dd if=/data of=/dev/null bs=1M iflag=direct
            ping -c 2 -s 1000 -W 1 $(ip route | awk '/default/ { print $3 }')
            echo finished; sleep 1000000"""
        worker = self.engine.run("worker", work, network="bridge", Memory=256 * MIB, NanoCpus=900_000_000,
                                 **self.engine.disk_accounting())
        worker.wait_output("finished")
        kernel = self.kernel_of(worker)
        expected, values = self.while_still(kernel.values, worker.name)
        self.assertEqual({key: values.get(key) for key in expected}, expected)
        # Comparing nothing would prove nothing.
        self.assertGreater(expected["container_memory_usage_bytes", ()], 4 * MIB)
        self.assertGreater(expected["container_cpu_user_seconds_total", ()], 0)
        self.assertGreater(expected["container_cpu_cfs_periods_total", ()], 0)
        self.assertGreater(expected["container_network_transmit_bytes_total", (("interface", "eth0"),)], 100)
        if disk := disk_below(self.engine.info["DockerRootDir"]):
            self.assertGreaterEqual(expected["container_fs_writes_bytes_total", (("device", disk),)], 4 * MIB)
            self.assertGreaterEqual(expected["container_fs_reads_bytes_total", (("device", disk),)], 4 * MIB)

    def test_counters_of_busy_containers_lie_between_the_kernels_before_and_after(self):
        seed = random.randrange(10**6)
        chance = random.Random(seed)
        self.run_agent(mounts=self.mounts)
        busy = []
        for number in range(4):
            work = " ".join(chance.choice((
                f"i=0; while [ $i -lt {chance.randrange(2_000, 60_000)} ]; do i=$((i+1)); done;",
                f"dd if=/dev/zero of=/data bs=64k count={chance.randrange(1, 60)} conv=fsync 2>/dev/null;",
                f"ping -c 1 -s {chance.randrange(10, 1_400)} -W 1 $(ip route | awk '/default/ {{ print $3 }}') >/dev/null;",
                f"sleep 0.{chance.randrange(1, 9)};")) for _ in range(6))
            busy.append(self.engine.run(f"busy{number}", f"while :; do {work} done", network="bridge", NanoCpus=500_000_000,
                                        **self.engine.disk_accounting()))
        kernels = {container.name: self.kernel_of(container) for container in busy}
        compared = moved = 0
        for _ in range(6):
            before = {name: kernel.values() for name, kernel in kernels.items()}
            time = self.receiver.whole_rounds(1)[0]
            after = {name: kernel.values() for name, kernel in kernels.items()}
            for name in kernels:
                values = self.receiver.at(name, time)
                for key, low in before[name].items():
                    if not key[0].endswith("_total"):
                        continue
                    high, value = after[name][key], values.get(key)
                    self.assertIsNotNone(value, f"{key} of {name}, seed {seed}")
                    # Nanoseconds and microseconds as binary fractions are not always the same last bit.
                    self.assertTrue(low <= value * (1 + 1e-12) and value <= high * (1 + 1e-12),
                                    f"{key} of {name}: {value} is not in [{low}, {high}], seed {seed}")
                    compared += 1
                    moved += high > low
        self.assertGreater(compared, 300, f"seed {seed}")
        self.assertGreater(moved, 30, f"seed {seed}: nothing was busy")


class BySocket(EachSource, EngineCase):
    def test_numbers_are_those_of_the_engines_own_answer(self):
        self.run_agent()
        sleeper = self.engine.run("sleeper", network="bridge", PidsLimit=99)

        def of_the_engine():
            stats = sleeper.stats()
            usage, eth0 = stats["cpu_stats"]["cpu_usage"], stats["networks"]["eth0"]
            return {
                ("container_cpu_user_seconds_total", ()): usage["usage_in_usermode"] / 1e9,
                ("container_cpu_system_seconds_total", ()): usage["usage_in_kernelmode"] / 1e9,
                ("container_memory_usage_bytes", ()): stats["memory_stats"]["usage"],
                ("container_threads", ()): stats["pids_stats"]["current"],
                ("container_threads_max", ()): stats["pids_stats"]["limit"],
                ("container_network_receive_bytes_total", (("interface", "eth0"),)): eth0["rx_bytes"],
                ("container_network_transmit_packets_total", (("interface", "eth0"),)): eth0["tx_packets"],
            }

        self.receiver.first(sleeper.name)
        expected, values = self.while_still(of_the_engine, sleeper.name)
        self.assertEqual({key: values.get(key) for key in expected}, expected)


class ByMounts(EachSource, EngineCase):
    mounts = True

    def test_no_stats_are_asked_for(self):
        self.run_agent(mounts=True)
        web = self.engine.run("web", network="bridge")
        self.kernel_of(web)
        self.receiver.whole_rounds(3)
        self.agent.stop()
        stopped = self.agent.said(STOPPED)[0]
        self.assertEqual(stopped["stats_requests"], "0", stopped)
        values = self.receiver.at(web.name, self.receiver.times()[-1])
        self.assertIn(("container_network_receive_errors_total", (("interface", "eth0"),)), values)
        self.assertIn(("container_memory_swap", ()), values)

    def test_a_container_of_the_hosts_network_has_the_hosts_interfaces(self):
        self.run_agent(mounts=True)
        host = self.engine.run("host", network="host")
        kernel = self.kernel_of(host)
        values = self.receiver.at(host.name, self.receiver.whole_rounds(1)[0])
        shown = {dict(labels)["interface"] for metric, labels in values if metric == "container_network_receive_bytes_total"}
        self.assertEqual(shown, kernel.interfaces())

    def test_the_root_of_the_tree_and_other_cgroups_are_told(self):
        self.run_agent(mounts=True, environment={"CSPY_CGROUP_ALL": "true"})
        web = self.engine.run("web")
        parent = label(self.receiver.first(web.name), "id").rpartition("/")[0]
        self.kernel_of(web)
        self.receiver.whole_rounds(1)
        memory = {label(point, "id") for point in self.receiver.points("", "container_memory_usage_bytes")}
        self.assertIn("/", memory)
        self.assertIn(parent, memory)
        self.assertFalse([identity for identity in memory if web.id in identity], "it is a container's")
