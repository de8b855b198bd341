#include "tests/fakes/engine_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <regex>
#include <stdexcept>
#include <utility>

#include "base/file.hpp"
#include "base/json_writer.hpp"

namespace cspy::fakes {
namespace {

std::string quoted(std::string_view text) {
  std::string out;
  json::append_string(out, text);
  return out;
}

constexpr std::string_view image_id{"sha256:3bec4dc6aeb25781"};

std::string labels_json(const std::map<std::string, std::string>& labels) {
  std::string out{"{"};
  for (const auto& [key, value] : labels)
    out.append(out.size() > 1 ? "," : "").append(quoted(key)).append(":").append(quoted(value));
  return out.append("}");
}

std::string instant(UnixNanos when) {
  if (when == 0) return "0001-01-01T00:00:00Z";
  auto text = format_rfc3339(when);
  text.resize(text.size() - 5);  // its milliseconds
  return fmt::format("{}.{:09}Z", text, when % nanos_per_second);
}

/// "/v1.51/info?x" -> "/info".
std::string unversioned(std::string_view target) {
  target = target.substr(0, target.find('?'));
  if (target.starts_with("/v1.")) target.remove_prefix(std::min(target.find('/', 1), target.size()));
  return std::string{target};
}

std::string read_or_throw(const std::string& path) {
  auto content = read_file(path, std::size_t{64} * 1024 * 1024);
  if (!content) throw std::runtime_error(path + ": " + content.error().message);
  return *std::move(content);
}

HttpResponse no_such(std::string_view what) {
  return {.status = 404, .body = fmt::format(R"({{"message":"No such container: {}"}})", what)};
}

}  // namespace

EngineModel::EngineModel(boost::asio::io_context& io)
    : server_{io, [this](const HttpRequest& request) { return answer(request); }} {}

std::string EngineModel::id_of(unsigned number) {
  return fmt::format("{:08x}{:056x}", number * 2'654'435'761U, number);
}

ModelContainer& EngineModel::add(unsigned number, std::string name) {
  const auto id = id_of(number);
  auto& container = containers_[id];
  container.id = id;
  container.name = std::move(name);
  container.pid = 100'000 + number;
  return container;
}

void EngineModel::emit(const std::string& id, const std::string& action, UnixNanos when, const std::string& old_name) {
  const auto found = containers_.find(id);
  auto attributes = found == containers_.end() ? std::map<std::string, std::string>{} : found->second.labels;
  attributes["name"] = found == containers_.end() ? std::string{} : found->second.name;
  if (found != containers_.end()) attributes["image"] = found->second.image;
  if (action == "rename") attributes["oldName"] = "/" + old_name;
  auto event = fmt::format(
      R"({{"Type":"container","Action":{},"Actor":{{"ID":"{}","Attributes":{}}},"scope":"local","time":{},"timeNano":{}}})"
      "\n",
      quoted(action), id, labels_json(attributes), when / nanos_per_second, when);
  if (action == "oom") kills_.append(event);
  for (unsigned i = 0; i < event_copies; ++i)
    server_.broadcast(event_garbled ? event.substr(0, event.size() / 2) + "\n" : event);
}

void EngineModel::start(const std::string& id, UnixNanos when) {
  auto& container = at(id);
  container.running = true;
  container.started = when;
  container.cpu_ns = 1'000'000;
  emit(id, "start", when + 1'000);
}

void EngineModel::die(const std::string& id, UnixNanos when) {
  at(id).running = false;
  emit(id, "die", when);
}

void EngineModel::destroy(const std::string& id) {
  emit(id, "destroy", 0);
  containers_.erase(id);
}

void EngineModel::rename(const std::string& id, const std::string& name) {
  const auto old_name = std::exchange(at(id).name, name);
  emit(id, "rename", 0, old_name);
}

void EngineModel::limit_memory(const std::string& id, std::int64_t bytes) {
  at(id).memory = bytes;
  emit(id, "update", 0);
}

void EngineModel::set_health(const std::string& id, const std::string& status, UnixNanos when) {
  at(id).health = status;
  emit(id, "health_status: " + status, when);
}

void EngineModel::replay(const std::string& directory) {
  const auto file = [&](const std::string& name) { return directory + "/" + name; };
  recorded_["/containers/json"] = read_or_throw(file("containers.json"));
  recorded_["/info"] = read_or_throw(file("info.json"));
  recorded_["/version"] = read_or_throw(file("version.json"));
  const auto ping = read_or_throw(file("ping.headers"));
  std::smatch match;
  if (std::regex_search(ping, match, std::regex{"\nApi-Version: ([0-9.]+)"})) api_version = match[1];
  if (std::regex_search(ping, match, std::regex{"\nServer: ([^\r\n]+)"})) server_header = match[1];
  // The list names each container; its other answers are in files of that name.
  const auto& list = recorded_["/containers/json"];
  const std::regex entry{R"re("Id":"([0-9a-f]{64})","Names":\["/([^"/]+)")re"};
  for (auto i = std::sregex_iterator{list.begin(), list.end(), entry}; i != std::sregex_iterator{}; ++i) {
    const std::string id{(*i)[1]}, name{(*i)[2]};
    recorded_["/containers/" + id + "/json"] = read_or_throw(file("inspect." + name + ".json"));
    recorded_["/containers/" + id + "/stats"] = read_or_throw(file("stats." + name + ".json"));
  }
}

std::size_t EngineModel::asked(std::string_view part) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(requests, [&](const auto& target) { return target.contains(part); }));
}

HttpResponse EngineModel::answer(const HttpRequest& request) {
  auto response = answer_as_model(request);
  response.in_parts = answers_in_parts && !response.stream && !response.raw && !response.hang;
  return response;
}

HttpResponse EngineModel::answer_as_model(const HttpRequest& request) {
  if (record_requests) requests.push_back(request.target);
  if (intercept) {
    if (auto response = intercept(request)) return *std::move(response);
  }
  return truth(request);
}

HttpResponse EngineModel::truth(const HttpRequest& request) {
  const auto path = unversioned(request.target);
  if (path == "/_ping") {
    return {.content_type = "text/plain; charset=utf-8",
            .body = "OK",
            .headers = {{"Api-Version", api_version}, {"Server", server_header}}};
  }
  if (path == "/events" && request.target.contains("until=")) return {.body = kills_};
  if (path == "/events") return {.stream = true};
  if (!recorded_.empty()) {
    const auto found = recorded_.find(path);
    return found == recorded_.end() ? no_such(path)
                                    : HttpResponse{.body = found->second, .chunked = found->second.size() > 2'048};
  }
  if (path == "/version") {
    return {
        .body = fmt::format(
            R"({{"Components":[{{"Name":"Engine","Version":"28.5.2"}},{{"Name":"runc","Version":"1.3.6"}}],"Version":"28.5.2","ApiVersion":"{}","MinAPIVersion":"1.24"}})",
            api_version)};
  }
  if (path == "/info") {
    return {
        .body = fmt::format(
            R"({{"Name":{},"KernelVersion":"6.1.0-model","MemTotal":4103290880,"MemoryLimit":true,"CgroupDriver":"systemd",)"
            R"("CgroupVersion":"2","SecurityOptions":["name=seccomp,profile=builtin"]}})",
            quoted(host_name))};
  }
  if (path == "/containers/json") return {.body = list_json(request.target.contains("all=1")), .chunked = true};
  if (path.starts_with("/containers/")) {
    const auto slash = path.rfind('/');
    return answer_container(path.substr(12, slash - 12), path.substr(slash + 1));
  }
  return {.status = 404, .body = R"({"message":"page not found"})"};
}

HttpResponse EngineModel::answer_container(const std::string& id, std::string_view what) {
  const auto found = containers_.find(id);
  if (found == containers_.end()) return no_such(id);
  if (what == "json") return {.body = inspect_json(found->second)};
  if (what == "stats") return {.body = stats_json(found->second), .chunked = true};
  return {.status = 404, .body = R"({"message":"page not found"})"};
}

std::string EngineModel::list_json(bool all) const {
  std::string out{"["};
  for (const auto& [id, container] : containers_) {
    if (!container.running && !all) continue;
    out.append(out.size() > 1 ? "," : "");
    const auto health = container.health.empty()         ? std::string{}
                        : container.health == "starting" ? " (health: starting)"
                                                         : " (" + container.health + ")";
    fmt::format_to(
        std::back_inserter(out),
        R"({{"Id":"{}","Names":[{}],"Image":{},"ImageID":"{}","Command":"serve","Created":{},"Ports":[],)"
        R"("Labels":{},"State":"{}","Status":"{}{}","HostConfig":{{"NetworkMode":"bridge"}},"Mounts":[]}})",
        id, quoted("/" + container.name), quoted(container.tag_moved ? std::string{image_id} : container.image),
        image_id, container.created / nanos_per_second, labels_json(container.labels),
        container.running ? "running" : "exited", container.running ? "Up 5 minutes" : "Exited (0) 5 minutes ago",
        container.running ? health : std::string{});
  }
  return out.append("]");
}

std::string EngineModel::inspect_json(const ModelContainer& container) {
  const auto health = container.health.empty()
                          ? std::string{}
                          : fmt::format(R"(,"Health":{{"Status":"{}","FailingStreak":0,"Log":[]}})", container.health);
  return fmt::format(
      R"({{"Id":"{}","Created":"{}","State":{{"Status":"{}","Running":{},"Paused":false,"Restarting":false,"Pid":{},"StartedAt":"{}","FinishedAt":"0001-01-01T00:00:00Z"{}}},)"
      R"("Image":"sha256:3bec4dc6aeb25781","Name":{},"RestartCount":{},"HostConfig":{{"CpuShares":0,"Memory":{},"NanoCpus":{},"CgroupParent":"","CpuPeriod":0,"CpuQuota":0}},)"
      R"("Config":{{"Env":["SECRET=hunter2"],"Image":{},"Labels":{}}}}})",
      container.id, instant(container.created), container.running ? "running" : "exited", container.running,
      container.pid, instant(container.started), health, quoted("/" + container.name), container.restart_count,
      container.memory, container.nano_cpus, quoted(container.image), labels_json(container.labels));
}

std::string EngineModel::stats_json(ModelContainer& container) {
  if (!container.running) {
    return fmt::format(
        R"({{"name":"/{}","id":"{}","read":"0001-01-01T00:00:00Z","pids_stats":{{}},"cpu_stats":{{"cpu_usage":{{"total_usage":0}}}},"memory_stats":{{}}}})",
        container.name, container.id);
  }
  container.cpu_ns += 250'000'000;
  const auto cpu = container.cpu_ns;
  std::string networks;
  for (const auto& name : container.interfaces) {
    networks.append(networks.empty() ? "" : ",");
    fmt::format_to(
        std::back_inserter(networks),
        R"("{}":{{"rx_bytes":{},"rx_packets":{},"rx_errors":0,"rx_dropped":0,"tx_bytes":{},"tx_packets":{},"tx_errors":0,"tx_dropped":0}})",
        name, cpu / 1'000, cpu / 900'000, cpu / 2'000, cpu / 800'000);
  }
  // What a 28.5 engine sends, whole, so that the benchmark's agent has as much to pass over as a real one.
  return fmt::format(
      R"({{"read":"{}","preread":"0001-01-01T00:00:00Z","pids_stats":{{"current":7,"limit":18446744073709551615}},"blkio_stats":{{"io_service_bytes_recursive":[{{"major":254,"minor":0,"op":"read","value":{}}},{{"major":254,"minor":0,"op":"write","value":{}}}],"io_serviced_recursive":null,"io_queue_recursive":null,"io_service_time_recursive":null,"io_wait_time_recursive":null,"io_merged_recursive":null,"io_time_recursive":null,"sectors_recursive":null}},"num_procs":0,"storage_stats":{{}},)"
      R"("cpu_stats":{{"cpu_usage":{{"total_usage":{},"usage_in_kernelmode":{},"usage_in_usermode":{}}},"system_cpu_usage":482480000000,"online_cpus":2,"throttling_data":{{"periods":569,"throttled_periods":71,"throttled_time":2797017000}}}},"precpu_stats":{{"cpu_usage":{{"total_usage":0,"usage_in_kernelmode":0,"usage_in_usermode":0}},"throttling_data":{{"periods":0,"throttled_periods":0,"throttled_time":0}}}},)"
      R"("memory_stats":{{"usage":1572864,"stats":{{"active_anon":8192,"active_file":24576,"anon":114688,"anon_thp":0,"file":1073152,"file_dirty":0,"file_mapped":0,"file_writeback":0,"inactive_anon":61440,"inactive_file":1048576,"kernel_stack":32768,"pgactivate":7,"pgdeactivate":0,"pgfault":21410,"pglazyfree":0,"pglazyfreed":0,"pgmajfault":1,"pgrefill":0,"pgscan":0,"pgsteal":0,"shmem":0,"slab":250312,"slab_reclaimable":98936,"slab_unreclaimable":151376,"sock":0,"thp_collapse_alloc":0,"thp_fault_alloc":3,"unevictable":0,"workingset_activate":0,"workingset_nodereclaim":0,"workingset_refault":0}},"limit":134217728}},"name":"/{}","id":"{}","networks":{{{}}}}})",
      instant(system_now()), cpu / 2, cpu / 3, cpu, cpu / 4 * 3, cpu / 4, container.name, container.id, networks);
}

}  // namespace cspy::fakes
