# Defines tartan::torch, the CPU side of a LibTorch: below a prefix of CMAKE_PREFIX_PATH, else PyPI's wheel in .venv.
# Torch's own package file asks for nvcc even where nothing of ours needs it, so the libraries are imported here. The CUDA
# side is loaded when a run asks for it (src/model/device.cpp).
file(GLOB TARTAN_WHEELS "${PROJECT_SOURCE_DIR}/.venv/lib/python3*/site-packages/torch")
string(REPLACE ":" ";" TARTAN_TORCH_PREFIXES "${CMAKE_PREFIX_PATH};$ENV{CMAKE_PREFIX_PATH}")
foreach(prefix IN LISTS TARTAN_TORCH_PREFIXES)  # also a prefix that points at share/cmake/Torch
  list(APPEND TARTAN_TORCH_HINTS "${prefix}" "${prefix}/../../..")
endforeach()
find_path(TARTAN_TORCH_INCLUDE ATen/ATen.h HINTS ${TARTAN_TORCH_HINTS} ${TARTAN_WHEELS} PATH_SUFFIXES include)
get_filename_component(TARTAN_TORCH_ROOT "${TARTAN_TORCH_INCLUDE}" DIRECTORY)
foreach(name torch_cpu c10)
  find_library(TARTAN_LIB_${name} ${name} HINTS "${TARTAN_TORCH_ROOT}/lib" NO_DEFAULT_PATH)
endforeach()
if(NOT TARTAN_TORCH_INCLUDE OR NOT TARTAN_LIB_torch_cpu)
  message(FATAL_ERROR "no LibTorch found: run jobs/setup.sh, or give -DCMAKE_PREFIX_PATH=/path/to/libtorch")
endif()
message(STATUS "LibTorch: ${TARTAN_TORCH_ROOT}")

add_library(tartan_torch INTERFACE)
add_library(tartan::torch ALIAS tartan_torch)
target_include_directories(tartan_torch SYSTEM INTERFACE
  "${TARTAN_TORCH_INCLUDE}" "${TARTAN_TORCH_INCLUDE}/torch/csrc/api/include")
target_link_libraries(tartan_torch INTERFACE "${TARTAN_LIB_torch_cpu}" "${TARTAN_LIB_c10}" OpenMP::OpenMP_CXX)
