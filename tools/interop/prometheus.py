#!/usr/bin/env python3
"""The agent into a real Prometheus: names, types, rates and the end of a series, under every translation strategy."""

import argparse
import json
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
STRATEGIES = ["UnderscoreEscapingWithSuffixes", "NoUTF8EscapingWithSuffixes", "NoTranslation", "UnderscoreEscapingWithoutSuffixes"]
INTERVAL = 2


def promised():
    """Name and type of every metric of docs/METRICS.md, which is generated from the catalogue."""
    rows = re.findall(r"^\| `(container_\w+)` \| (\w+) \|", (ROOT / "docs/METRICS.md").read_text(), re.M)
    return dict(rows)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Check:
    def __init__(self):
        self.failed = 0

    def __call__(self, what, good, detail=""):
        self.failed += not good
        print(f"{'ok  ' if good else 'FAIL'} {what}{': ' + str(detail) if detail and not good else ''}", flush=True)


class Prometheus:
    def __init__(self, binary, work, strategy):
        self.port = free_port()
        directory = work / f"prometheus-{strategy}"
        directory.mkdir()
        (directory / "prometheus.yml").write_text(f"otlp:\n  translation_strategy: {strategy}\nglobal:\n  scrape_interval: 5s\n")
        self.log = open(directory / "log", "w", encoding="utf-8")
        self.process = subprocess.Popen(
            [binary, f"--config.file={directory}/prometheus.yml", f"--storage.tsdb.path={directory}/data",
             f"--web.listen-address=127.0.0.1:{self.port}", "--web.enable-otlp-receiver"], stdout=self.log, stderr=self.log)
        wait(lambda: self.get("/-/ready", raw=True), 60, "Prometheus")

    def get(self, path, raw=False, **query):
        url = f"http://127.0.0.1:{self.port}{path}?{urllib.parse.urlencode(query, doseq=True)}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            content = answer.read()
        return content if raw else json.loads(content)["data"]

    def query(self, expression):
        return self.get("/api/v1/query", query=expression)["result"]

    def names(self):
        return {name for name in self.get("/api/v1/label/__name__/values") if name.startswith("container_")}

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()


def wait(condition, seconds, what):
    end = time.monotonic() + seconds
    while True:
        try:
            if result := condition():
                return result
        except (urllib.error.URLError, OSError):
            pass
        if time.monotonic() > end:
            sys.exit(f"interop: gave up waiting for {what} after {seconds} s")
        time.sleep(0.2)


class Engine:
    def __init__(self, path):
        self.path = path

    def docker(self, *words):
        return subprocess.run(["docker", "--host", f"unix://{self.path}", *words], check=True, capture_output=True, text=True).stdout.strip()

    def stats(self, name):
        identity = self.docker("inspect", "-f", "{{.Id}}", name)
        answer = subprocess.run(["curl", "-s", "--unix-socket", self.path, f"http://localhost/containers/{identity}/stats?stream=false&one-shot=true"],
                                capture_output=True, text=True, check=True).stdout
        return json.loads(answer)

    def cpu_seconds(self, name):
        return self.stats(name)["cpu_stats"]["cpu_usage"]["total_usage"] / 1e9

    def run(self, name, *words):
        self.docker("run", "-d", "--name", name, *words)


def start_agent(options, prometheus, log):
    return subprocess.Popen([options.agent, "--docker-socket", options.engine, "--otlp-export-interval", str(INTERVAL * 1000),
                             "--otlp-endpoint", f"http://127.0.0.1:{prometheus.port}/api/v1/otlp/v1/metrics"], stderr=log)


