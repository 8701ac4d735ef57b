// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The way to the fabric: MADs out, MADs in. Real: UmadPort. In tests: a fabric in the same process, or ibsim.
#ifndef SRP_TOOLS_MAD_PORT_H
#define SRP_TOOLS_MAD_PORT_H

#include "mad.h"
#include "scheduler.h"

namespace srp {

// IBA 3.5.10: the general service interface of every port.
inline constexpr uint32_t kGsiQpn = 1;
inline constexpr uint32_t kGsiQkey = 0x80010000;

struct MadAddress {
	Lid lid;
	uint16_t pkey_index = 0;	// in the table of the local port
	uint8_t sl = 0;
	uint32_t qpn = kGsiQpn;
	uint32_t qkey = kGsiQkey;

	bool operator==(const MadAddress &) const = default;
};

class MadPort {
public:
	// Called from the event loop.
	class Receiver {
	public:
		virtual ~Receiver() = default;
		// Anything that arrived: answers and reports; reassembled, of any length.
		virtual void on_mad(const MadAddress &from, Message message) = 0;
		// The port or its device is gone; nothing else will come.
		virtual void on_gone(const Error &why) = 0;
	};

	virtual ~MadPort() = default;
	virtual void set_receiver(Receiver *receiver) = 0;
	// Of the transaction ID the lower 32 bits come back in the answer. keep is how long an answer is let through; zero where none
	// is expected. Does not block. That an answer did not come in time is not reported.
	virtual Result<void> send(const MadAddress &to, const Mad &mad, Duration keep) = 0;
	// From now on reports of traps are received as well. Fails if another program on this machine has asked before.
	virtual Result<void> receive_reports() = 0;
};

} // namespace srp

#endif
