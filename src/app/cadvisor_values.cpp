#include "app/cadvisor_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <set>
#include <utility>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"

namespace cspy::app {
namespace {

struct DurationUnit {
  std::string_view name;
  double milliseconds;
};
// "ms" is before "m", which is its beginning. Both letters of Go's micro are in UTF-8.
constexpr std::array<DurationUnit, 8> units{{{"ns", 1e-6},
                                             {"us", 1e-3},
                                             {"\u00b5s", 1e-3},
                                             {"\u03bcs", 1e-3},
                                             {"ms", 1.0},
                                             {"s", 1e3},
                                             {"m", 60e3},
                                             {"h", 3'600e3}}};

/// Takes "1.5h" from the beginning of `text`. nullopt if there is no such thing.
std::optional<double> take_duration_part(std::string_view& text) {
  const auto digits = text.substr(0, text.find_first_not_of("0123456789."));
  double number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  text.remove_prefix(digits.size());
  for (const auto& [name, milliseconds] : units) {
    if (!text.starts_with(name)) continue;
    text.remove_prefix(name.size());
    return number * milliseconds;
  }
  return std::nullopt;
}

}  // namespace

std::optional<bool> go_bool(std::string_view text) {
  for (const std::string_view yes : {"1", "t", "T", "TRUE", "true", "True"}) {
    if (text == yes) return true;
  }
  for (const std::string_view no : {"0", "f", "F", "FALSE", "false", "False"}) {
    if (text == no) return false;
  }
  return std::nullopt;
}

std::optional<std::int64_t> go_duration_ms(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return 0;
  if (text.empty()) return std::nullopt;
  constexpr auto most = static_cast<double>(std::chrono::milliseconds{limits::go_duration_max}.count());
  double milliseconds = 0;
  while (!text.empty()) {
    const auto part = take_duration_part(text);
    if (!part) return std::nullopt;
    milliseconds += *part;
    if (milliseconds > most) return std::nullopt;
  }
  // Half a microsecond is more than the rounding errors of the sum.
  return static_cast<std::int64_t>(milliseconds + 5e-4);
}

namespace cadvisor {
namespace {

/// A value that is given and not empty.
std::optional<std::string_view> value_of(const CadvisorValues& given, std::string_view name) {
  const auto found = given.find(name);
  if (found == given.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

bool is_on(const CadvisorValues& given, std::string_view name) {
  return value_of(given, name) == "true";
}

Converted unchanged(const CadvisorValues& given, std::string_view name) {
  const auto value = value_of(given, name);
  return value ? std::optional<std::string>{*value} : std::nullopt;
}

/// A list of words as a list of globs, each with `suffix`. A word that the syntax of our lists would understand as
/// something else gets a sign.
std::string globs(std::string_view words, std::string_view suffix) {
  constexpr std::string_view signs{"-+!"};
  std::string list;
  for (const auto word : split(words, ',')) {
    const auto name = trimmed(word);
    if (name.empty()) continue;
    const bool needs_sign = signs.contains(name.front()) || (name == "none" && suffix.empty());
    if (list.empty() && needs_sign) list = "none";
    if (!list.empty()) list.push_back(',');
    if (needs_sign) list.push_back('+');
    list.append(name).append(suffix);
  }
  return list;
}

/// A kind of metrics in cAdvisor.
struct Kind {
  std::string_view name;
  std::string_view words;   ///< the groups and names of its metrics here; empty: none, or those of another kind
  bool by_default = false;  ///< here
};
constexpr std::array<Kind, 22> kinds{{
    {"advtcp", "advtcp"},
    {"app", ""},
    {"cpu", "cpu", true},
    {"cpuLoad", "cpuLoad", true},
    {"cpu_topology", ""},
    {"cpuset", "container_memory_migrate"},
    {"disk", "disk", true},
    {"diskIO", "diskIO", true},
    {"hugetlb", "hugetlb"},
    {"memory", "memory", true},
    {"memory_numa", "container_memory_numa_pages"},
    {"network", "network", true},
    {"oom_event", "oom_event", true},
    {"percpu", ""},
    {"perf_event", ""},
    {"pressure", "pressure", true},
    {"process", "process", true},
    {"referenced_memory", ""},
    {"resctrl", ""},
    {"sched", "sched"},
    {"tcp", "tcp"},
    {"udp", "udp"},
}};

using Names = std::set<std::string_view>;

/// The kinds in a list, in which cAdvisor allows no spaces.
Result<Names> named_kinds(std::string_view list) {
  Names names;
  if (list.empty()) return names;
  for (const auto word : split(list, ',')) {
    if (std::ranges::find(kinds, word, &Kind::name) == kinds.end()) {
      std::string known;
      for (const auto& kind : kinds)
        known.append(known.empty() ? "" : ", ").append(kind.name);
      return fail(Code::invalid, fmt::format("expected a list of {}", known));
    }
    names.insert(word);
  }
  return names;
}

}  // namespace

Converted listen_address(const CadvisorValues& given) {
  constexpr std::string_view usual_port{"8080"};
  const auto port_text = value_of(given, "port").value_or(usual_port);
  std::uint16_t port = 0;
  const auto* const end = port_text.data() + port_text.size();
  const auto [last, error] = std::from_chars(port_text.data(), end, port);
  if (error != std::errc{} || last != end || port == 0)
    return fail(Code::invalid, "expected a port between 1 and 65535");
  const auto ip = value_of(given, "listen_ip").value_or("");
  const bool needs_brackets = ip.contains(':') && !ip.starts_with('[');
  return fmt::format("{}{}{}:{}", needs_brackets ? "[" : "", ip, needs_brackets ? "]" : "", port);
}

Converted metric_list(const CadvisorValues& given) {
  const auto enabled_list = value_of(given, "enable_metrics");
  const auto disabled_list = given.find("disable_metrics");
  if (!enabled_list && disabled_list == given.end()) return std::nullopt;
  const auto named = named_kinds(enabled_list ? *enabled_list : std::string_view{disabled_list->second});
  if (!named) return std::unexpected{named.error()};
  std::string list;
  const auto add = [&list](char sign, std::string_view word) {
    if (!list.empty()) list.push_back(',');
    list.append(1, sign).append(word);
  };
  for (const auto& [name, word, by_default] : kinds) {
    const bool wanted = named->contains(name) == enabled_list.has_value();
    if (!word.empty() && wanted != by_default) add(wanted ? '+' : '-', word);
    // Open files and sockets are of cAdvisor's kind process, and a group here.
    if (name == "process" && wanted) add('+', "descriptors");
  }
  return list.empty() ? "default" : list;
}

Converted label_list(const CadvisorValues& given) {
  const auto store = value_of(given, "store_container_labels").value_or("true");
  if (store == "true") return "*";
  auto list = globs(value_of(given, "whitelisted_container_labels").value_or(""), "");
  return list.empty() ? "none" : std::move(list);
}

Converted label_whitelist(const CadvisorValues& given) {
  if (value_of(given, "store_container_labels") != "false") return std::nullopt;
  return label_list(given);
}

Converted variable_list(const CadvisorValues& given) {
  auto prefixes = value_of(given, "env_metadata_whitelist");
  if (!prefixes) prefixes = value_of(given, "docker_env_metadata_whitelist");
  if (!prefixes) return std::nullopt;
  auto list = globs(*prefixes, "*");
  return list.empty() ? std::nullopt : std::optional{std::move(list)};
}

Converted all_cgroups(const CadvisorValues& given) {
  return is_on(given, "docker_only") ? "false" : "true";
}

Converted interval(const CadvisorValues& given) {
  const auto milliseconds = go_duration_ms(value_of(given, "housekeeping_interval").value_or(""));
  if (!milliseconds) return fail(Code::invalid, "expected a duration such as 30s or 1m30s");
  return fmt::format("{}", *milliseconds);
}

Converted docker_address(const CadvisorValues& given) {
  return unchanged(given, "docker");
}

Converted podman_address(const CadvisorValues& given) {
  if (value_of(given, "docker")) return std::nullopt;
  return unchanged(given, "podman");
}

Converted tls_authorities(const CadvisorValues& given) {
  if (!is_on(given, "docker-tls")) return std::nullopt;
  return std::string{value_of(given, "docker-tls-ca").value_or("ca.pem")};
}

Converted tls_certificate(const CadvisorValues& given) {
  if (!is_on(given, "docker-tls")) return std::nullopt;
  return unchanged(given, "docker-tls-cert");
}

Converted tls_key(const CadvisorValues& given) {
  if (!is_on(given, "docker-tls")) return std::nullopt;
  return unchanged(given, "docker-tls-key");
}

Converted path_prefix(const CadvisorValues& given) {
  auto prefix = value_of(given, "url_base_prefix").value_or("");
  while (prefix.ends_with('/'))
    prefix.remove_suffix(1);
  return prefix.empty() ? std::nullopt : std::optional<std::string>{prefix};
}

Converted metrics_path(const CadvisorValues& given) {
  return unchanged(given, "prometheus_endpoint");
}

Converted users_file(const CadvisorValues& given) {
  return unchanged(given, "http_auth_file");
}

Converted machine_id_files(const CadvisorValues& given) {
  return unchanged(given, "machine_id_file");
}

Converted boot_id_files(const CadvisorValues& given) {
  return unchanged(given, "boot_id_file");
}

}  // namespace cadvisor

}  // namespace cspy::app
