"""The kernel's own numbers for a container, from the cgroup files, as points must have them: the files are read here in
the way of cAdvisor, not in the agent's, which has them from the engine."""

import collections
import functools
import os
import pathlib

_ROOT = pathlib.Path("/sys/fs/cgroup")
_UNIFIED = (_ROOT / "cgroup.controllers").exists()
_TICKS = os.sysconf("SC_CLK_TCK")


# Of interfaces that cAdvisor leaves out.
_IGNORED = ("lo", "veth", "docker", "nerdctl")


class Kernel:
    """One container's numbers; `path` is its label id. `whole`: also those that the engine does not tell."""

    def __init__(self, path, pid, whole=False):
        self._path = path.lstrip("/")
        self._pid = pid
        self._whole = whole

    def is_there(self):
        return (_ROOT / ("" if _UNIFIED else "cpuacct") / self._path).is_dir()

    def values(self):
        """{(metric, own labels): value}, as Receiver.at gives them, of all that the kernel counts."""
        values = (_unified if _UNIFIED else _legacy)(self._read) | self._networks()
        if self._whole:
            values |= (_unified_beyond if _UNIFIED else _legacy_beyond)(self._read)
        return {(metric, tuple(sorted(labels))): value for (metric, *labels), value in values.items()}

    def interfaces(self):
        """The names that are shown of those that the container sees."""
        lines = pathlib.Path(f"/proc/{self._pid}/net/dev").read_text(encoding="ascii").splitlines()[2:]
        return {name for name in (line.partition(":")[0].strip() for line in lines) if not name.startswith(_IGNORED)}

    def _read(self, controller, file):
        return (_ROOT / ("" if _UNIFIED else controller) / self._path / file).read_text(encoding="ascii")

    def _networks(self):
        values = {}
        for line in pathlib.Path(f"/proc/{self._pid}/net/dev").read_text(encoding="ascii").splitlines()[2:]:
            name, _, columns = line.partition(":")
            name, count = name.strip(), [int(column) for column in columns.split()]
            # What is there without Docker having made it: the loopback, and the fallbacks of tunnels.
            if not name.startswith("eth"):
                continue
            for direction, at in (("receive", 0), ("transmit", 8)):
                for what, offset in (("bytes", 0), ("packets", 1), ("packets_dropped", 3), ("errors", 2))[:4 if self._whole else 3]:
                    values[f"container_network_{direction}_{what}_total", ("interface", name)] = count[at + offset]
        return values


def _table(text):
    return {key: int(value) for key, value in (line.split() for line in text.splitlines())}


def _limit(text):
    return 0 if text.strip() == "max" else int(text)


@functools.cache
def _device(major_minor):
    return pathlib.Path("/sys/dev/block", major_minor).resolve().name


def _faults(stat):
    return {("container_memory_failures_total", ("failure_type", kind), ("scope", scope)): stat[kind]
            for kind in ("pgfault", "pgmajfault") for scope in ("container", "hierarchy")}


def _common(read, usage, inactive):
    return {
        ("container_memory_usage_bytes",): usage,
        ("container_memory_working_set_bytes",): max(0, usage - inactive),
        ("container_threads",): int(read("pids", "pids.current")),
        ("container_threads_max",): _limit(read("pids", "pids.max")),
    }


