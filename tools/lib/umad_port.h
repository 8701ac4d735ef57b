// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// MadPort by way of the kernel's ib_umad and libibumad.
#ifndef SRP_TOOLS_UMAD_PORT_H
#define SRP_TOOLS_UMAD_PORT_H

#include "event_loop.h"
#include "mad_port.h"
#include "sysfs.h"

namespace srp {

class UmadPort : public MadPort {
public:
	static Result<std::unique_ptr<MadPort>> open(EventLoop &loop, const PortName &name);
	~UmadPort() override;

	void set_receiver(Receiver *receiver) override { receiver_ = receiver; }
	Result<void> send(const MadAddress &to, const Mad &mad, Duration keep) override;
	Result<void> receive_reports() override;

private:
	UmadPort(EventLoop &loop, PortName name, int port, int agent);
	void receive_some();
	void gone(int error);

	EventLoop &loop_;
	const PortName name_;
	const int port_;		// what libibumad calls the open port
	const int agent_;		// for questions of every class
	int reports_agent_ = -1;
	Receiver *receiver_ = nullptr;
	std::vector<uint8_t> buffer_;	// as large as the longest message so far needed
	EventLoop::Watch watch_;
};

} // namespace srp

#endif
