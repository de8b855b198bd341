// Every limit of the program, with its reason. Nothing grows without a limit.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace cspy::limits {

using namespace std::chrono_literals;

// Data from the engine and other peers.

/// One answer of /stats. Real answers have 2 to 6 KB; 128 cores on cgroup v1 with 20 networks stay below 20 KB.
inline constexpr std::size_t stats_body_bytes_max = 256 * 1024;
/// One answer of /containers/{id}/json: environment, labels and five health-check outputs of 4 KB fit many times.
inline constexpr std::size_t inspect_body_bytes_max = 2 * 1024 * 1024;
/// /info and /version. The feature list of each runtime in /info has about 10 KB.
inline constexpr std::size_t info_body_bytes_max = 1024 * 1024;
/// The list of containers and /system/df. They are parsed as they arrive and never stored. 100,000 containers of
/// 1.5 KB each stay below this limit.
inline constexpr std::size_t list_body_bytes_max = 256 * 1024 * 1024;
/// Containers in one list. The rest is ignored with a warning.
inline constexpr std::size_t containers_max = 50'000;
/// One event. It carries all labels of a container, and the engine does not limit those.
inline constexpr std::size_t event_bytes_max = 1024 * 1024;
/// Time to wait for the past events that the engine remembers. It sends them at once.
inline constexpr auto event_history_time_max = 3s;
/// Header of an HTTP answer: the default of Beast.
inline constexpr std::uint32_t http_header_bytes_max = 8 * 1024;
/// Headers and trailers of one HTTP/2 answer. As in RFC 9113, each counts 32 bytes more than its text.
inline constexpr std::uint32_t http2_header_bytes_max = 2 * http_header_bytes_max;
/// Answers to PING and SETTINGS that wait because the peer does not read. With more, the connection is closed.
inline constexpr std::size_t http2_acks_queued_max = 100;
/// Nesting depth of JSON. The deepest answer of Docker (/info) has 8 levels.
inline constexpr std::size_t json_depth_max = 32;
/// The part of an error body that is read, and the part that our messages quote.
inline constexpr std::size_t error_body_bytes_max = 16 * 1024;
inline constexpr std::size_t error_quote_bytes_max = 200;

// Data of one container. What exceeds a limit is left out.

/// Ids have 64 hexadecimal digits. They become part of a request path, so their length and alphabet are checked.
inline constexpr std::size_t container_id_bytes_max = 128;
/// The value of a label. Docker has no limit; Prometheus recommends far less.
inline constexpr std::size_t label_value_bytes_max = 4'096;
inline constexpr std::size_t label_key_bytes_max = 512;
inline constexpr std::size_t labels_max = 256;
/// Labels of one series. With more, a warning is logged: Mimir and Grafana Cloud refuse such series by default.
inline constexpr std::size_t series_labels_advised = 30;
/// Globs in container_labels or container_env. Each label of each container is matched against each of them.
inline constexpr std::size_t label_globs_max = 256;
/// A glob over the names of metrics. No name has so many bytes.
inline constexpr std::size_t metric_glob_bytes_max = 256;
/// Globs in the setting containers, and the length of one: a key of a label and a glob over its value. Each container
/// of a list is matched against each of them.
inline constexpr std::size_t container_globs_max = 256;
inline constexpr std::size_t container_glob_bytes_max = 1'024;
/// Labels in extra_labels, and the length of a name or a value. Every point of every request carries them.
inline constexpr std::size_t extra_labels_max = 16;
inline constexpr std::size_t extra_label_bytes_max = 256;
inline constexpr std::size_t networks_max = 256;
inline constexpr std::size_t devices_max = 256;
inline constexpr std::size_t cpus_max = 1'024;
/// Details of one sample. The largest group, the counters of the TCP stack, has about 130.
inline constexpr std::size_t details_max = 4'096;

// Data from the kernel of the host.

/// A file that is read whole. The longest are memory.stat, and io.stat on a machine with hundreds of disks.
inline constexpr std::size_t kernel_file_bytes_max = 64 * 1024;
/// A file that is read by lines. /proc/net/tcp with 100,000 sockets has 15 MB.
inline constexpr std::size_t kernel_lines_bytes_max = 16 * 1024 * 1024;
/// Open files of one container. Each takes a system call. With more, neither files nor sockets are counted.
inline constexpr std::size_t descriptors_max = 100'000;
/// Processes of all containers whose last scheduling counters are remembered, 32 bytes each.
inline constexpr std::size_t sched_tasks_max = 65'536;
/// Rounds for which they are remembered after the run has ended: perhaps it only seems so, and no count may be lost.
inline constexpr std::uint32_t sched_idle_rounds_max = 30;
/// The path of a cgroup below the root. The kernel opens no longer path.
inline constexpr std::size_t cgroup_path_bytes_max = 4'096;
/// Directories that one walk of the cgroup tree enters. A host with systemd and 1,000 containers has about 5,000.
inline constexpr std::size_t cgroups_max = 50'000;
/// Processes of one cgroup that are read one by one. More are counted but not read.
inline constexpr std::size_t cgroup_processes_max = 16'384;
/// Sizes of huge pages. arm64 has the most, four.
inline constexpr std::size_t huge_page_sizes_max = 16;

