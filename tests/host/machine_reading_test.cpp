// The machine's metrics, against what cAdvisor said of the recorded machine.
#include "host/machine_reading.hpp"

#include <gtest/gtest.h>

#include <charconv>
#include <map>
#include <string>

#include "host/words.hpp"
#include "tests/support/data.hpp"
#include "tests/support/readings.hpp"
#include "tests/support/temp_dir.hpp"

namespace cspy::host {
namespace {

using Series = std::map<std::string, double>;

std::string label_of(std::string_view line, std::string_view key) {
  const auto begin = line.find(std::string{key}.append("=\""));
  if (begin == std::string_view::npos) return {};
  const auto value = line.substr(begin + key.size() + 2);
  return std::string{value.substr(0, value.find('"'))};
}

struct Recorded {
  Series series;
  std::string boot_id, machine_id, system_uuid;
};

Recorded recorded() {
  Recorded recorded;
  for_each_line(test::read_data("fleet-cadvisor/cadvisor.prom"), [&](std::string_view line) {
    if (!line.starts_with("machine_") || line.starts_with("machine_scrape_error")) return;
    recorded.boot_id = label_of(line, "boot_id");
    recorded.machine_id = label_of(line, "machine_id");
    recorded.system_uuid = label_of(line, "system_uuid");
    std::string name{line.substr(0, line.find('{'))};
    if (const auto mode = label_of(line, "mode"); !mode.empty()) name.append("|").append(mode);
    const auto text = Words{line.substr(line.find('}') + 1)}.next();
    std::from_chars(text.data(), text.data() + text.size(), recorded.series[name]);
  });
  return recorded;
}

Series series_of(const metrics::Reading& reading) {
  Series series;
  for (const auto& [name, value] : test::series_of(reading).values)
    series[name] = std::visit([](auto number) { return static_cast<double>(number); }, value);
  return series;
}

TEST(MachineReading, SaysWhatCAdvisorSaidOfTheSameMachine) {
  const auto expected = recorded();
  auto machine = this_machine({.proc = test::data_path("fleet-cadvisor/proc"), .sys = "/nonexistent"});
  machine.boot_id = expected.boot_id;
  machine.machine_id = expected.machine_id;
  machine.system_uuid = expected.system_uuid;
  const auto reading = machine_reading(machine);
  EXPECT_EQ(series_of(reading), expected.series);
  EXPECT_EQ(reading.container->subject, metrics::Subject::machine);
  EXPECT_EQ(reading.container->id, "#machine");
  EXPECT_EQ(reading.container->labels, (metrics::LabelSet{{{"boot_id", "83c6c783-2b8a-4185-8f5e-3016ccc7c7d7"},
                                                           {"machine_id", "5cafbac2e8e84791b939dd7138d87a2c"},
                                                           {"system_uuid", "5cafbac2e8e84791b939dd7138d87a2c"}}}));
}

TEST(MachineReading, HasNoNumberThatIsNotKnown) {
  EXPECT_EQ(series_of(machine_reading({})), (Series{{"machine_cpu_books", 0},
                                                    {"machine_cpu_drawers", 0},
                                                    {"machine_nvm_avg_power_budget_watts", 0},
                                                    {"machine_nvm_capacity|app_direct_mode", 0},
                                                    {"machine_nvm_capacity|memory_mode", 0}}));
}

}  // namespace
}  // namespace cspy::host
