# Which compilers may build this, and with which flags.

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
  message(FATAL_ERROR
    "g++ ${CMAKE_CXX_COMPILER_VERSION} is too old: below 14 it destroys the temporaries of an aggregate in a "
    "co_await expression twice, which ends in a double free at run time. Use clang++-19 (the presets do: "
    "'cmake --preset dev') or g++ 14 and newer.")
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR
    "clang ${CMAKE_CXX_COMPILER_VERSION} is too old: below 19 it cannot use libstdc++'s std::expected. "
    "Use clang++-19 (the presets do: 'cmake --preset dev').")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

# Flags of our own code. Third-party headers come in as SYSTEM and are not judged.
add_library(cspy_flags INTERFACE)
target_include_directories(cspy_flags INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_options(cspy_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wnon-virtual-dtor -Wold-style-cast
  -Woverloaded-virtual -Wnull-dereference -Wimplicit-fallthrough -Wformat=2 -Werror
  -ffunction-sections -fdata-sections)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ reports these inside inlined library code where they are known to be wrong.
  target_compile_options(cspy_flags INTERFACE -Wno-null-dereference -Wno-maybe-uninitialized)
endif()
target_compile_definitions(cspy_flags INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_DATE_TIME
  BOOST_BEAST_SEPARATE_COMPILATION FMT_HEADER_ONLY)

option(CSPY_SANITIZE "AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
if(CSPY_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()

option(CSPY_FUZZ "Build the fuzzers (clang's libFuzzer)" OFF)
if(CSPY_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

option(CSPY_STATIC "One static, stripped, link-time optimised binary" OFF)
if(CSPY_STATIC)
  add_compile_options(-flto=thin)
  # The script separates the code that runs from the code that does not: docs/decisions/cold-code.md.
  set(CSPY_LINKER_SCRIPT ${PROJECT_SOURCE_DIR}/cmake/cold_code.ld)
  add_link_options(-static -flto=thin -fuse-ld=lld -Wl,--gc-sections -Wl,--icf=all -Wl,-T,${CSPY_LINKER_SCRIPT} -s)
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_link_options(-fuse-ld=lld)
endif()
