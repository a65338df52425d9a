# Use ccache where it is installed. The sloppiness lets it cache files that use a precompiled header.
find_program(TARTAN_CCACHE ccache)
if(TARTAN_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      "${CMAKE_COMMAND};-E;env;CCACHE_SLOPPINESS=pch_defines,time_macros;${TARTAN_CCACHE}")
endif()
