// Every bound of the program, with its reason. Nothing grows without one of these.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace cspy::limits {

using namespace std::chrono_literals;

// What the engine may send.

/// One answer of /stats. Real ones have 2 to 6 KB; a 128-core cgroup v1 host with 20 networks stays under 20.
inline constexpr std::size_t stats_body_bytes_max = 256 * 1024;
/// One answer of /containers/{id}/json. Environment, labels and five health-check outputs of 4 KB each fit many times.
inline constexpr std::size_t inspect_body_bytes_max = 2 * 1024 * 1024;
/// /info and /version. The runtimes' feature lists in /info take some 10 KB each.
inline constexpr std::size_t info_body_bytes_max = 1024 * 1024;
/// The list of containers, with sizes or without, and /system/df are parsed as they arrive and never kept; 100,000
/// containers at 1.5 KB stay below this.
inline constexpr std::size_t list_body_bytes_max = 256 * 1024 * 1024;
/// Containers that one list may name. The rest is ignored with a warning.
inline constexpr std::size_t containers_max = 50'000;
/// One event is an attribute map: all labels of a container, which the engine itself does not bound.
inline constexpr std::size_t event_bytes_max = 1024 * 1024;
/// Events that wait while containers are inspected. When they are more, they are dropped and a list replaces them.
inline constexpr std::size_t events_queued_max = 4'096;
/// What the engine remembers of past events comes at once.
inline constexpr auto event_history_time_max = 3s;
/// Header of an HTTP answer: Beast's own default, named.
inline constexpr std::uint32_t http_header_bytes_max = 8 * 1024;
/// Headers and trailers of one HTTP/2 answer, counted as RFC 9113 counts them: 32 bytes more for each.
inline constexpr std::uint32_t http2_header_bytes_max = 2 * http_header_bytes_max;
/// Answers to PING and SETTINGS that wait because the peer does not read; with more the connection ends.
inline constexpr std::size_t http2_acks_queued_max = 100;
/// Nesting of JSON. Docker's deepest answer (/info) has 8 levels.
inline constexpr std::size_t json_depth_max = 32;
/// What of an error body is quoted in our messages.
inline constexpr std::size_t error_body_bytes_max = 16 * 1024;
inline constexpr std::size_t error_quote_bytes_max = 200;

// What one container may have. Beyond these the surplus is left out.

/// Ids are 64 hex digits; they become part of a request path, so their length and alphabet are checked.
inline constexpr std::size_t container_id_bytes_max = 128;
/// A label's value; Docker bounds none, Prometheus advises far less.
inline constexpr std::size_t label_value_bytes_max = 4'096;
inline constexpr std::size_t label_key_bytes_max = 512;
inline constexpr std::size_t labels_max = 256;
/// Labels of one series beyond which we warn: Mimir and Grafana Cloud refuse series with more unless they are told to
/// take them.
inline constexpr std::size_t series_labels_advised = 30;
/// Globs of container_labels or container_env: each label of each container is held against each of them.
inline constexpr std::size_t label_globs_max = 256;
inline constexpr std::size_t networks_max = 256;
inline constexpr std::size_t devices_max = 256;
inline constexpr std::size_t cpus_max = 1'024;
/// Values of the long tail: the largest group, the TCP stack's counters, has some 130.
inline constexpr std::size_t details_max = 4'096;

// What the host's kernel may say.

/// One file that is read whole. The longest, memory.stat and io.stat of a machine with hundreds of disks, stay below
/// it.
inline constexpr std::size_t kernel_file_bytes_max = 64 * 1024;
/// One file that is read by lines: /proc/net/tcp of 100,000 sockets has 15 MB.
inline constexpr std::size_t kernel_lines_bytes_max = 16 * 1024 * 1024;
/// Open files of one container whose links are looked at, a system call each. With more, neither they nor the sockets
/// among them are counted.
inline constexpr std::size_t descriptors_max = 100'000;
/// Processes whose last scheduling counters are remembered, of all containers together: 32 bytes each.
inline constexpr std::size_t sched_tasks_max = 65'536;
/// Rounds for which they are, of a container that is not read: one that fails to be read a few times goes on counting.
inline constexpr std::uint32_t sched_idle_rounds_max = 30;
/// A cgroup's path below the root: the kernel takes no longer one to open.
inline constexpr std::size_t cgroup_path_bytes_max = 4'096;
/// Directories that a walk through the cgroup tree enters. A host of a thousand containers under systemd has some
/// 5,000.
inline constexpr std::size_t cgroups_max = 50'000;
/// Processes of one cgroup that are looked at one by one; they are all counted.
inline constexpr std::size_t cgroup_processes_max = 16'384;
/// Sizes of huge pages; arm64 knows the most, four.
inline constexpr std::size_t huge_page_sizes_max = 16;

// Time.

