// An answer of /stats, of both kinds of engine: devices and interfaces come out sorted and single.
#include <tuple>

#include "docker/round_reader.hpp"
#include "docker/stats.hpp"
#include "tests/fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(data, size);
  for (const bool podman : {false, true}) {
    cspy::docker::Engine engine;
    engine.podman = podman;
    auto sample = cspy::docker::parse_stats(engine, text);
    if (!sample || !*sample) continue;
    cspy::docker::name_devices(
        **sample, [](std::uint32_t major, std::uint32_t minor) { return std::to_string(major % 3 + minor % 2); });
    const auto& devices = (*sample)->devices;
    const auto key = [](const cspy::metrics::DeviceCounters& d) { return std::tie(d.device, d.major, d.minor); };
    for (std::size_t i = 1; i < devices.size(); ++i)
      must(key(devices[i - 1]) < key(devices[i]));
    const auto& networks = (*sample)->networks;
    for (std::size_t i = 1; i < networks.size(); ++i)
      must(networks[i - 1].interface < networks[i].interface);
    if ((*sample)->memory_usage) must((*sample)->memory_working_set.value_or(0) <= *(*sample)->memory_usage);
  }
  return 0;
}
