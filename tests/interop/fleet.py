"""The containers that a leg runs. Together they give every metric a value."""

import os
import pathlib
import time

MEMORY_BYTES_MAX = 64 * 1024 * 1024

# Some work, so that no receiver has the resulting numbers by chance.
_WORK = """
    i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done
    dd if=/dev/zero of=/data bs=1M count=4 conv=fsync 2>/dev/null
    ping -c 2 -s 1000 -W 1 $(ip route | awk '/default/ { print $3 }') >/dev/null
    echo finished; sleep 1000000"""


class Fleet:
    def __init__(self, engine, undo):
        self.engine = engine
        self._undo = undo
        self.burner = None
        self.all = engine.run(
            "all", "while :; do dd if=/dev/zero of=/data bs=1M count=4 conv=fsync 2>/dev/null; ping -c 1 -W 1 $GATEWAY >/dev/null; sleep 1; done"
            .replace("$GATEWAY", "$(ip route | awk '/default/ { print $3 }')"),
            network="bridge", health="true", labels={"com.example/team": "core"}, Memory=MEMORY_BYTES_MAX, NanoCpus=200_000_000,
            **engine.disk_accounting())
        self.leaver = engine.run("leaver", network="bridge")

    def burn(self):
        """One more, which burns one CPU."""
        parent = self._favoured_parent()
        self.burner = self.engine.run("burner", "while :; do :; done", CpusetCpus="0", **({"CgroupParent": "/" + parent} if parent else {}))

    def stand_still(self):
        """One more, which has worked and is paused: its numbers no longer change."""
        still = self.engine.run("still", _WORK, network="bridge", Memory=MEMORY_BYTES_MAX, NanoCpus=900_000_000, **self.engine.disk_accounting())
        still.wait_output("finished")
        still.pause()
        return still

    def _favoured_parent(self):
        """A cgroup that gets its CPU whatever else this machine does, or None where we cannot make one. Without it, the rate of
        the burner depends on how busy the machine is."""
        if self.engine.info["CgroupDriver"] != "cgroupfs":
            return None
        unified = pathlib.Path("/sys/fs/cgroup/cgroup.controllers").exists()
        root = pathlib.Path("/sys/fs/cgroup" if unified else "/sys/fs/cgroup/cpu")
        path = root / f"containerspy-interop-{os.getpid()}"
        try:
            path.mkdir()
            self._undo.callback(self._remove_parent, path.name)
            (path / ("cpu.weight" if unified else "cpu.shares")).write_text("10000" if unified else "262144", encoding="ascii")
        except OSError:
            return None
        return path.name

    def _remove_parent(self, name):
        # The engine, too, would end what runs in it, but leave its cgroups where it does not know the parent.
        self.engine.remove_all()
        for path in [pathlib.Path("/sys/fs/cgroup", name), *pathlib.Path("/sys/fs/cgroup").glob(f"*/{name}")]:
            if path.is_dir():
                path.rmdir()

    def burnt(self):
        """The kernel's own account of the burner, in CPU seconds, by the engine's answer; and when it was taken."""
        stats = self.burner.stats()
        return stats["cpu_stats"]["cpu_usage"]["total_usage"] / 1e9, time.time()
