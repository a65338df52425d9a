#include "nccl_module.hpp"

#include <dlfcn.h>

namespace tartan::comm {

NcclModule const* load_nccl_module(std::string& problem) {
  void* const library = dlopen(nccl_module_file, RTLD_NOW | RTLD_LOCAL);  // stays until the process ends
  void const* const module = library == nullptr ? nullptr : dlsym(library, nccl_module_symbol);
  if (module == nullptr) problem = dlerror();
  return static_cast<NcclModule const*>(module);
}

}  // namespace tartan::comm
