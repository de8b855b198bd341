// A line of /events.
#include "docker/event.hpp"
#include "docker/inspect.hpp"
#include "tests/fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(data, size);
  const auto event = cspy::docker::parse_event(text);
  if (event) must(cspy::docker::is_container_id(event->id) && !event->action.empty());
  return 0;
}