// Time.

/// One stats request. An engine that answers at once does so within milliseconds; one that samples once a second may
/// need several under load.
inline constexpr auto stats_time_max_fast = 2s;
inline constexpr auto stats_time_max_slow = 6s;
/// Time in each round for containers that were stuck, so that they are found again when they answer.
inline constexpr auto stuck_time_min = 500ms;
/// One request to the engine, from connecting to the last byte. Engines before 23.0.8 need a second for one-shot stats,
/// and more under load. An engine that needs longer than this hangs.
inline constexpr auto engine_request_time_max = 10s;
/// A question that an engine which works answers at once: /_ping, /version, an inspection, the header of the events.
inline constexpr auto engine_question_time_max = 3s;
/// /info. It counts containers and images, so a busy engine needs longer for it.
inline constexpr auto info_time_max = 5s;
/// Waits before /info is asked again if it was not answered: until then, ids and the host's name are guesses.
inline constexpr auto info_backoff_min = 2s;
inline constexpr auto info_backoff_max = 30s;
/// One size query. The engine walks directories, which takes minutes with 1,000 containers.
inline constexpr auto disk_usage_time_max = 10min;
/// Failed size queries in a row after which the last known sizes are dropped.
inline constexpr int disk_usage_failures_max = 3;
/// The reads of a round must end within this share of the interval, so that its export fits into the same interval.
inline constexpr double round_share_of_interval = 0.8;
/// A round always has at least this time: an engine with slow stats needs more than a second, whatever the interval is.
/// If this is longer than the interval, rounds are skipped.
inline constexpr auto round_time_min = 3s;
/// The least time from one round to the next, whatever the clock says. Receivers store whole milliseconds.
inline constexpr auto round_step_min = 1ms;
/// A clock that goes back by more than this is logged. Time servers correct a clock by less all the time.
inline constexpr auto clock_step_logged_min = 1s;
/// Time after which the names of devices and the machine's size are looked up again. Disks and CPUs rarely come and go,
/// and a look takes some twenty files.
inline constexpr auto machine_look_interval = 300s;
/// Rounds in a row without a problem after which the log reports that the problem is over.
inline constexpr int trouble_free_rounds = 5;
/// Time between two lists while events are followed, and between two inspections of all containers in any case. Both
/// are still needed: the engine drops events for slow readers, and no list shows new limits. An inspection takes the
/// engine a millisecond.
inline constexpr auto reconcile_interval = 300s;
/// Time between two lists without /events, whatever the export interval is.
inline constexpr auto poll_interval_max = 30s;
inline constexpr auto poll_interval_min = 2s;
/// The shortest time between two lists, except for the polling: a flood of broken events asks for many.
inline constexpr auto list_pause_min = 2s;
/// The longest wait before a list that has failed is tried again.
inline constexpr auto list_backoff_max = 8s;
/// A failed inspection is tried again after this, and then after twice as long each time, up to 8 s.
inline constexpr auto inspect_retry_interval = 2s;
inline constexpr unsigned inspect_retry_doublings_max = 2;
/// Reading begins at the latest so long after the first list, even if some inspections hang.
inline constexpr auto complete_time_max = 4s;
/// A session, or a stream of events, that has lived so long was good: the next one is opened at once.
inline constexpr auto session_good_after = 30s;
/// Waits before the events are asked for again.
inline constexpr auto events_backoff_min = 1s;
inline constexpr auto events_backoff_max = 60s;
/// What a socket proxy refuses is asked for again after this. The proxy may have other rules by then.
inline constexpr auto refused_retry_interval = 300s;
/// Waits between attempts to reach the engine.
inline constexpr auto engine_backoff_min = 250ms;
inline constexpr auto engine_backoff_max = 10s;
/// Waits before a request is repeated. A receiver that restarts is back within seconds. A receiver that is away for
/// longer gets a request every 15 to 30 seconds.
inline constexpr auto retry_min = 1s;
inline constexpr auto retry_max = 30s;
/// The longest wait that a receiver may ask for (Retry-After, RetryInfo). A wrong value must not stop the export.
inline constexpr auto retry_after_max = 15min;
/// A connection to the receiver that was idle for longer is replaced before the next request. Alloy and the Collector
/// close idle connections after one minute, and a request that meets the close has to be sent twice.
inline constexpr auto receiver_idle_max = 45s;
/// The shortest pause between two rounds of a backlog: at most 20 rounds a second.
inline constexpr auto backlog_pause_min = 50ms;
/// Time for the last round, and from the signal to the end of the process. The documentation promises 3 s.
inline constexpr auto last_round_time_max = 1200ms;
inline constexpr auto shutdown_time_max = 2700ms;
/// Probes of an idle TCP connection: a partition is noticed after a minute, not after the system's two hours.
inline constexpr auto keepalive_idle = 30s;
inline constexpr auto keepalive_interval = 10s;
inline constexpr int keepalive_probes = 3;
/// Lookups of names at one time. The system's resolver cannot be interrupted, so a lookup that takes too long keeps a
/// thread until it ends by itself.
inline constexpr std::size_t lookups_max = 4;
/// Precision of deadlines. One timer serves all of them.
inline constexpr auto deadline_granularity = 50ms;

