// A round's record: what is taken is a round, and is written and read again without a change.
#include "otlp/round_record.hpp"
#include "tests/fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto round = cspy::otlp::read_round(text_of(data, size));
  if (!round) return 0;
  std::string once, twice;
  cspy::otlp::write_round(*round, once);
  const auto again = cspy::otlp::read_round(once);
  must(again.has_value());
  cspy::otlp::write_round(*again, twice);
  must(once == twice);
  return 0;
}
