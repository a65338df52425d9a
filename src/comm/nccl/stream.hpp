#pragma once

#include "check.hpp"

namespace tartan::comm {

//! A point in a stream's work: its end when this was made.
class Event {
 public:
  explicit Event(cudaStream_t stream);
  ~Event();
  Event(Event const&) = delete;
  Event& operator=(Event const&) = delete;

  bool is_reached() const;
  cudaEvent_t get() const { return event_; }

 private:
  cudaEvent_t event_ = nullptr;
};

//! Work of its own beside that of all other streams, on the GPU that becomes this thread's.
class Stream {
 public:
  explicit Stream(int gpu);
  ~Stream();
  Stream(Stream const&) = delete;
  Stream& operator=(Stream const&) = delete;

  void wait_for(Event const& event);  //!< what is put on the stream from now on
  cudaStream_t get() const { return stream_; }

 private:
  cudaStream_t stream_ = nullptr;
};

}  // namespace tartan::comm
