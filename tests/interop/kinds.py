"""One container of each kind that some metric treats differently. They work a little and are paused: from then on their
numbers do not change."""

from support.engine import FOREVER

_MEGABYTE = 1024 * 1024

_SAY_FINISHED = "; echo finished; " + FOREVER
_BURN = "i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done"
_WRITE = "dd if=/dev/zero of=/data bs=1M count=4 conv=fsync 2>/dev/null; cat /data >/dev/null"
_TALK = "ping -c 2 -s 1000 -W 1 $(ip route | awk '/default/ { print $3 }') >/dev/null"
# The child is killed, the container goes on.
_OUT_OF_MEMORY = "(exec tail /dev/zero) 2>/dev/null"


class Kinds:
    def __init__(self, engine):
        disk = engine.disk_accounting() if engine.info.get("CgroupVersion", "1") == "1" else {}
        web = engine.run("web", f"{_BURN}; {_TALK}" + _SAY_FINISHED, network="bridge", Memory=64 * _MEGABYTE, NanoCpus=500_000_000,
                         labels={"com.docker.compose.project": "shop", "com.docker.compose.service": "web"})
        self.containers = [
            web,
            engine.run("api", _BURN + _SAY_FINISHED, network="bridge", health="true", Memory=128 * _MEGABYTE,
                       MemoryReservation=64 * _MEGABYTE, CpuShares=512, PidsLimit=100),
            engine.run("db", _WRITE + _SAY_FINISHED, CpuPeriod=50_000, CpuQuota=25_000, **disk),
            engine.run("sick", "true" + _SAY_FINISHED, health="false"),
            engine.run("hostnet", "true" + _SAY_FINISHED, network="host"),
            engine.run("share", "true" + _SAY_FINISHED, network="container:" + web.id),
            engine.run("odd.name_1", "true" + _SAY_FINISHED, labels={"weird.key/with-dash": 'v"al\\ue', "utf8": "käse", "restartcount": "7"}),
            engine.run("tmpfs", "dd if=/dev/zero of=/fast/data bs=1M count=8 2>/dev/null" + _SAY_FINISHED, Tmpfs={"/fast": "size=20m"}),
            engine.run("files", "true" + _SAY_FINISHED, Ulimits=[{"Name": "nofile", "Soft": 1024, "Hard": 2048}]),
            engine.run("oom", _OUT_OF_MEMORY + _SAY_FINISHED, Memory=16 * _MEGABYTE),
        ]
        self.names = {container.name for container in self.containers}
        self._health = {"api": "healthy", "sick": "unhealthy"}

    def stand_still(self, wait_for):
        for container in self.containers:
            container.wait_output("finished")
        for container in self.containers:
            wanted = next((state for name, state in self._health.items() if container.name.endswith("-" + name)), None)
            if wanted:
                wait_for(lambda c=container, w=wanted: c.inspect()["State"]["Health"]["Status"] == w, 60, f"{container.name} to be {wanted}")
        for container in self.containers:
            container.pause()
