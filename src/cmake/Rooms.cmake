# tartan_room(NAME LIBS...): the library tartan_NAME (alias tartan::NAME) from src/NAME/*.cpp.
# tartan_loads_nccl(TARGET): a program that finds libtartan_nccl.so beside it, where that is built.
# tartan_add_tests(ROOM LIBS...): tests/ROOM/test_*.cpp as one program test_ROOM, each of its cases known to ctest.
# tartan_add_mpi_test(ROOM/mpi_NAME.cpp LIBS... NP 1 2 4): a program of its own, run under mpirun with each rank count.

# GCC 12 warns of overlapping copies in "literal" + std::string (its bug 105651).
set(TARTAN_WARNINGS -Wall -Wextra -Wshadow -Wconversion $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict> $<$<BOOL:${TARTAN_WERROR}>:-Werror>)

function(tartan_room name)
  file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/${name}/*.cpp")
  if(NOT sources)
    return()
  endif()
  add_library(tartan_${name} STATIC ${sources})
  add_library(tartan::${name} ALIAS tartan_${name})
  target_include_directories(tartan_${name} PUBLIC "${PROJECT_SOURCE_DIR}/include" PRIVATE "${PROJECT_SOURCE_DIR}/src/${name}")
  target_compile_options(tartan_${name} PRIVATE ${TARTAN_WARNINGS})
  target_link_libraries(tartan_${name} PUBLIC ${ARGN})
endfunction()

function(tartan_loads_nccl target)
  if(TARGET tartan_nccl)
    add_dependencies(${target} tartan_nccl)
  endif()
endfunction()

function(tartan_add_tests room)
  file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/${room}/test_*.cpp")
  if(NOT sources OR NOT TARGET tartan_${room})
    return()
  endif()
  add_executable(test_${room} ${sources})
  target_compile_options(test_${room} PRIVATE ${TARTAN_WARNINGS})
  target_include_directories(test_${room} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
  target_link_libraries(test_${room} PRIVATE tartan::${room} ${ARGN} GTest::gtest_main)
  # One thread a test: as many as there are cores may run at once, and threads that wait for a core spin.
  gtest_discover_tests(test_${room} TEST_PREFIX "${room}." WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}" DISCOVERY_TIMEOUT 60
                       PROPERTIES TIMEOUT 300 ENVIRONMENT OMP_NUM_THREADS=1)
endfunction()

function(tartan_add_mpi_test source)
  cmake_parse_arguments(arg "" "" "NP" ${ARGN})
  get_filename_component(stem "${source}" NAME_WE)
  get_filename_component(room "${source}" DIRECTORY)
  add_executable(${stem} "${PROJECT_SOURCE_DIR}/tests/${source}")
  target_compile_options(${stem} PRIVATE ${TARTAN_WARNINGS})
  target_include_directories(${stem} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
  target_link_libraries(${stem} PRIVATE tartan::${room} ${arg_UNPARSED_ARGUMENTS} GTest::gtest)
  foreach(ranks IN LISTS arg_NP)
    add_test(NAME ${room}.${stem}.np${ranks} WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
      COMMAND ${MPIEXEC_EXECUTABLE} --oversubscribe --bind-to none -n ${ranks} $<TARGET_FILE:${stem}>)
    set_tests_properties(${room}.${stem}.np${ranks} PROPERTIES TIMEOUT 300 PROCESSORS ${ranks} ENVIRONMENT
      "OMPI_ALLOW_RUN_AS_ROOT=1;OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1;OMP_NUM_THREADS=1")
  endforeach()
endfunction()
