"""The agent pushing to a real Prometheus. One runs for each translation strategy, all at the same time, each with an agent of
its own. What depends on the strategy is checked with all of them, the rest with the default one.
"""

import argparse
import contextlib
import re
import subprocess
import sys
import time

from checks import Checks
from expected import COUNTERS, GAUGES, NAMES, NOT_SINCE_THE_START, documented
from fleet import MEMORY_BYTES_MAX, Fleet
from holds import differences, standing_still
from leg import on_an_engine
from server import Server, wait_for
from support.agent import BINARY, Agent
from support.engine import in_parallel
from support.kernel import Kernel
from support.points import GENERAL_LABELS

STRATEGIES = ("UnderscoreEscapingWithSuffixes", "NoUTF8EscapingWithSuffixes", "NoTranslation", "UnderscoreEscapingWithoutSuffixes")
INTERVAL_MS = 2_000

# What Prometheus makes itself: the resource's attributes as a metric, and as labels.
_OWN = {"target_info"}
_OWN_LABELS = {"__name__", "job", "instance"}

# Features that are off by default: the type of a metric as a label, and a zero at the start of a counter.
_FEATURES = ("type-and-unit-labels", "created-timestamp-zero-ingestion")


class Prometheus(Server):
    def __init__(self, binary, strategy, features=()):
        self.strategy = strategy

        def command(directory, port):
            config = f"otlp:\n  translation_strategy: {strategy}\n"
            (directory / "prometheus.yml").write_text(config, encoding="ascii")
            return [binary, "--config.file=prometheus.yml", "--storage.tsdb.path=data", f"--web.listen-address=127.0.0.1:{port}",
                    "--web.enable-otlp-receiver", "--log.level=warn", *(f"--enable-feature={feature}" for feature in features)]

        super().__init__("prometheus", command)
        self.endpoint = f"http://127.0.0.1:{self.port}/api/v1/otlp/v1/metrics"

    def names(self):
        """Of all metrics that have a sample."""
        return set(self.get_json("/api/v1/label/__name__/values")["data"])

    def query(self, expression, at=None):
        """The instant vector: [(labels, value)]."""
        parameters = {"query": expression} | ({"time": f"{at:.3f}"} if at else {})
        return [(result["metric"], float(result["value"][1])) for result in self.get_json("/api/v1/query", parameters)["data"]["result"]]

    def series(self, selector, at=None):
        """Of a range selector, as they are stored: [(labels, [(time, value)])]."""
        parameters = {"query": selector} | ({"time": f"{at:.3f}"} if at else {})
        return [(result["metric"], [(time, float(value)) for time, value in result["values"]])
                for result in self.get_json("/api/v1/query", parameters)["data"]["result"]]

    def value(self, expression, at=None):
        """The only element's value; None where there is none."""
        results = self.query(expression, at)
        if len(results) > 1:
            raise RuntimeError(f"{expression} has {len(results)} results: {results[:2]}")
        return results[0][1] if results else None

    def pushes(self):
        """How many pushes were answered, by status."""
        line = re.compile(r'^prometheus_http_requests_total\{code="(\d+)",handler="/api/v1/otlp/v1/metrics"\} (\d+)', re.MULTILINE)
        return {code: int(count) for code, count in line.findall(self.get("/metrics"))}


def check_names(checks, prometheus):
    with contextlib.suppress(TimeoutError):  # The check says which are missing.
        wait_for(lambda: NAMES <= prometheus.names(), 60, "all names")
    # Metrics that were added later are documented; what is neither here nor there was renamed on the way.
    checks.equal(f"names, {prometheus.strategy}", prometheus.names() - _OWN, NAMES | (documented() & prometheus.names()))


def check_types(checks, prometheus):
    with contextlib.suppress(TimeoutError):
        wait_for(lambda: NAMES <= prometheus.names(), 60, "all names")
    kinds = {name: {labels.get("__type__") for labels, _ in prometheus.query(name)} for name in NAMES}
    checks.equal("counters", {name for name, kind in kinds.items() if kind == {"counter"}}, set(COUNTERS))
    checks.equal("gauges", {name for name, kind in kinds.items() if kind == {"gauge"}}, set(GAUGES))


