// An answer of /containers/{id}/json: what becomes of it has a sound id and valid UTF-8.
#include "base/utf8.hpp"
#include "docker/inspect.hpp"
#include "tests/fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(data, size);
  cspy::docker::LabelRules rules;
  must(rules.set_variables("*,-SECRET*").has_value());
  const auto inspection = cspy::docker::parse_inspect(text, rules);
  if (!inspection) return 0;
  const auto container = cspy::docker::make_container({}, *inspection);
  for (const auto& [name, value] : inspection->variables)
    must(!name.starts_with("SECRET"));
  must(cspy::docker::is_container_id(container.id));
  container.labels.for_each([](std::string_view key, std::string_view value) {
    must(cspy::valid_utf8_prefix(key) == key.size());
    must(cspy::valid_utf8_prefix(value) == value.size());
  });
  return 0;
}
