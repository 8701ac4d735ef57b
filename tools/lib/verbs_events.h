// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// What the device says of its own: link up, new SM, new LID, new P_Keys, fatal error. By way of libibverbs.
#ifndef SRP_TOOLS_VERBS_EVENTS_H
#define SRP_TOOLS_VERBS_EVENTS_H

#include "event_loop.h"
#include "sysfs.h"

struct ibv_context;

namespace srp {

class VerbsEvents {
public:
	enum class Kind {
		Changed,	// of the port; look again
		Fatal,		// of the device; nothing will come any more
	};
	using Handler = std::function<void(Kind, const std::string &what)>;

	// Fails where the device has no user-space driver.
	static Result<std::unique_ptr<VerbsEvents>> open(EventLoop &loop, const PortName &name, Handler handler);
	~VerbsEvents();

private:
	VerbsEvents(ibv_context *context, PortName name, Handler handler);
	void read_one();

	ibv_context *context_;
	const PortName name_;
	Handler handler_;
	EventLoop::Watch watch_;
};

} // namespace srp

#endif
