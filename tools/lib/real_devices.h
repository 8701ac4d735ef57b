// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Devices by way of ib_umad, libibverbs and the kernel's events.
#ifndef SRP_TOOLS_REAL_DEVICES_H
#define SRP_TOOLS_REAL_DEVICES_H

#include "devices.h"
#include "event_loop.h"

namespace srp {

class RealDevices : public Devices {
public:
	explicit RealDevices(EventLoop &loop) : loop_(loop) {}

	Result<std::unique_ptr<MadPort>> open_port(const PortName &name) override;
	Result<std::unique_ptr<Listener>> hear_of(const PortName &name, EventHandler handler) override;
	Result<std::unique_ptr<Listener>> hear_of_all(Task changed) override;

private:
	EventLoop &loop_;
};

} // namespace srp

#endif
