// unique_ptr for the objects of C libraries.
#pragma once

namespace cspy {

/// Calls `release`, the library's own function, on an object of any type that it takes.
template<auto release>
struct Deleter {
  template<class T>
  void operator()(T* object) const {
    release(object);
  }
};

}  // namespace cspy
