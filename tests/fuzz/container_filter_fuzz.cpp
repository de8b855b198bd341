// A list of the setting containers, and a name that it decides about.
#include "docker/container_filter.hpp"
#include "tests/fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using cspy::docker::Watched;
  const auto text = text_of(data, size);
  const auto end = text.find('\n');
  const auto filter = cspy::docker::ContainerFilter::parse(text.substr(0, end));
  if (!filter) return 0;
  const std::string name{end == std::string_view::npos ? std::string_view{} : text.substr(end + 1)};
  cspy::docker::Traits traits{.name = name, .image = name, .labels = {{"com.docker.compose.project", name}}};
  must(filter->judge(traits) != Watched::unknown);
  traits.labels.emplace("containerspy.enable", "false");
  must(filter->judge(traits) == Watched::no);
  return 0;
}
