# NCCL's communicator: on a fake of NCCL and the GPU everywhere, and with one rank where there is a GPU. On a machine with
# more GPUs: mpirun -n 8 build/tests/mpi_nccl --real
set(nccl_definitions TARTAN_HAS_NCCL=$<TARGET_EXISTS:tartan_nccl> "TARTAN_LIB_CUDART=\"${TARTAN_LIB_cudart}\""
                     "TARTAN_LIB_NCCL=\"${TARTAN_LIB_nccl}\"")
target_compile_definitions(test_comm PRIVATE ${nccl_definitions})
tartan_loads_nccl(test_comm)
if(TARGET tartan_nccl)
  file(GLOB fake_sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/comm/fake/*.cpp")
  add_library(fake_nccl MODULE ${fake_sources})
  target_compile_options(fake_nccl PRIVATE ${TARTAN_WARNINGS})
  target_link_libraries(fake_nccl PRIVATE MPI::MPI_C tartan::nccl_headers)
  tartan_add_mpi_test(comm/mpi_nccl.cpp tartan::nccl_headers NP 2 4)
  target_include_directories(mpi_nccl PRIVATE "${PROJECT_SOURCE_DIR}/src")
  target_compile_definitions(mpi_nccl PRIVATE ${nccl_definitions} "TARTAN_FAKE_NCCL=\"$<TARGET_FILE:fake_nccl>\"")
  tartan_loads_nccl(mpi_nccl)
  add_dependencies(mpi_nccl fake_nccl)
  add_test(NAME comm.mpi_nccl.gpu COMMAND mpi_nccl --real)
  set_tests_properties(comm.mpi_nccl.gpu PROPERTIES TIMEOUT 300 SKIP_REGULAR_EXPRESSION "no GPU here")
endif()
