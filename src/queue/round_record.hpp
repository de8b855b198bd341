// A round as bytes for the journal. It contains what was read, not what is sent, so another protocol or temporality can
// send it later.
//
// The format is protobuf (docs/queue-format.md has the schema). A later version can add fields and still read the
// records of an older one. A container that several readings of a round share is written once. Each round has its
// identity: after a restart the agent may have another one, or not know it yet.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/key_values.hpp"
#include "metrics/reading.hpp"
#include "metrics/selection.hpp"

namespace cspy::queue {

/// Replaces `out` with the round's record. REQUIRES: each reading is in the round only once, and the round has an
/// identity.
void write_round(const metrics::Round& round, std::string& out);

/// Lets rounds that are read one after the other share what is equal in them, as the rounds of one run do.
class SharedParts {
 public:
  /// The last container with this id, if it is equal. Otherwise a new one.
  [[nodiscard]] std::shared_ptr<const metrics::Container> container(metrics::Container container);
  /// The last identity, if it is equal. Otherwise a new one.
  [[nodiscard]] metrics::IdentityPtr identity(KeyValues identity);

 private:
  std::map<std::string, std::shared_ptr<const metrics::Container>> containers_;  ///< the last one of each id
  metrics::IdentityPtr identity_;
};

/// Accepts any bytes. Returns a complete round within the limits of base/limits.hpp, or malformed. Measures the
/// readings by the current `selection`.
[[nodiscard]] Result<metrics::Round> read_round(std::string_view record, SharedParts& shared,
                                                const metrics::Selection& selection = {});

}  // namespace cspy::queue