def _legacy(read):
    """cgroup v1: a hierarchy for each controller."""
    memory = _table(read("memory", "memory.stat"))
    throttling = _table(read("cpu", "cpu.stat"))
    times = _table(read("cpuacct", "cpuacct.stat"))
    values = _common(read, int(read("memory", "memory.usage_in_bytes")), memory["total_inactive_file"])
    for cpu, nanos in enumerate(read("cpuacct", "cpuacct.usage_percpu").split()):
        if int(nanos):
            values["container_cpu_usage_seconds_total", ("cpu", f"cpu{cpu:02}")] = int(nanos) / 1e9
    for line in read("blkio", "blkio.throttle.io_service_bytes").splitlines():
        device, _, rest = line.partition(" ")
        if rest.startswith(("Read ", "Write ")):
            kind, count = rest.split()
            values[f"container_fs_{kind.lower()}s_bytes_total", ("device", "/dev/" + _device(device))] = int(count)
    return values | _faults(memory) | {
        ("container_cpu_user_seconds_total",): times["user"] / _TICKS,
        ("container_cpu_system_seconds_total",): times["system"] / _TICKS,
        ("container_cpu_cfs_periods_total",): throttling["nr_periods"],
        ("container_cpu_cfs_throttled_periods_total",): throttling["nr_throttled"],
        ("container_cpu_cfs_throttled_seconds_total",): throttling["throttled_time"] / 1e9,
        ("container_memory_rss",): memory["total_rss"],
        ("container_memory_cache",): memory["total_cache"],
        ("container_memory_mapped_file",): memory["total_mapped_file"],
    }


def _unified(read):
    """cgroup v2: one tree."""
    memory = _table(read("", "memory.stat"))
    cpu = _table(read("", "cpu.stat"))
    values = _common(read, int(read("", "memory.current")), memory["inactive_file"])
    moved = collections.Counter()
    for line in read("", "io.stat").splitlines():
        device, *pairs = line.split()
        for key, count in (pair.split("=") for pair in pairs):
            if key in ("rbytes", "wbytes"):
                moved[key, _device(device)] += int(count)
    for (key, device), count in moved.items():
        kind = "reads" if key == "rbytes" else "writes"
        values[f"container_fs_{kind}_bytes_total", ("device", "/dev/" + device)] = count
    return values | _faults(memory) | {
        ("container_cpu_usage_seconds_total", ("cpu", "total")): cpu["usage_usec"] / 1e6,
        ("container_cpu_user_seconds_total",): cpu["user_usec"] / 1e6,
        ("container_cpu_system_seconds_total",): cpu["system_usec"] / 1e6,
        ("container_cpu_cfs_periods_total",): cpu["nr_periods"],
        ("container_cpu_cfs_throttled_periods_total",): cpu["nr_throttled"],
        ("container_cpu_cfs_throttled_seconds_total",): cpu["throttled_usec"] / 1e6,
        ("container_memory_rss",): memory["anon"],
        ("container_memory_cache",): memory["file"],
        ("container_memory_mapped_file",): memory["file_mapped"],
    }


def _legacy_beyond(read):
    memory = _table(read("memory", "memory.stat"))
    return {
        ("container_memory_swap",): memory["total_swap"],
        ("container_memory_max_usage_bytes",): int(read("memory", "memory.max_usage_in_bytes")),
        ("container_memory_kernel_usage",): int(read("memory", "memory.kmem.usage_in_bytes")),
        ("container_processes",): len(read("cpu", "cgroup.procs").split()),
        ("container_spec_cpu_shares",): int(read("cpu", "cpu.shares")),
    }


def _unified_beyond(read):
    memory = _table(read("", "memory.stat"))
    events = _table(read("", "memory.events"))
    values = {
        ("container_memory_swap",): int(read("", "memory.swap.current")),
        ("container_memory_max_usage_bytes",): int(read("", "memory.peak")),
        ("container_memory_events_max_total",): events["max"],
        ("container_memory_workingset_refault_file_total",): memory["workingset_refault_file"],
        ("container_processes",): len(read("", "cgroup.procs").split()),
    }
    for what in ("cpu", "memory", "io"):
        for line in read("", what + ".pressure").splitlines():
            kind = {"some": "waiting", "full": "stalled"}[line.split()[0]]
            values[f"container_pressure_{what}_{kind}_seconds_total",] = int(line.rpartition("total=")[2]) / 1e6
    return values


def disk_below(path):
    """The whole disk that a path is on, as a device file; None where the path is not here, or on no disk."""
    if not os.path.exists(path):
        return None
    number = os.stat(path).st_dev
    device = pathlib.Path("/sys/dev/block", f"{os.major(number)}:{os.minor(number)}").resolve()
    name = device.parent.name if (device / "partition").exists() else device.name
    return f"/dev/{name}" if os.path.exists(f"/dev/{name}") else None
