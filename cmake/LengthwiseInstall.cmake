# The installed package: find_package(lengthwise) gives lengthwise::lengthwise.
include(CMakePackageConfigHelpers)
get_property(layers GLOBAL PROPERTY LENGTHWISE_LAYERS)
install(TARGETS ${layers} lengthwise EXPORT lengthwise-targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(TARGET lengthwise_cli)
  install(TARGETS lengthwise_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(DIRECTORY datasets DESTINATION ${CMAKE_INSTALL_DATADIR}/lengthwise USE_SOURCE_PERMISSIONS PATTERN __pycache__ EXCLUDE)
install(DIRECTORY include/lengthwise DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT lengthwise-targets NAMESPACE lengthwise:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/lengthwise)
configure_package_config_file(cmake/lengthwise-config.cmake.in "${CMAKE_CURRENT_BINARY_DIR}/lengthwise-config.cmake"
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/lengthwise)
write_basic_package_version_file("${CMAKE_CURRENT_BINARY_DIR}/lengthwise-config-version.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/lengthwise-config.cmake"
              "${CMAKE_CURRENT_BINARY_DIR}/lengthwise-config-version.cmake" cmake/FindoneDNN.cmake cmake/FindStemmer.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/lengthwise)