/// One request to the engine, from connecting to the last byte. Engines before 23.0.8 take a second for one-shot stats,
/// a loaded one more; waiting longer than this only hides that it hangs.
inline constexpr auto engine_request_time_max = 10s;
/// One question for sizes: an engine that walks through the directories of a thousand containers needs minutes.
inline constexpr auto disk_usage_time_max = 10min;
/// So many questions for sizes in a row may fail before what was answered last is dropped.
inline constexpr int disk_usage_failures_max = 3;
/// Share of the interval in which a round's reads must end, so that its export still falls into the same interval.
inline constexpr double round_share_of_interval = 0.8;
/// But a round is never given less: an engine with slow stats needs more than a second whatever the interval is. Where
/// that is longer than the interval, rounds are skipped.
inline constexpr auto round_time_min = 3s;
/// So many rounds in a row must be free of a trouble before the log says that it is over.
inline constexpr int trouble_free_rounds = 5;
/// A list is asked for this often although events are followed: the engine drops events for slow readers.
inline constexpr auto reconcile_interval = 300s;
/// Without /events the list is the only source: not slower than this, whatever the export interval is.
inline constexpr auto poll_interval_max = 30s;
inline constexpr auto poll_interval_min = 2s;
/// A failed inspection is tried again after this.
inline constexpr auto inspect_retry_interval = 2s;
/// Waits between attempts to reach the engine.
inline constexpr auto engine_backoff_min = 250ms;
inline constexpr auto engine_backoff_max = 10s;
/// Waits before a request is tried again. A Collector that restarts is back within seconds; one that is gone for longer
/// is not asked more than twice a minute.
inline constexpr auto retry_min = 1s;
inline constexpr auto retry_max = 30s;
/// The most of a receiver's own wish (Retry-After, RetryInfo) that is obeyed: a wrong one must not silence us for ever.
inline constexpr auto retry_after_max = 15min;
/// The least rest between two rounds of a backlog: at most 20 rounds a second.
inline constexpr auto backlog_pause_min = 50ms;
/// From the signal to the end of the process: 3 s are promised, so the last push has this.
inline constexpr auto last_round_time_max = 1200ms;
inline constexpr auto shutdown_time_max = 2700ms;
/// How finely deadlines are watched: one timer for all of them.
inline constexpr auto deadline_granularity = 50ms;

// Work at once.

/// Stats requests in flight on an engine that answers at once. More do not make dockerd faster: it asks containerd in
/// turn.
inline constexpr std::size_t stats_concurrency_fast = 8;
/// Upper bound for engines whose one-shot waits for a shared one-second clock (before 23.0.8, 24.0.7).
inline constexpr std::size_t stats_concurrency_slow_max = 256;
inline constexpr std::size_t inspect_concurrency = 8;
/// Idle connections that are kept. Only an engine with slow stats ever has as many open.
inline constexpr std::size_t idle_connections_max = 64;

// What is sent.

/// Size at which a request is closed and the next begun. Far below the 4 MiB that gRPC receivers take; small, because
/// the buffer is the largest thing the agent holds for a small fleet.
inline constexpr std::size_t request_bytes_target = 160 * 1024;
/// Series of removed containers that wait to be ended while no round can be sent.
inline constexpr std::size_t departed_max = 50'000;
/// Containers that had OOM kills and ended, whose last reading is kept for the deltas of a next run. One with more
/// sends its kills once more.
inline constexpr std::size_t gone_with_oom_kills_max = 1'000;
/// A collector's answer: a partial success or a status message.
inline constexpr std::size_t collector_body_bytes_max = 64 * 1024;
/// The header of a proxy's answer to CONNECT: a status and a few fields.
inline constexpr std::size_t proxy_answer_bytes_max = 8 * 1024;

// Configuration.

inline constexpr std::size_t config_file_bytes_max = 1024 * 1024;
/// Some headers with tokens.
inline constexpr std::size_t headers_file_bytes_max = 64 * 1024;
/// A file of certificates or a key. Bundles of all public authorities have some 230 KB.
inline constexpr std::size_t certificate_file_bytes_max = 1024 * 1024;
inline constexpr auto interval_min = 100ms;
inline constexpr auto interval_max = 24h;
inline constexpr auto timeout_max = 1h;
/// The engine walks through directories for each answer: asked more often it would do little else.
inline constexpr auto disk_usage_interval_min = 10s;
inline constexpr auto disk_usage_interval_max = 24h;
/// A queue holds a round of a small fleet at least, and never more than a program of this size should.
inline constexpr std::int64_t queue_bytes_min = 64 * 1024;
inline constexpr std::int64_t queue_bytes_max = 4LL * 1024 * 1024 * 1024;
inline constexpr auto queue_age_min = 1s;
inline constexpr auto queue_age_max = 30 * 24h;

}  // namespace cspy::limits
