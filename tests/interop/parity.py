"""cAdvisor beside the agent, on the same containers at the same moment: every series of cAdvisor has the agent's value.

The containers are paused, so that most numbers stand still. cAdvisor is read before and after a round of the agent: a value
that is the same both times must be the agent's, to the last digit; of a counter that moved, the agent's must lie between. A
series that the agent lacks is explained by docs/METRICS.md, if the agent has no source for it, or by the list of known
differences below. Where cAdvisor cannot run, or does not see the containers, the leg says so and runs no check.

    --way socket           an agent that has the engine's socket alone
    --way host             one that has the host's cgroup tree and /proc as well, and asks for sizes

An engine on another machine, such as a virtual one, needs cAdvisor and the agent there, started by hand:

    ENGINE_SOCKET=... scripts/interop cadvisor --way host --cadvisor-at http://HOST:8080 --agent-pushes-to 0.0.0.0:4318
"""

import argparse
import collections
import re
import subprocess
import sys
import urllib.error

from checks import Checks
from expected import ROOT
from exposition import parse
from json_receiver import JsonReceiver
from kinds import Kinds
from leg import on_an_engine
from server import Server, get, wait_for
from support.agent import BINARY, ENGINE_ONLY, Agent
from support.points import label

INTERVAL_MS = 2_000
TOLERANCE = 1e-9  # relative
ATTEMPTS = 3

# What an agent may read, and for which columns of docs/METRICS.md it must therefore have points.
Way = collections.namedtuple("Way", "environment sources")
_ALWAYS = {"engine", "stats", "0", "host"}
WAYS = {
    "socket": Way(ENGINE_ONLY, _ALWAYS),
    "host": Way({"CSPY_DISK_USAGE": "true", "CSPY_DISK_USAGE_INTERVAL": "10000"}, _ALWAYS | {"cgroup tree", "host /proc", "disk_usage"}),
}

# Kinds of cAdvisor's metrics that the agent does not have.
_NOT_COMPARED = "referenced_memory,resctrl,cpu_topology,perf_event,app"

# Statistics of the whole disk that holds a container's layer, which cAdvisor shows under each container.
_WHOLE_DISK = "(io_current|(io_time|io_time_weighted|read|write)_seconds_total|(reads|writes)_merged_total|sector_(reads|writes)_total)"
# Those that cAdvisor shows a million times too small.
_TRUE_SECONDS = re.compile(r"container_fs_(io_time|io_time_weighted|read|write)_seconds_total")

# (ways, difference, reason), regular expressions for the whole of both.
KNOWN = (
    ("socket", r"missing container_network_.*-hostnet\".*", "only the host's /proc has the interfaces of the host's network"),
    ("socket", rf"missing container_fs_{_WHOLE_DISK}\{{.*", "statistics of the whole disk need the host's /proc"),
    (".*", r"(missing|differs) container_fs_(reads|writes)_total\{.*", "cAdvisor shows the whole disk's where a container has none"),
    ("socket", r"differs container_spec_cpu_shares\{.*", "cgroup v2: the engine does not report the runtime's formula; exact with the cgroup tree"),
    ("socket", r"missing container_ulimits_soft\{.*", "limits that are inherited need the host's /proc"),
    ("socket", r"(differs|missing) container_oom_events_total\{.*", "the engine's events may join several kills"),
    ("host", r"differs container_cpu_schedstat_.*", "each counts only the ended processes that it has seen, such as those of health checks"),
    ("host", r"differs container_network_(tcp6?_usage|advance_tcp_stats)_total\{.*-hostnet\".*", "the connections to the engine and to cAdvisor are the host's, too"),
    ("host", r"missing container_network_advance_tcp_stats_total\{.*", "cAdvisor shows 0 for what this kernel does not count"),
    (".*", r"(missing|differs) container_fs_usage_bytes\{.*", "the engine measures a layer differently, and without the logs"),
    (".*", r"missing container_fs_inodes_total\{.*", "the engine does not count inodes"),
    (".*", r"extra container_(state|restart_count|exit_code|oom_killed|finish_time_seconds|health_failing_streak|image_info)\{.*",
     "known to the engine only, not to cAdvisor"),
    ("host", r"extra container_pids_failcnt_total\{.*", "the forks that failed at the limit of threads: cAdvisor does not read them"),
)


class CAdvisor(Server):
    def __init__(self, binary, engine):
        def command(_, port):
            return [binary, f"-docker=unix://{engine}", f"-listen=127.0.0.1:{port}", "-docker_only", f"-disable_metrics={_NOT_COMPARED}"]

        super().__init__("cadvisor", command)
        self.metrics = f"http://127.0.0.1:{self.port}/metrics"