def check_labels(checks, prometheus, containers):
    info = containers.engine.info
    series = [labels for labels, _ in prometheus.query('{__name__=~"container_.+"}')]
    identities = {(labels.get("job"), labels.get("instance")) for labels in series}
    checks.check("job and instance of every series", identities == {("containerspy", info["Name"])}, " ".join(map(str, identities)))
    labels, _ = prometheus.query(f'container_last_seen{{name="{containers.all.name}"}}')[0]
    expected = {"__name__", "job", "instance", "id", "image", "name", "container_label_com_example_team", "container_label_containerspy_e2e"}
    checks.equal("labels of a container", set(labels), expected)
    checks.check("values of its labels", (labels.get("image"), labels.get("container_label_com_example_team")) == ("bb:1", "core")
                 and containers.all.id in labels.get("id", ""), f"id={labels.get('id', '')[:24]}...")


def check_values(checks, prometheus, containers):
    selector = f'{{name="{containers.all.name}"}}'
    for metric in ("container_network_transmit_bytes_total", "container_fs_writes_bytes_total"):
        value = prometheus.value(f"sum({metric}{selector})")
        checks.check(f"{metric} moves", value is not None and value > 0, str(value))
    for metric, expected in (("container_spec_memory_limit_bytes", MEMORY_BYTES_MAX), ("container_spec_cpu_quota", 20_000)):
        value = prometheus.value(metric + selector)
        checks.check(f"{metric} is exact", value == expected, str(value))
    with contextlib.suppress(TimeoutError):
        wait_for(lambda: prometheus.value("container_health_state" + selector) == 1, 20, "the health check")
    value = prometheus.value("container_health_state" + selector)
    checks.check("container_health_state of a healthy container", value == 1, str(value))


def check_still(checks, receivers, asked, still):
    """A paused container has the kernel's numbers under every strategy, and its counters start with the container."""
    selector = f'{{name="{still.name}"}}'
    labels, _ = wait_for(lambda: receivers[0].query("container_last_seen" + selector), 30, f"series of {still.name}")[0]
    kernel = Kernel(labels["id"], still.inspect()["State"]["Pid"])
    if not checks.check("the paused container's cgroup is on this machine", kernel.is_there(), labels["id"][:24] + "..."):
        return

    def own(labels):
        return tuple(sorted((key, value) for key, value in labels.items() if key not in _OWN_LABELS
                            and key not in GENERAL_LABELS and not key.startswith("container_label_")))

    def look(begin):
        for prometheus in receivers:
            wait_for(lambda p=prometheus: (p.value(f"timestamp(container_last_seen{selector})") or 0) * 1e9 > begin, 30, f"a round at {prometheus.strategy}")
        return [{(labels["__name__"], own(labels)): value for labels, value in prometheus.query(selector)} for prometheus in receivers]

    seen = standing_still(kernel, look)
    if not seen:
        checks.check("a paused container stands still", False)
        return
    for prometheus, values in zip(receivers, seen[1]):
        wrong = differences(seen[0], values)
        checks.check(f"values are the kernel's, {prometheus.strategy}", not wrong, "; ".join(wrong[:2]) or f"{len(seen[0])} of {len(values)} values")

    started = still.started // 10**6 / 1000  # Prometheus' times are milliseconds.
    value = receivers[0].value("container_start_time_seconds" + selector)
    checks.check("container_start_time_seconds is the container's", value is not None and abs(value - still.started / 1e9) < 1, f"{value}")
    counters = asked.series(f'{{name="{still.name}",__type__="counter"}}[1h]')
    wrong = [labels["__name__"] for labels, samples in counters
             if samples[0] != (started, 0) and labels["__name__"] not in NOT_SINCE_THE_START]
    checks.check("counters start with the container", counters and not wrong, "; ".join(wrong[:3]) or f"{len(counters)} counters, 0 at {started:.3f}")


def check_removal(checks, receivers, containers):
    """Prometheus shows a series that was not ended for five minutes after its last sample."""
    selector = f'{{name="{containers.leaver.name}"}}'
    for prometheus in receivers:
        wait_for(lambda p=prometheus: p.query(selector), 30, f"series of {containers.leaver.name}")
    present = time.time()
    before = {prometheus.strategy: len(prometheus.query(selector)) for prometheus in receivers}
    containers.leaver.remove()
    removed = time.time()
    for prometheus in receivers:
        with contextlib.suppress(TimeoutError):
            wait_for(lambda p=prometheus: not p.query(selector), 30, "the end of its series", pause=0.1)
        left, took = len(prometheus.query(selector)), time.time() - removed
        # The next round has the marks of the end; an engine with slow stats needs a second of its own for it.
        checks.check(f"a removed container is gone, {prometheus.strategy}", left == 0 and took < 3 * INTERVAL_MS / 1000,
                     f"{before[prometheus.strategy]} series, {left} left after {took:.1f} s")
    past = len(receivers[0].query(selector, at=present))
    checks.check("its past samples are kept", past == before[receivers[0].strategy], f"{past} series when it was there")


