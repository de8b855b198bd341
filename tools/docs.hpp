// The pages of docs/ that are derived from the program's tables.
#pragma once

#include <string>

namespace cspy::tools {

/// docs/METRICS.md, from the catalogue.
[[nodiscard]] std::string metrics_page();
/// docs/CONFIGURATION.md, from the option table.
[[nodiscard]] std::string configuration_page();
/// docs/queue-format.md, from the tables of counts and of the record's fields.
[[nodiscard]] std::string queue_format_page();

/// The part of docs/FROM_CADVISOR.md between its two marks, from the table of cAdvisor's flags.
[[nodiscard]] std::string cadvisor_flags_section();

}  // namespace cspy::tools
