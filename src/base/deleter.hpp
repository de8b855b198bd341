// A deleter for std::unique_ptr to objects of C libraries.
#pragma once

namespace cspy {

/// `release` is the function of the library that frees the object.
template<auto release>
struct Deleter {
  template<class T>
  void operator()(T* object) const {
    release(object);
  }
};

}  // namespace cspy
