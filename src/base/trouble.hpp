// Telling a trouble once, although it comes and goes.
#pragma once

namespace cspy {

/// What happens each round is told when it begins and when it is over: when several rounds in a row were free of it. So
/// a trouble that comes every second round is one line in the log, not one a round. Pure.
class Trouble {
 public:
  enum class Change { none, began, ended };

  /// `rounds`: how many in a row must be free of it.
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
