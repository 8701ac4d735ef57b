// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// What the device says of its own: link up, new SM, new LID, new P_Keys, fatal error. By way of libibverbs.
#ifndef SRP_TOOLS_VERBS_EVENTS_H
#define SRP_TOOLS_VERBS_EVENTS_H

#include "devices.h"
#include "event_loop.h"

struct ibv_context;

namespace srp {

class VerbsEvents : public Listener {
public:
	// Fails where the device has no user-space driver.
	static Result<std::unique_ptr<Listener>> open(EventLoop &loop, const PortName &name, Devices::EventHandler handler);
	~VerbsEvents() override;

private:
	VerbsEvents(ibv_context *context, PortName name, Devices::EventHandler handler);
	void read_one();

	ibv_context *context_;
	const PortName name_;
	Devices::EventHandler handler_;
	EventLoop::Watch watch_;
};

} // namespace srp

#endif
