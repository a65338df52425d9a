# Defines tartan::nccl_headers where CUDA's runtime headers and NCCL's are found: beside LibTorch, since they then fit the
# libraries that it loads, else below CUDA_HOME, NCCL_HOME, CMAKE_PREFIX_PATH or /usr/local/cuda. PyPI's CUDA runtime lacks
# the part of its headers (crt/) that comes with the compiler, so the toolkit has to be there. Nothing is linked: what
# LibTorch brings into the process is used (src/comm/nccl_module.hpp). The libraries are for the tests alone.
file(GLOB TARTAN_NVIDIA_HINTS "${TARTAN_TORCH_ROOT}/../nvidia/cu[0-9]*" "${TARTAN_TORCH_ROOT}/../nvidia/cuda_runtime"
                              "${TARTAN_TORCH_ROOT}/../nvidia/nccl")
list(APPEND TARTAN_NVIDIA_HINTS "$ENV{CUDA_HOME}" "$ENV{NCCL_HOME}")
find_path(TARTAN_CUDA_INCLUDE crt/host_defines.h HINTS ${TARTAN_NVIDIA_HINTS} PATHS /usr/local/cuda PATH_SUFFIXES include)
find_path(TARTAN_NCCL_INCLUDE nccl.h HINTS ${TARTAN_NVIDIA_HINTS} PATHS /usr/local/cuda PATH_SUFFIXES include)
find_library(TARTAN_LIB_cudart NAMES libcudart.so.13 libcudart.so.12 cudart HINTS ${TARTAN_NVIDIA_HINTS}
             PATHS /usr/local/cuda PATH_SUFFIXES lib lib64)
find_library(TARTAN_LIB_nccl NAMES libnccl.so.2 HINTS ${TARTAN_NVIDIA_HINTS} PATHS /usr/local/cuda PATH_SUFFIXES lib lib64)
mark_as_advanced(TARTAN_CUDA_INCLUDE TARTAN_NCCL_INCLUDE TARTAN_LIB_cudart TARTAN_LIB_nccl)
if(TARTAN_NCCL_INCLUDE AND EXISTS "${TARTAN_CUDA_INCLUDE}/cuda_runtime_api.h")
  message(STATUS "NCCL: ${TARTAN_NCCL_INCLUDE}, CUDA: ${TARTAN_CUDA_INCLUDE}; libtartan_nccl.so is built")
  add_library(tartan_nccl_headers INTERFACE)
  add_library(tartan::nccl_headers ALIAS tartan_nccl_headers)
  target_include_directories(tartan_nccl_headers SYSTEM INTERFACE "${TARTAN_CUDA_INCLUDE}" "${TARTAN_NCCL_INCLUDE}")
else()
  message(STATUS "NCCL: nccl.h or the CUDA toolkit's headers not found; libtartan_nccl.so is not built")
  file(REMOVE "${PROJECT_BINARY_DIR}/libtartan_nccl.so")  # an earlier build's would no longer fit the program
endif()
