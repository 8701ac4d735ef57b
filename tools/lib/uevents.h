// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// What the kernel tells of devices that come, go and change, before udev does anything about it.
#ifndef SRP_TOOLS_UEVENTS_H
#define SRP_TOOLS_UEVENTS_H

#include "devices.h"
#include "event_loop.h"

namespace srp {

// True for an event that may be about an RDMA port, its umad device or its add_target. Text as of the kernel: "add@/devices/...",
// then KEY=value, each ended by a zero.
bool is_about_rdma(std::string_view uevent);

class Uevents : public Listener {
public:
	// changed is called once for all events that came together.
	static Result<std::unique_ptr<Listener>> open(EventLoop &loop, Task changed);
	~Uevents() override { watch_ = {}; }

private:
	Uevents(Fd fd, Task changed) : fd_(std::move(fd)), changed_(std::move(changed)) {}
	void receive_all();

	Fd fd_;
	Task changed_;
	EventLoop::Watch watch_;
};

} // namespace srp

#endif
