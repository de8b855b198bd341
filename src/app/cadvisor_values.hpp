// Converts values of cAdvisor's flags to values of our settings. Pure.
//
// Several flags can make one setting, for example -listen_ip and -port. So a conversion sees all given flags.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace cspy::app {

/// The given flags: name without dashes, and value. Values of boolean flags are "true" or "false".
using CadvisorValues = std::map<std::string, std::string, std::less<>>;

/// The value of a setting, or nullopt if the flags do not change the setting. The error says which values are valid,
/// and does not show the value.
using CadvisorConversion = Result<std::optional<std::string>> (*)(const CadvisorValues& given);

/// A boolean as Go's strconv.ParseBool reads it: "1", "t", "T", "TRUE", "true", "True", and the same for false.
[[nodiscard]] std::optional<bool> go_bool(std::string_view text);

/// A duration as Go's time.ParseDuration reads it ("1m30s", "1.5h", "0"), in whole milliseconds. nullopt if it is not
/// one, if it is negative, or if it is longer than limits::go_duration_max.
[[nodiscard]] std::optional<std::int64_t> go_duration_ms(std::string_view text);

namespace cadvisor {

using Converted = Result<std::optional<std::string>>;

/// -port and -listen_ip: "192.0.2.1:8080", "[::1]:8080", ":8080".
[[nodiscard]] Converted listen_address(const CadvisorValues& given);
/// -disable_metrics and -enable_metrics: a list that changes our default, so that it has the groups that cAdvisor's
/// flags leave. "+tcp,-disk"
[[nodiscard]] Converted metric_list(const CadvisorValues& given);
/// -store_container_labels with -whitelisted_container_labels: globs over the keys of labels.
[[nodiscard]] Converted label_list(const CadvisorValues& given);
/// -whitelisted_container_labels, which cAdvisor ignores without -store_container_labels=false.
[[nodiscard]] Converted label_whitelist(const CadvisorValues& given);
/// -env_metadata_whitelist, or the older flag for Docker: prefixes become globs.
[[nodiscard]] Converted variable_list(const CadvisorValues& given);
/// -docker_only: "true" becomes "false" and the reverse.
[[nodiscard]] Converted all_cgroups(const CadvisorValues& given);
/// -housekeeping_interval: a duration becomes milliseconds.
[[nodiscard]] Converted interval(const CadvisorValues& given);
[[nodiscard]] Converted docker_address(const CadvisorValues& given);
/// -podman: only if -docker is not given, because there is one engine.
[[nodiscard]] Converted podman_address(const CadvisorValues& given);
// -docker-tls-ca, -docker-tls-cert and -docker-tls-key: files, only with -docker-tls. cAdvisor's default is a file in
// the working directory.
[[nodiscard]] Converted tls_authorities(const CadvisorValues& given);
[[nodiscard]] Converted tls_certificate(const CadvisorValues& given);
[[nodiscard]] Converted tls_key(const CadvisorValues& given);
/// -url_base_prefix without its last slash.
[[nodiscard]] Converted path_prefix(const CadvisorValues& given);
[[nodiscard]] Converted metrics_path(const CadvisorValues& given);
[[nodiscard]] Converted users_file(const CadvisorValues& given);
[[nodiscard]] Converted machine_id_files(const CadvisorValues& given);
[[nodiscard]] Converted boot_id_files(const CadvisorValues& given);

}  // namespace cadvisor

}  // namespace cspy::app
