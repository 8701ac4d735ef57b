// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "clients.h"

namespace srp {

namespace {

// Hands on the error, or what decode makes of the answer.
template <class T, class Decode> Requester::Reply decoded(Then<T> then, Decode decode)
{
	return [then = std::move(then), decode](Result<Message> message) {
		if (message)
			then(decode(Bytes(*message)));
		else
			then(message.error());
	};
}

} // namespace

void SaClient::class_port_info(Then<ClassPortInfo> then)
{
	requester_.request(sm_, sa_query_class_port_info(), decoded(std::move(then), decode_sa_class_port_info), asker_);
}

void SaClient::ports(uint32_t capability_mask, Then<std::vector<PortInfoRecord>> then)
{
	requester_.request(sm_, sa_query_ports(capability_mask), decoded(std::move(then), decode_port_table), asker_);
}

void SaClient::port(Lid lid, Then<PortInfoRecord> then)
{
	requester_.request(sm_, sa_query_port(lid), decoded(std::move(then), decode_port), asker_);
}

void SaClient::nodes(Then<std::vector<NodeRecord>> then)
{
	requester_.request(sm_, sa_query_nodes(), decoded(std::move(then), decode_node_table), asker_);
}

void SaClient::path(Lid from, Lid to, Pkey pkey, Then<PathRecord> then)
{
	requester_.request(sm_, sa_query_path(from, to, pkey), decoded(std::move(then), decode_path), asker_);
}

void SaClient::path(Gid from, Gid to, Then<PathRecord> then)
{
	requester_.request(sm_, sa_query_path(from, to), decoded(std::move(then), decode_path), asker_);
}

void SaClient::inform(const InformInfo &info, Then<InformInfo> then)
{
	requester_.request(sm_, sa_set_inform_info(info), decoded(std::move(then), decode_inform_info), asker_);
}

void DmClient::io_unit_info(const MadAddress &to, Then<IoUnitInfo> then)
{
	requester_.request(to, dm_query_io_unit_info(), decoded(std::move(then), decode_io_unit_info), asker_);
}

void DmClient::profile(const MadAddress &to, unsigned int slot, Then<IoControllerProfile> then)
{
	requester_.request(to, dm_query_profile(slot), decoded(std::move(then), decode_profile), asker_);
}

void DmClient::services(const MadAddress &to, unsigned int slot, unsigned int first, unsigned int last, Then<std::vector<ServiceEntry>> then)
{
	requester_.request(to, dm_query_services(slot, first, last),
			   decoded(std::move(then), [first, last](Bytes message) { return decode_services(message, first, last); }), asker_);
}

void DmClient::set_trap_address(const MadAddress &to, Lid lid, Gid gid, Then<Message> then)
{
	requester_.request(to, dm_set_trap_address(lid, gid), std::move(then), asker_);
}

} // namespace srp