// Concurrency.

/// Concurrent stats requests to an engine that answers at once. More do not make dockerd faster, because it waits for
/// containerd.
inline constexpr std::size_t stats_concurrency_fast = 8;
/// The same for engines whose one-shot stats wait for a shared one-second clock (before 23.0.8, 24.0.7).
inline constexpr std::size_t stats_concurrency_slow_max = 256;
inline constexpr std::size_t inspect_concurrency = 8;
/// A request that has no answer after this is slow: it no longer counts as one of those at a time, so that containers
/// that are stuck do not keep the others waiting.
inline constexpr auto request_patience = 500ms;
/// Concurrent requests of one kind, with the slow ones.
inline constexpr std::size_t requests_at_once_max = 64;
/// Those of them that may be for containers whose last inspection failed.
inline constexpr std::size_t inspect_retries_at_once = 2;
/// Concurrent stats requests for containers whose last one got no answer in time.
inline constexpr std::size_t stuck_reads_at_once = 2;
/// Idle connections that are kept open. Only an engine with slow stats needs so many.
inline constexpr std::size_t idle_connections_max = 64;

// Data to the receiver.

/// Size of a request; the rest of a round goes into further requests. It is far below the 4 MiB that gRPC receivers
/// accept, because this buffer is the largest one of an agent with few containers.
inline constexpr std::size_t request_bytes_target = 160 * 1024;
/// The largest size that a request grows to while sending a round takes too long. gRPC receivers accept 4 MiB, and
/// nginx accepts 1 MiB.
inline constexpr std::size_t request_bytes_max = 960 * 1024;
/// Requests grow while sending a round takes more than this share of the interval. The rest of the interval is needed
/// to catch up after an outage.
inline constexpr double sending_share_max = 0.2;
/// Accepted requests after which a larger one is tried, after the receiver has refused one because of its size. The
/// number doubles with each attempt that is refused. An attempt costs one request.
inline constexpr std::uint32_t accepted_before_larger_min = 16;
inline constexpr std::uint32_t accepted_before_larger_max = 4'096;
/// Files of queue_dir that were set aside because they cannot be used. They are kept for a person to look at, and count
/// as a part of queue_limit. Older ones are deleted.
inline constexpr std::size_t queue_files_aside_max = 4;
/// Files of queue_dir that cannot be used and are named in the log. Anybody who may write there could make any number.
inline constexpr std::size_t queue_files_named_max = 10;
/// Removed containers whose series are not ended yet because no round can be sent.
inline constexpr std::size_t departed_max = 50'000;
/// Stopped containers with OOM kills whose last reading is kept for the deltas of their next run. With more containers,
/// some OOM kills are sent twice.
inline constexpr std::size_t gone_with_oom_kills_max = 1'000;
/// An answer of the receiver: a partial success or a status message.
inline constexpr std::size_t receiver_body_bytes_max = 64 * 1024;
/// The answer of a proxy to CONNECT: a status and a few headers.
inline constexpr std::size_t proxy_answer_bytes_max = 8 * 1024;

// Data of scrapes.