def check_rate(checks, prometheus, containers, since):
    """`since`: the result of `burnt` when the minute began."""
    time.sleep(max(0, since[1] + 62 - time.time()))
    burnt, now = containers.burnt()
    kernel = (burnt - since[0]) / (now - since[1])
    selector = f'container_cpu_usage_seconds_total{{name="{containers.burner.name}"}}'
    rate = prometheus.value(f"sum by (name) (rate({selector}[1m]))")
    found = f"{rate:.4f}, the kernel says {kernel:.4f}" if rate is not None else "no result"
    # On a machine that is too busy to give it a whole CPU, the kernel's own number is the right one.
    right = 1.0 if kernel > 0.95 else kernel
    checks.check("rate of a container that burns one CPU, within 10 %", rate is not None and abs(rate - right) <= 0.1 * right, found)
    checks.check("the same, within 2 % of the kernel's number", rate is not None and abs(rate - kernel) <= 0.02 * kernel, found)


def check_restart(checks, prometheus, containers, agent, start_agent):
    """Counters are the kernel's, not the agent's: a new agent continues them."""
    agent.stop()
    start_agent()
    selector = f'container_cpu_usage_seconds_total{{name="{containers.burner.name}"}}'
    since = time.time()
    wait_for(lambda: (prometheus.value(f"max(timestamp({selector}))") or 0) > since, 30, "points of the new agent")
    resets = prometheus.value(f"sum(resets({selector}[2m]))")
    checks.check("a restarted agent resets no counter", resets == 0, f"{resets} resets")


def check_pushes(checks, receivers):
    pushes = [prometheus.pushes() for prometheus in receivers]
    checks.check("every push was accepted", all(set(codes) == {"200"} for codes in pushes),
                 ", ".join(f"{count} with {code}" for codes in pushes for code, count in codes.items()))


def run(options, engine, undo):
    version = subprocess.run([options.prometheus, "--version"], capture_output=True, text=True, check=True).stdout.split()[2]
    print(f"Prometheus {version}, engine {engine.info['ServerVersion']} with cgroup v{engine.info.get('CgroupVersion', '1')}, {BINARY}", flush=True)

    checks = Checks()
    containers = Fleet(engine, undo)
    containers.burn()
    receivers = [undo.enter_context(Prometheus(options.prometheus, strategy)) for strategy in options.strategy or STRATEGIES]
    asked = undo.enter_context(Prometheus(options.prometheus, STRATEGIES[0], features=_FEATURES))
    everyone = [*receivers, asked]
    in_parallel(lambda prometheus: prometheus.wait_ready("/-/ready"), everyone, workers=len(everyone))
    agents = []

    def start_agent(prometheus):
        agents.append(Agent(engine=engine.socket, endpoint=prometheus.endpoint, interval_ms=INTERVAL_MS))
        undo.callback(agents[-1].kill)

    for prometheus in everyone:
        start_agent(prometheus)
    default = receivers[0]
    wait_for(lambda: default.query(f'container_cpu_usage_seconds_total{{name="{containers.burner.name}"}}'), 60, "the burner's first sample")
    minute = containers.burnt()
    for prometheus in receivers:
        check_names(checks, prometheus)
    check_types(checks, asked)
    check_labels(checks, default, containers)
    check_values(checks, default, containers)
    check_still(checks, receivers, asked, containers.stand_still())
    check_removal(checks, receivers, containers)
    check_rate(checks, default, containers, minute)
    check_restart(checks, default, containers, agents[0], lambda: start_agent(default))
    check_pushes(checks, everyone)
    for agent in agents[1:]:  # The first was stopped, and has a successor among them.
        agent.stop()
    if checks.failed:
        print("the end of the agent's log:\n" + agents[-1].log()[-3000:])
        print("the end of Prometheus' log:\n" + default.log()[-3000:])
    return checks.status()


def main():
    parser = argparse.ArgumentParser(prog="scripts/interop prometheus", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prometheus", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--strategy", action="append", choices=STRATEGIES, help="run only this one; may be repeated (default: all)")
    return on_an_engine(run, parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
