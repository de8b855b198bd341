// A round as bytes for the journal. It contains what was read, not what is sent, so another protocol or temporality can
// send it later.
//
// The format is protobuf (docs/queue-format.md has the schema). A later version can add fields and still read the
// records of an older one. A container that several readings of a round share is written once.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "metrics/reading.hpp"
#include "metrics/selection.hpp"

namespace cspy::queue {

/// Replaces `out` with the round's record. REQUIRES: each reading is in the round only once.
void write_round(const metrics::Round& round, std::string& out);

/// Accepts any bytes. Returns a complete round within the limits of base/limits.hpp, or malformed. Measures the
/// readings by the current `selection`.
[[nodiscard]] Result<metrics::Round> read_round(std::string_view record, const metrics::Selection& selection = {});

}  // namespace cspy::queue
