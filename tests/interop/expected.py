"""What a receiver must hold. This list is not made from the catalogue, so that it notices a metric that is renamed there."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]

COUNTERS = frozenset("""
    container_cpu_usage_seconds_total container_cpu_user_seconds_total container_cpu_system_seconds_total
    container_cpu_cfs_periods_total container_cpu_cfs_throttled_periods_total container_cpu_cfs_throttled_seconds_total
    container_fs_reads_bytes_total container_fs_writes_bytes_total
    container_memory_failures_total
    container_network_receive_bytes_total container_network_transmit_bytes_total
    container_network_receive_errors_total container_network_transmit_errors_total
    container_network_receive_packets_total container_network_transmit_packets_total
    container_network_receive_packets_dropped_total container_network_transmit_packets_dropped_total
""".split())

GAUGES = frozenset("""
    container_last_seen container_start_time_seconds container_creation_time_seconds container_health_state
    container_memory_cache container_memory_mapped_file container_memory_rss container_memory_usage_bytes
    container_memory_working_set_bytes
    container_threads container_threads_max
    container_spec_memory_limit_bytes container_spec_cpu_period container_spec_cpu_quota container_spec_cpu_shares
""".split())

NAMES = COUNTERS | GAUGES

# Counters that continue when a container is restarted: they count from its creation on.
OVER_ALL_RUNS = frozenset({"container_oom_events_total"})

# Counters of the whole disk, which are older than a container.
OF_WHOLE_DISKS = frozenset(f"container_fs_{what}_total" for what in (
    "reads_merged", "writes_merged", "sector_reads", "sector_writes", "read_seconds", "write_seconds", "io_time_seconds",
    "io_time_weighted_seconds"))

NOT_SINCE_THE_START = OVER_ALL_RUNS | OF_WHOLE_DISKS


def documented():
    """The names in docs/METRICS.md, which is generated from the catalogue."""
    text = (ROOT / "docs/METRICS.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `([a-z0-9_]+)` \|", text, re.MULTILINE))
