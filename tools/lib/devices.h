// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The RDMA devices of this machine, as a daemon sees them: ways to the fabric, and word of what happens to them. Real: RealDevices. In
// tests: devices that come, go and break as the test wants.
#ifndef SRP_TOOLS_DEVICES_H
#define SRP_TOOLS_DEVICES_H

#include "mad_port.h"
#include "sysfs.h"

namespace srp {

enum class DeviceEvent {
	Changed,	// of the port; look again
	Fatal,		// of the device; nothing will come any more
};

// Whoever listens hears of events as long as it lives.
class Listener {
public:
	virtual ~Listener() = default;
};

class Devices {
public:
	// Called from the event loop.
	using EventHandler = std::function<void(DeviceEvent, const std::string &what)>;

	virtual ~Devices() = default;
	virtual Result<std::unique_ptr<MadPort>> open_port(const PortName &name) = 0;
	// What the device of that port says of itself. Keeps the device open. Fails where it cannot say anything.
	virtual Result<std::unique_ptr<Listener>> hear_of(const PortName &name, EventHandler handler) = 0;
	// That some device came, went or changed. Fails where nobody tells.
	virtual Result<std::unique_ptr<Listener>> hear_of_all(Task changed) = 0;
};

} // namespace srp

#endif
