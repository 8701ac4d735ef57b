// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "real_devices.h"

#include "uevents.h"
#include "umad_port.h"
#include "verbs_events.h"

namespace srp {

Result<std::unique_ptr<MadPort>> RealDevices::open_port(const PortName &name) { return UmadPort::open(loop_, name); }

Result<std::unique_ptr<Listener>> RealDevices::hear_of(const PortName &name, EventHandler handler)
{
	return VerbsEvents::open(loop_, name, std::move(handler));
}

Result<std::unique_ptr<Listener>> RealDevices::hear_of_all(Task changed) { return Uevents::open(loop_, std::move(changed)); }

} // namespace srp
