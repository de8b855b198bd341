// A round as bytes, for the journal: what was read, not what is sent, so that another protocol or temporality may send
// it.
//
// The format is protobuf (docs/queue-format.md has the schema), so that a later version can add fields and still read
// what an older one wrote. A container that several readings of a round share is written once.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "metrics/reading.hpp"
#include "metrics/selection.hpp"

namespace cspy::queue {

/// Replaces `out` by the round's record. REQUIRES: no reading stands twice among the round's readings.
void write_round(const metrics::Round& round, std::string& out);

/// Whatever the bytes are, the result is a round whose parts are all there and within the bounds of base/limits.hpp, or
/// malformed. The readings are measured, by what is wanted now.
[[nodiscard]] Result<metrics::Round> read_round(std::string_view record, const metrics::Selection& selection = {});

}  // namespace cspy::queue
