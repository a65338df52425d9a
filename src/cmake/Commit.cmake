# Run at every build (cmake -DSOURCE=… -DOUTPUT=… -P): writes the commit that is built into a header, where it changed.
cmake_minimum_required(VERSION 3.25)
find_package(Git QUIET)
if(Git_FOUND)
  execute_process(COMMAND ${GIT_EXECUTABLE} -c safe.directory=* -C "${SOURCE}" describe --always --dirty --abbrev=12 --exclude=*
                  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(NOT commit)
  set(commit "unknown")
endif()
file(CONFIGURE OUTPUT "${OUTPUT}" CONTENT "#pragma once\n#define TARTAN_COMMIT \"@commit@\"\n" @ONLY)