/// The text of a scrape is made in pieces of this size. A piece takes a few microseconds, so that other work gets its
/// turn, and a client that stops reading costs the memory of one piece.
inline constexpr std::size_t scrape_piece_bytes = 32 * 1024;
/// Reading for one scrape, if the client does not say when it gives up. Prometheus' default is 10 s.
inline constexpr auto scrape_time_max = 9s;
inline constexpr auto scrape_time_min = 100ms;
/// The answer must arrive before the client gives up.
inline constexpr auto scrape_margin = 250ms;
/// Files of /proc/self. /proc/stat has a line for each interrupt.
inline constexpr std::size_t own_proc_bytes_max = 64 * 1024;
/// Age of a reading that a scrape may still use: the range of scrape_max_age.
inline constexpr std::chrono::milliseconds scrape_age_min = 0ms;
inline constexpr std::chrono::milliseconds scrape_age_max = 1min;
/// /readyz says no if deliveries fail for longer. Receivers restart within a minute.
inline constexpr auto ready_despite_failures = 60s;
/// Labels of one reading that are kept as text during a scrape, on average. A container of a compose project has about
/// 800 bytes. Longer ones are written again for each metric, so that 1,000 containers take no more than 2 MB.
inline constexpr std::size_t scrape_labels_bytes = 1'500;

// Clients of `listen`. Anybody who can connect is a possible attacker.

/// Connections at one time: a few scrapers and browsers need ten. With more, the one that has been idle for longest is
/// closed, and if none is idle, the new one gets 503.
inline constexpr std::size_t serve_connections_max = 64;
/// Connections beside those that get 503. Further clients wait in the kernel's queue.
inline constexpr std::size_t serve_refusals_max = 16;
/// Clients in the kernel's queue. The kernel cuts it to net.core.somaxconn.
inline constexpr int serve_backlog = 256;
/// Bodies that are compressed at one time: 260 KB of memory each. Further ones are sent uncompressed.
inline constexpr std::size_t serve_compressors_max = 8;
/// A body that is shorter is not compressed: it fits into one or two packets.
inline constexpr std::size_t serve_gzip_bytes_min = 1'400;
/// The request line, and the header of a request. Browsers send the cookies of all programs on the same host.
inline constexpr std::uint32_t serve_head_bytes_max = 16 * 1024;
/// The body of a request, which is skipped. GET needs none.
inline constexpr std::uint64_t serve_body_bytes_max = 4 * 1024;
/// What is sent at one time. This is the memory that a slow reader holds.
inline constexpr std::size_t serve_piece_bytes = 16 * 1024;
/// The TLS handshake, which takes three packets.
inline constexpr auto serve_handshake_time_max = 5s;
/// From the first to the last byte of a request's header. Clients send it at once.
inline constexpr auto serve_head_time_max = 10s;
/// A client that is slower than this with its header may lose its place to another one.
inline constexpr auto serve_head_patience = 1s;
/// Between two requests: longer than the usual scrape intervals, so that scrapers keep their connection. It may be an
/// eighth longer.
inline constexpr auto serve_idle_time_max = 90s;
/// A whole answer, with the time of its handler. Prometheus gives up after 10 s by default.
inline constexpr auto serve_answer_time_max = 60s;
/// A write without progress: the client does not read.
inline constexpr auto serve_write_time_max = 10s;
/// After a refused request, what the client still sends is read for so long, or so many bytes. A close with unread
/// data would reset the connection, and the client would not see the answer.
inline constexpr auto serve_linger_time_max = 1s;
inline constexpr std::size_t serve_linger_bytes_max = 256 * 1024;
/// Answers in progress get so much time when the program stops.
inline constexpr auto serve_stop_time_max = 1s;
/// Waits before another connection is accepted, after the system had no descriptor or memory for one.
inline constexpr auto serve_accept_backoff_min = 100ms;
inline constexpr auto serve_accept_backoff_max = 1s;
/// Addresses to listen at, and sockets of systemd.
inline constexpr int listen_addresses_max = 16;

// Configuration.

inline constexpr std::size_t config_file_bytes_max = 1024 * 1024;
/// Warnings about unknown variables. Another program may use the same prefix for many.
inline constexpr std::size_t variable_warnings_max = 10;
/// A few headers with tokens.
inline constexpr std::size_t headers_file_bytes_max = 64 * 1024;
/// A file of certificates or a key. A bundle of all public authorities has about 230 KB.
inline constexpr std::size_t certificate_file_bytes_max = 1024 * 1024;
inline constexpr auto interval_min = 100ms;
inline constexpr auto interval_max = 24h;
inline constexpr auto timeout_max = 1h;
/// A duration on cAdvisor's command line. No setting allows one that is nearly as long.
inline constexpr auto go_duration_max = 24h * 366;
/// The engine walks directories for each size query. With more queries it would do little else.
inline constexpr auto disk_usage_interval_min = 10s;
inline constexpr auto disk_usage_interval_max = 24h;
/// The queue holds at least one round of a small fleet, and no more memory than an agent should use.
inline constexpr std::int64_t queue_bytes_min = 64 * 1024;
inline constexpr std::int64_t queue_bytes_max = 4LL * 1024 * 1024 * 1024;
inline constexpr auto queue_age_min = 1s;
inline constexpr auto queue_age_max = 30 * 24h;

}  // namespace cspy::limits
