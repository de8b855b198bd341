#include "host/machine_reading.hpp"

#include <memory>
#include <utility>

#include "metrics/details.hpp"

namespace cspy::host {

metrics::Reading machine_reading(const Machine& machine) {
  metrics::Container subject;
  subject.id = "#machine";
  subject.name = machine.name;
  subject.subject = metrics::Subject::machine;
  subject.labels = metrics::LabelSet{
      {{"boot_id", machine.boot_id}, {"machine_id", machine.machine_id}, {"system_uuid", machine.system_uuid}}};

  metrics::Reading reading{.container = std::make_shared<const metrics::Container>(std::move(subject)), .sample = {}};
  const auto add = [&](metrics::Tail what, Count value) {
    if (value) metrics::add_detail(reading.sample, what, {}, *value);
  };
  add(metrics::Tail::machine_cpu_cores, machine.cpus);
  add(metrics::Tail::machine_cpu_physical_cores, machine.physical_cores);
  add(metrics::Tail::machine_cpu_sockets, machine.sockets);
  add(metrics::Tail::machine_memory_bytes, machine.memory_bytes == 0 ? Count{} : Count{machine.memory_bytes});
  add(metrics::Tail::machine_swap_bytes, machine.swap_bytes);
  metrics::sort_details(reading.sample);
  return reading;
}

}  // namespace cspy::host