def stop_agent(agent):
    agent.send_signal(signal.SIGTERM)
    agent.wait(timeout=10)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("agent", "prometheus", "engine"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    options = parser.parse_args()
    check, engine, metrics = Check(), Engine(options.engine), promised()
    names = ["interop-burner", "interop-shop", "interop-gone"]
    try:
        engine.run(names[0], "--network", "none", "bb:1", "sh", "-c", "while :; do :; done")
        # Everything that makes a metric exist: a quota, a limit, a network, a health check, disk I/O on a volume.
        engine.run(names[1], "--cpus", "0.5", "-m", "64m", "--health-cmd", "true", "--health-interval", "2s", "-v", "/data", "bb:1", "sh", "-c",
                   "while :; do dd if=/dev/zero of=/data/f bs=1M count=4 conv=fsync 2>/dev/null; sleep 1; done")
        engine.run(names[2], "bb:1", "sleep", "1000000")
        with open(options.work / "agent.log", "w", encoding="utf-8") as log:
            for number, strategy in enumerate(STRATEGIES):
                prometheus = Prometheus(options.prometheus, options.work, strategy)
                agent = start_agent(options, prometheus, log)
                try:
                    wait(lambda: len(prometheus.names()) >= len(metrics) - 2, 60, "the metrics")
                    time.sleep(2 * INTERVAL)
                    seen = prometheus.names()
                    # Where the kernel accounts no I/O to the container, the engine has no device and there is no series.
                    no_io = {m for m in metrics if m.startswith("container_fs_")} if not engine_has_io(engine, names[1]) else set()
                    check(f"{strategy}: every name is there under exactly its name", set(metrics) - seen <= no_io, set(metrics) - seen)
                    if no_io - seen:
                        print(f"     (no block I/O is accounted on this machine: {', '.join(sorted(no_io - seen))})")
                    check(f"{strategy}: and no other", seen <= set(metrics), seen - set(metrics))
                    if number == 0:
                        check_values(check, prometheus, engine, metrics)
                        check_end(check, prometheus, engine, names[2])
                finally:
                    stop_agent(agent)
                    prometheus.stop()
        lost = [line for line in (options.work / "agent.log").read_text().splitlines() if "cannot be delivered" in line]
        check("Prometheus took every request", not lost, lost[:3])
    finally:
        subprocess.run(["docker", "--host", f"unix://{options.engine}", "rm", "-f", "-v", *names], capture_output=True, check=False)
        if check.failed:
            shutil.copy(options.work / "agent.log", "/tmp/containerspy-interop-agent.log")
            print("the agent's log is in /tmp/containerspy-interop-agent.log")
    print(f"{check.failed} checks failed" if check.failed else "all checks passed")
    sys.exit(1 if check.failed else 0)


def engine_has_io(engine, name):
    return bool(engine.stats(name)["blkio_stats"]["io_service_bytes_recursive"])


def check_values(check, prometheus, engine, metrics):
    known = prometheus.get("/api/v1/metadata")
    wrong = {name: known[name][0]["type"] for name, kind in metrics.items() if name in known and known[name][0]["type"] != kind}
    check("types are those of the catalogue", not wrong, wrong)
    check("job and instance are set", bool(prometheus.query('container_last_seen{job="containerspy",instance!=""}')))
    check("the health check's result is there", bool(prometheus.query('container_health_state{name="interop-shop"} == 1')))
    limit = prometheus.query('container_spec_memory_limit_bytes{name="interop-shop"}')
    check("the memory limit is exact", limit and limit[0]["value"][1] == str(64 * 2**20), limit)
    # The kernel's own account of the same minute: on a busy machine a burner does not get its whole CPU.
    used, begin = engine.cpu_seconds("interop-burner"), time.monotonic()
    expression = 'sum by (name) (rate(container_cpu_usage_seconds_total{name="interop-burner"}[1m]))'
    time.sleep(60)
    rate = float(prometheus.query(expression)[0]["value"][1])
    true = (engine.cpu_seconds("interop-burner") - used) / (time.monotonic() - begin)
    check(f"rate() of a container that burns one CPU is {rate:.3f}, and was {true:.3f} by the kernel", abs(rate - true) < 0.1 and rate > 0.3, rate)


def check_end(check, prometheus, engine, name):
    query = f'{{name="{name}"}}'
    check("the container to be removed is there", bool(prometheus.query(query)))
    engine.docker("rm", "-f", name)
    removed = time.monotonic()
    wait(lambda: not prometheus.query(query), 60, "the end of the removed container's series")
    took = time.monotonic() - removed
    # One round until the end is sent, and an engine whose answers may take a second.
    check(f"every series of a removed container is gone after {took:.1f} s", took < 2 * INTERVAL + 3, took)


if __name__ == "__main__":
    main()
