#pragma once

namespace tartan::train {

//! Called before data and model are opened, so that a signal meanwhile is kept until the first step. From now on
//! SIGTERM, SIGINT, SIGUSR1 and SIGUSR2 only set a flag: the run saves and ends after the step under way.
void catch_stop_signals();
bool stop_requested();

}  // namespace tartan::train
