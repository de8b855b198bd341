// An engine stand-in: a fleet of containers behind the engine's API, for the tests, the benchmark and the demo without
// an engine. It answers as Docker does, from a model that tests change while it runs, or from recorded answers.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "tests/fakes/http_server.hpp"

namespace cspy::fakes {

struct ModelContainer {
  std::string id, name, image = "shop/web:1.4";
  std::map<std::string, std::string> labels = {};
  bool tag_moved = false;  ///< another image has the image's name now: the list shows the id instead
  bool running = true;
  UnixNanos created = 1'795'000'000'000'000'000;
  UnixNanos started = 1'795'000'001'000'000'000;
  unsigned restart_count = 0;
  std::string health = {};  ///< empty: no health check
  std::int64_t nano_cpus = 0;
  std::int64_t memory = 0;
  unsigned pid = 508;
  std::uint64_t cpu_ns = 1'000'000'000;  ///< grows by a quarter second with each stats answer
  std::vector<std::string> interfaces = {"eth0"};
};

class EngineModel {
 public:
  explicit EngineModel(boost::asio::io_context& io);

  HttpServer& server() { return server_; }

  /// Adds a container with an id made of `number`; silently, as if it had been there.
  ModelContainer& add(unsigned number, std::string name);
  ModelContainer& at(const std::string& id) { return containers_.at(id); }
  [[nodiscard]] static std::string id_of(unsigned number);

  // What users do; each says so in /events.
  void start(const std::string& id, UnixNanos when);
  void die(const std::string& id, UnixNanos when);
  void destroy(const std::string& id);
  void rename(const std::string& id, const std::string& name);
  void limit_memory(const std::string& id, std::int64_t bytes);
  void set_health(const std::string& id, const std::string& status, UnixNanos when);
  void emit(const std::string& id, const std::string& action, UnixNanos when, const std::string& old_name = {});

  /// Answers from recorded files instead: containers.json, info.json, version.json, ping.headers, and inspect.NAME.json
  /// and stats.NAME.json of each container.
  void replay(const std::string& directory);

  /// The model's own answer, whatever `intercept` says.
  HttpResponse truth(const HttpRequest& request);
  /// How often each event is sent: 0 loses it, 2 doubles it.
  unsigned event_copies = 1;
  /// Whether each event loses its second half.
  bool event_garbled = false;
  std::string host_name = "modelhost";

  /// Looks at each request first; what it returns is the answer.
  std::function<std::optional<HttpResponse>(const HttpRequest&)> intercept;
  /// The targets that were asked for, in order.
  std::vector<std::string> requests;
  /// How many times a target with this in it was asked for.
  [[nodiscard]] std::size_t asked(std::string_view part) const;
  std::string api_version = "1.51";
  std::string server_header = "Docker/28.5.2 (linux)";
  bool record_requests = true;
  /// Answers in three writes, as dockerd does: the header, one chunk, the end of the chunks.
  bool answers_in_parts = false;

 private:
  HttpResponse answer(const HttpRequest& request);
  HttpResponse answer_as_model(const HttpRequest& request);
  HttpResponse answer_container(const std::string& id, std::string_view what);
  [[nodiscard]] std::string list_json(bool all) const;
  [[nodiscard]] static std::string inspect_json(const ModelContainer& container);
  static std::string stats_json(ModelContainer& container);

  HttpServer server_;
  std::map<std::string, ModelContainer> containers_;
  std::string kills_;                            ///< events of kills for want of memory, which the engine remembers
  std::map<std::string, std::string> recorded_;  ///< body by unversioned path; empty: the model answers
};

}  // namespace cspy::fakes
