// A round's record: what is taken is a round, and is written and read again without a change.
#include "queue/round_record.hpp"
#include "tests/fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cspy::queue::SharedParts shared;
  const auto round = cspy::queue::read_round(text_of(data, size), shared);
  if (!round) return 0;
  std::string once, twice;
  cspy::queue::write_round(*round, once);
  const auto again = cspy::queue::read_round(once, shared);
  must(again.has_value());
  cspy::queue::write_round(*again, twice);
  must(once == twice);
  return 0;
}
