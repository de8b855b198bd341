// The implementation of Boost.Asio and Boost.Beast, compiled once (see BOOST_ASIO_SEPARATE_COMPILATION in
// cmake/compiler.cmake).
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
