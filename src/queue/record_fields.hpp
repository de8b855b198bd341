// Field numbers of a round's record in the journal (docs/queue-format.md). Numbers are never used again for something
// else.
#pragma once

#include <protozero/types.hpp>

namespace cspy::queue::record {

using Tag = protozero::pbf_tag_type;

template<class Field>
constexpr Tag tag(Field field) {
  return static_cast<Tag>(field);
}

enum class Round : Tag { time = 1, containers = 2, readings = 3, readings_sent = 4, endings = 5 };
enum class Container : Tag {
  id = 1,
  name = 2,
  labels = 3,
  created = 4,
  started = 5,
  memory_bytes = 6,
  cpu_period_us = 7,
  cpu_quota_us = 8,
  cpu_shares = 9,
  memory_swap_bytes = 10,
  memory_reservation_bytes = 11,
  open_files_soft = 12,
  subject = 13,
  windows = 14,
  state = 15,
  oom_killed = 16,
  restart_count = 17,
  exit_code = 18,
  finished = 19,
  failing_streak = 20,
  image_id = 21,
  image_digest = 22,
  shares_network = 23,
};
enum class Label : Tag { key = 1, value = 2 };
/// Indices count the containers and the readings of the record; `now` is one more, 0 where the whole container is gone.
enum class Reading : Tag { container = 1, sample = 2 };
enum class Ending : Tag { last = 1, now = 2 };
enum class Sample : Tag {
  cpu_total_ns = 1,
  cpu_user_ns = 2,
  cpu_system_ns = 3,
  cpu_each_ns = 4,  // packed
  cfs_periods = 5,
  cfs_throttled_periods = 6,
  cfs_throttled_ns = 7,
  memory_usage = 8,
  memory_working_set = 9,
  memory_rss = 10,
  memory_cache = 11,
  memory_mapped_file = 12,
  page_faults = 13,
  major_page_faults = 14,
  threads = 15,
  threads_max = 16,
  devices = 17,
  networks = 18,
  health = 19,  // sint32
  cfs_burst_periods = 20,
  cfs_burst_ns = 21,
  memory_active_file = 22,
  memory_inactive_file = 23,
  memory_file_dirty = 24,
  memory_file_writeback = 25,
  memory_swap = 26,
  memory_max_usage = 27,
  memory_kernel = 28,
  memory_failcnt = 29,
  memory_events_high = 30,
  memory_events_max = 31,
  memory_pgscan = 32,
  memory_pgsteal = 33,
  refaults_file = 34,
  refaults_anon = 35,
  oom_events = 36,
  cpu_waiting_us = 37,
  cpu_stalled_us = 38,
  memory_waiting_us = 39,
  memory_stalled_us = 40,
  io_waiting_us = 41,
  io_stalled_us = 42,
  processes = 43,
  details = 44,
};
enum class Detail : Tag { what = 1, labels = 2, value = 3 };
enum class Device : Tag {
  major = 1,
  minor = 2,
  name = 3,
  read_bytes = 4,
  write_bytes = 5,
  sync_bytes = 6,
  async_bytes = 7,
  discard_bytes = 8,
  total_bytes = 9,
  reads = 10,
  writes = 11,
  reads_merged = 12,
  writes_merged = 13,
  sectors_read = 14,
  sectors_written = 15,
  read_ns = 16,
  write_ns = 17,
  io_ns = 18,
  weighted_ns = 19,
  io_current = 20,
  cost_usage_us = 21,
  cost_wait_us = 22,
  cost_indebt_us = 23,
  cost_indelay_us = 24,
};
enum class Network : Tag {
  interface = 1,
  receive_bytes = 2,
  receive_packets = 3,
  receive_errors = 4,
  receive_dropped = 5,
  transmit_bytes = 6,
  transmit_packets = 7,
  transmit_errors = 8,
  transmit_dropped = 9,
};

}  // namespace cspy::queue::record
