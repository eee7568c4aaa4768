# Build settings that every target shares, and the two functions that declare layers and tests.
option(LENGTHWISE_DEVELOPER "Build tests (BUILD_TESTING) and benchmarks (LENGTHWISE_BENCH), treat warnings as errors" ${PROJECT_IS_TOP_LEVEL})
option(LENGTHWISE_BENCH "Build the benchmarks, which take Google Benchmark" OFF)
option(LENGTHWISE_CLI "Build the command line, which takes CLI11" ON)
set(LENGTHWISE_SANITIZE "" CACHE STRING "Sanitizers to build with, for example address,undefined")
option(LENGTHWISE_COVERAGE "Instrument for coverage" OFF)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")

add_library(lengthwise_flags INTERFACE)
target_compile_options(lengthwise_flags INTERFACE -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 warns about overlapping copies inside std::string that cannot happen (GCC bug 105651).
  target_compile_options(lengthwise_flags INTERFACE -Wno-restrict)
endif()
if(CMAKE_UNITY_BUILD)
  # A type of a file's own, in a class of the same file, is one that "another file includes" then.
  target_compile_options(lengthwise_flags INTERFACE -Wno-subobject-linkage)
endif()
if(LENGTHWISE_DEVELOPER)
  target_compile_options(lengthwise_flags INTERFACE -Werror)
endif()
if(LENGTHWISE_SANITIZE)
  add_compile_options(-fsanitize=${LENGTHWISE_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${LENGTHWISE_SANITIZE})
  if(LENGTHWISE_SANITIZE MATCHES thread)
    # GCC 12 takes instrumented members for uninitialised ones.
    add_compile_options(-Wno-maybe-uninitialized)
  endif()
  if(LENGTHWISE_SANITIZE MATCHES undefined)
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()
if(LENGTHWISE_COVERAGE)
  add_compile_options(--coverage)
  add_link_options(--coverage)
endif()

# The presets compile several files at a time (CMAKE_UNITY_BUILD), which takes a third of the time. A file that Highway compiles once for
# each processor stays alone.
function(lengthwise_keep_alone)
  foreach(source ${ARGN})
    if(source MATCHES "\\.cpp$")
      file(STRINGS ${source} dispatched REGEX "hwy/foreach_target.h" LIMIT_COUNT 1)
      if(dispatched)
        set_source_files_properties(${source} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
      endif()
    endif()
  endforeach()
endfunction()

# lengthwise_layer(NAME SOURCES a.cpp ... LINK dependency ...)
# Declares the library of one folder of src/. Every layer sees src/ and include/ as include roots.
function(lengthwise_layer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK;PRIVATE_LINK" ${ARGN})
  add_library(lengthwise_${name} STATIC ${ARG_SOURCES})
  lengthwise_keep_alone(${ARG_SOURCES})
  target_include_directories(lengthwise_${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
    PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_compile_features(lengthwise_${name} PUBLIC cxx_std_20)
  target_link_libraries(lengthwise_${name} PUBLIC ${ARG_LINK} PRIVATE ${ARG_PRIVATE_LINK} $<BUILD_INTERFACE:lengthwise_flags>)
  set_property(GLOBAL APPEND PROPERTY LENGTHWISE_LAYERS lengthwise_${name})
endfunction()

# lengthwise_test(NAME SOURCES a_test.cpp ... LINK layer ...)
# One test program a layer; GoogleTest cases become ctest tests.
function(lengthwise_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(test_${name} ${ARG_SOURCES})
  # Each test file may name its helpers as it likes.
  set_target_properties(test_${name} PROPERTIES UNITY_BUILD OFF)
  target_include_directories(test_${name} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/tests)
  target_compile_definitions(test_${name} PRIVATE LENGTHWISE_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data")
  target_link_libraries(test_${name} PRIVATE ${ARG_LINK} GTest::gtest_main lengthwise_flags)
  gtest_discover_tests(test_${name} TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60)
endfunction()
