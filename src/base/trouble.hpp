// Reporting a recurring problem once.
#pragma once

namespace cspy {

/// Decides when the log reports that a problem began and that it is over: it is over after several rounds in a row
/// without it. So a problem of every second round is one line in the log, not one a round. Pure.
class Trouble {
 public:
  enum class Change { none, began, ended };

  /// `rounds`: how many rounds in a row without the problem end it.
  explicit constexpr Trouble(int rounds) : rounds_{rounds} {}

  [[nodiscard]] constexpr Change update(bool troubled) {
    if (troubled) {
      free_ = 0;
      if (present_) return Change::none;
      present_ = true;
      return Change::began;
    }
    if (!present_ || ++free_ < rounds_) return Change::none;
    present_ = false;
    return Change::ended;
  }

 private:
  int rounds_;
  int free_ = 0;
  bool present_ = false;
};

}  // namespace cspy
