// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Questions to the SA and to I/O units as functions: values in, values out, later.
#ifndef SRP_TOOLS_CLIENTS_H
#define SRP_TOOLS_CLIENTS_H

#include "dm.h"
#include "requester.h"
#include "sa.h"

namespace srp {

// Called once, from the event loop; see Requester::request().
template <class T> using Then = std::function<void(Result<T>)>;

class SaClient {
public:
	// asker: see Requester::drop()
	SaClient(Requester &requester, MadAddress sm, const void *asker = nullptr) : requester_(requester), sm_(sm), asker_(asker) {}

	void class_port_info(Then<ClassPortInfo> then);
	void ports(uint32_t capability_mask, Then<std::vector<PortInfoRecord>> then);
	void port(Lid lid, Then<PortInfoRecord> then);
	void nodes(Then<std::vector<NodeRecord>> then);
	void path(Lid from, Lid to, Pkey pkey, Then<PathRecord> then);
	void path(Gid from, Gid to, Then<PathRecord> then);
	void inform(const InformInfo &info, Then<InformInfo> then);

	void use_pkey_index(uint16_t index) { sm_.pkey_index = index; }
	const MadAddress &address() const { return sm_; }

private:
	Requester &requester_;
	MadAddress sm_;
	const void *asker_;
};

class DmClient {
public:
	explicit DmClient(Requester &requester, const void *asker = nullptr) : requester_(requester), asker_(asker) {}

	void io_unit_info(const MadAddress &to, Then<IoUnitInfo> then);
	void profile(const MadAddress &to, unsigned int slot, Then<IoControllerProfile> then);
	void services(const MadAddress &to, unsigned int slot, unsigned int first, unsigned int last, Then<std::vector<ServiceEntry>> then);
	// The answer has no content worth reading.
	void set_trap_address(const MadAddress &to, Lid lid, Gid gid, Then<Message> then);

private:
	Requester &requester_;
	const void *asker_;
};

} // namespace srp

#endif
