// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// MadPort by way of ibsim, the subnet simulator: as the port of a host, or as that of a target that answers questions.
// No preloaded library; ibsim's datagrams are spoken directly.
#ifndef SRP_TESTS_IBSIM_PORT_H
#define SRP_TESTS_IBSIM_PORT_H

#include "event_loop.h"
#include "mad_port.h"

class IbsimPort : public srp::MadPort {
public:
	// simulator: $IBSIM_SOCKNAME. id: any number, one per client. serves: questions to QP1 arrive here.
	static srp::Result<std::unique_ptr<IbsimPort>> connect(srp::EventLoop &loop, const std::string &simulator, const std::string &node,
							       unsigned int id, bool serves);
	~IbsimPort() override;

	void set_receiver(Receiver *receiver) override { receiver_ = receiver; }
	srp::Result<void> send(const srp::MadAddress &to, const srp::Mad &mad, srp::Duration keep) override;
	srp::Result<void> receive_reports() override { return {}; }	// they come anyway

private:
	IbsimPort(srp::Fd control, srp::Fd data, uint32_t client) : control_(std::move(control)), data_(std::move(data)), client_(client) {}
	void receive_all();

	srp::Fd control_, data_;
	uint32_t client_;
	Receiver *receiver_ = nullptr;
	srp::EventLoop::Watch watch_;
};

#endif