def needs(platform):
    """{metric: its source}, from a column of docs/METRICS.md."""
    found = {}
    for line in (ROOT / "docs/METRICS.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.split(" | ")]
        if line.startswith("| metric |"):
            column = cells.index(platform)
        elif line.startswith("| `") and len(cells) > 8:
            found[cells[0].strip("| `")] = cells[column]
    return found


def text_of(identity):
    metric, labels = identity
    return metric + "{" + ",".join(f'{key}="{value}"' for key, value in labels) + "}"


def ours(identity, names):
    metric, labels = identity
    return metric != "container_last_seen" and (dict(labels).get("name") in names or metric.startswith("machine_"))


def same(one, other):
    return abs(one - other) <= TOLERANCE * max(abs(one), abs(other))


def between(low, value, high):
    return min(low, high) * (1 - TOLERANCE) <= value <= max(low, high) * (1 + TOLERANCE)


def judge(metric, before, value, after):
    """equal; moved: the agent's lies between; moving: a gauge that cannot be compared; differs."""
    if same(before, after) and same(before, value):
        return "equal"
    for factor in (1, 10**6) if _TRUE_SECONDS.fullmatch(metric) else (1,):
        if between(before * factor, value, after * factor):
            return "moved"
    return "moving" if not same(before, after) and not metric.endswith("_total") else "differs"


class Comparison:
    """`before`, `after` are cAdvisor's, `values` the agent's between them; all {identity: value}."""

    def __init__(self, way, need, before, values, after):
        self.metrics = collections.defaultdict(collections.Counter)  # metric -> how often which
        self.unexplained = collections.defaultdict(list)  # (kind, metric) -> a line for each series
        self.reasons = collections.defaultdict(collections.Counter)  # (kind, reason) -> metric -> how often
        for identity in before.keys() & after.keys():
            value = values.get(identity)
            kind = "missing" if value is None else judge(identity[0], before[identity], value, after[identity])
            self._take(way, need, kind, identity, f"cAdvisor {before[identity]} {after[identity]}, agent {value}")
        for identity in values.keys() - before.keys() - after.keys():
            self._take(way, need, "extra", identity, f"agent {values[identity]}")

    def _take(self, way, need, kind, identity, detail):
        self.metrics[identity[0]][kind] += 1
        if kind not in ("missing", "extra", "differs"):
            return
        reason = self._reason(way, need, kind, identity)
        if reason:
            self.reasons[kind, reason][identity[0]] += 1
        else:
            self.unexplained[kind, identity[0]].append(f"{text_of(identity)}: {detail}")

    @staticmethod
    def _reason(way, need, kind, identity):
        source = need.get(identity[0])
        if kind == "missing" and source is None:
            return "not one of the agent's metrics"
        if kind == "missing" and source not in WAYS[way].sources:
            return f"without its source: {source}"
        difference = f"{kind} {text_of(identity)}"
        return next((reason for ways, pattern, reason in KNOWN if re.fullmatch(ways, way) and re.fullmatch(pattern, difference, re.DOTALL)), None)

    def total(self, *kinds):
        return sum(counts[kind] for counts in self.metrics.values() for kind in kinds)

    def show(self):
        """A line for each metric, and then why: each reason with its metrics, what has none with an example."""
        for metric, counts in sorted(self.metrics.items()):
            print(f"          {metric:<56}  {'  '.join(f'{kind} {count}' for kind, count in sorted(counts.items()))}")
        for (kind, reason), metrics in sorted(self.reasons.items()):
            print(f"          {kind} {metrics.total()}, {reason}: {' '.join(sorted(metrics))}")
        for (kind, _), series in sorted(self.unexplained.items()):
            print(f"          unexplained: {kind} {len(series)}, such as {series[0]}")


def round_after(held, since):
    """The values of the first round that began after `since`, once the next one has begun, too."""
    def later():
        times = [time for time in held.refresh().times() if time > since]
        return times[0] if len(times) > 1 else None

    time = wait_for(later, 60, "a round of the agent")
    return {identity: point.value for identity, points in held.series.items() for point in points
            if point.time == time and not point.ended}


def newest(held):
    return max(held.refresh().times(), default=0)


def check_way(checks, way, need, held, scrape, names):
    """The best of a few attempts: the kernel writes back and reclaims in paused containers as well."""
    best = None
    for _ in range(ATTEMPTS):
        # The round that is under way, too, has to be over: its reads are from before.
        round_after(held, newest(held))
        before = scrape()
        values = round_after(held, newest(held))
        found = Comparison(way, need, *({identity: value for identity, value in each.items() if ours(identity, names)}
                                        for each in (before, values, scrape())))
        if best is None or len(found.unexplained) < len(best.unexplained):
            best = found
        if not best.unexplained:
            break
    killed = {value for (metric, labels), value in values.items()
              if metric == "container_oom_events_total" and dict(labels).get("name", "").endswith("-oom")}
    checks.check(f"{way}: an OOM kill is counted", killed and min(killed) > 0, f"{killed or 'not at all'}")
    agreeing = best.total("equal", "moved")
    theirs = best.total("equal", "moved", "moving", "differs", "missing")
    best.show()
    checks.check(f"{way}: series have cAdvisor's values", agreeing > 100, f"{agreeing} of {theirs}, {best.total('equal')} of them stand still")
    wrong = [f"{kind} {metric}" for kind, metric in best.unexplained]
    checks.check(f"{way}: every difference is explained", not wrong, ", ".join(sorted(wrong)))


def start_agent(way, engine, undo):
    receiver = undo.enter_context(JsonReceiver())
    agent = Agent(engine=engine.socket, endpoint=receiver.endpoint, interval_ms=INTERVAL_MS,
                  environment={"CSPY_OTLP_PROTO": "httpjson", "CSPY_METRICS": "all", **WAYS[way].environment})
    undo.callback(agent.kill)
    return receiver.held


def missing_settings(way):
    """Settings of the way that this agent does not have: it would ignore them."""
    known = subprocess.run([BINARY, "--help"], capture_output=True, text=True, check=True).stdout
    return [variable for variable in WAYS[way].environment if variable not in known]


def skip(why):
    print(f"  skipped  {why}", flush=True)
    return 0


def run(options, engine, undo):
    ways = options.way or [way for way in WAYS if way == "socket" or not missing_settings(way)]
    if options.cadvisor_at:
        host, _, port = options.agent_pushes_to.rpartition(":")
        at = options.cadvisor_at.rstrip("/") + "/metrics"
        held = {ways[0]: undo.enter_context(JsonReceiver((host or "127.0.0.1", int(port)))).held}
    else:
        cadvisor = undo.enter_context(CAdvisor(options.cadvisor, engine.socket))
        try:
            cadvisor.wait_ready("/metrics")
        except (RuntimeError, TimeoutError) as error:
            return skip(f"cAdvisor does not run here: {str(error)[-500:]}")
        at = cadvisor.metrics
        # Before the containers, so that their events are seen.
        held = {way: start_agent(way, engine, undo) for way in ways}

    def scrape():
        return parse(get(at))

    def seen():
        try:
            return kinds.names <= {dict(labels).get("name") for _, labels in scrape()}
        except urllib.error.URLError:
            return False

    version = engine.info.get("CgroupVersion", "1")
    print(f"cAdvisor {options.version}, engine {engine.info['ServerVersion']} with cgroup v{version}, {BINARY}", flush=True)
    kinds = Kinds(engine)
    kinds.stand_still(wait_for)
    try:
        wait_for(seen, 60, "cAdvisor to see the containers")
    except TimeoutError as error:
        return skip(str(error))
    checks = Checks()
    for way in ways:
        wait_for(lambda w=way: kinds.names <= {label(points[-1], "name") for points in held[w].refresh().series.values()}, 60,
                 f"the agent of the way {way} to report the containers")
        check_way(checks, way, needs(f"Docker, cgroup v{version}"), held[way], scrape, kinds.names)
    return checks.status()


def main():
    parser = argparse.ArgumentParser(prog="scripts/interop cadvisor", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cadvisor", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--version", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--way", action="append", choices=list(WAYS), help="run only this one; may be repeated (default: all)")
    parser.add_argument("--cadvisor-at", metavar="URL", help="a cAdvisor that runs already")
    parser.add_argument("--agent-pushes-to", metavar="ADDRESS:PORT", help="where an agent that runs already pushes OTLP's JSON to; needs one --way")
    options = parser.parse_args()
    if bool(options.cadvisor_at) != bool(options.agent_pushes_to) or options.cadvisor_at and len(options.way or ()) != 1:
        parser.error("--cadvisor-at, --agent-pushes-to and one --way go together")
    return on_an_engine(run, options)


if __name__ == "__main__":
    sys.exit(main())
