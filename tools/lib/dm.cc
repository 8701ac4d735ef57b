// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "dm.h"

#include <algorithm>

#include <fmt/format.h>

namespace srp {

namespace {

Mad query(Method method, Attribute attribute, uint32_t modifier)
{
	Mad mad {};

	encode(MadHeader { .mgmt_class = MgmtClass::DeviceMgmt, .class_version = 1, .method = method, .attribute = attribute,
			   .modifier = modifier }, MutableRecord<kMadSize>(mad).first<24>());
	return mad;
}

template <size_t N> Result<Record<N>> answer_record(Bytes message, Attribute attribute)
{
	const auto header = decode_header(message);

	if (!header)
		return header.error();
	if (header->mgmt_class != MgmtClass::DeviceMgmt || header->method != Method::GetResp || header->attribute != attribute)
		return Error { fmt::format("it answered with method 0x{:02x}, attribute 0x{:04x} to something else",
					   static_cast<unsigned int>(header->method), static_cast<unsigned int>(header->attribute)) };
	if (header->status)
		return Error { status_text(MgmtClass::DeviceMgmt, header->status), Cause::Status, header->status };
	if (message.size() < kDmDataOffset + N)
		return Error { fmt::format("its answer has {} bytes", message.size()) };
	return Record<N>(message.subspan<kDmDataOffset, N>());
}

ServiceEntry decode_service(Record<ServiceEntry::kSize> from)
{
	return { .name = load_text<0, 40>(from), .id = ServiceId(load<40, uint64_t>(from)) };
}

} // namespace

Slot IoUnitInfo::slot(unsigned int number) const
{
	if (number < 1 || number > max_controllers)
		return Slot::Missing;
	const uint8_t pair = slots[(number - 1) / 2];
	return static_cast<Slot>(number % 2 ? pair >> 4 : pair & 0x0f);
}

void IoUnitInfo::set_slot(unsigned int number, Slot state)
{
	uint8_t &pair = slots.at((number - 1) / 2);
	const uint8_t value = static_cast<uint8_t>(state);

	pair = static_cast<uint8_t>(number % 2 ? (pair & 0x0f) | value << 4 : (pair & 0xf0) | value);
}

Mad dm_query_io_unit_info() { return query(Method::Get, Attribute::IoUnitInfo, 0); }

Mad dm_query_profile(unsigned int slot) { return query(Method::Get, Attribute::IoControllerProfile, slot); }

Mad dm_query_services(unsigned int slot, unsigned int first, unsigned int last)
{
	return query(Method::Get, Attribute::ServiceEntries, slot << 16 | last << 8 | first);
}

Mad dm_set_trap_address(Lid lid, Gid gid)
{
	Mad mad = query(Method::Set, Attribute::ClassPortInfo, 0);

	encode(ClassPortInfo { .base_version = 0, .class_version = 0, .trap_gid = gid, .trap_lid = lid },
	       MutableRecord<kMadSize>(mad).subspan<kDmDataOffset, ClassPortInfo::kSize>());
	return mad;
}

void encode(const IoUnitInfo &info, MutableRecord<IoUnitInfo::kSize> to)
{
	store<0>(to, info.change_id);
	to[2] = info.max_controllers;
	to[3] = info.flags;
	std::copy(info.slots.begin(), info.slots.end(), to.begin() + 4);
}

Result<IoUnitInfo> decode_io_unit_info(Bytes message)
{
	const auto record = answer_record<IoUnitInfo::kSize>(message, Attribute::IoUnitInfo);

	if (!record)
		return record.error();
	IoUnitInfo info = { .change_id = load<0, uint16_t>(*record), .max_controllers = (*record)[2], .flags = (*record)[3] };
	std::copy(record->begin() + 4, record->end(), info.slots.begin());
	return info;
}

void encode(const IoControllerProfile &profile, MutableRecord<IoControllerProfile::kSize> to)
{
	store<0>(to, profile.guid.value());
	store24<8>(to, profile.vendor_id);
	store<12>(to, profile.device_id);
	store<16>(to, profile.version);
	store24<20>(to, profile.subsystem_vendor);
	store<24>(to, profile.subsystem_id);
	store<28>(to, profile.io_class);
	store<30>(to, profile.subclass);
	store<32>(to, profile.protocol);
	store<34>(to, profile.protocol_version);
	store<40>(to, profile.send_queue_depth);
	to[43] = profile.rdma_read_depth;
	store<44>(to, profile.send_message_size);
	store<48>(to, profile.rdma_transfer_size);
	to[52] = profile.capabilities;
	to[54] = profile.service_entries;
	store_text<64, 64>(to, profile.id);
}

Result<IoControllerProfile> decode_profile(Bytes message)
{
	const auto record = answer_record<IoControllerProfile::kSize>(message, Attribute::IoControllerProfile);

	if (!record)
		return record.error();
	const auto from = *record;
	return IoControllerProfile {
		.guid = Guid(load<0, uint64_t>(from)),
		.vendor_id = load24<8>(from),
		.device_id = load<12, uint32_t>(from),
		.version = load<16, uint16_t>(from),
		.subsystem_vendor = load24<20>(from),
		.subsystem_id = load<24, uint32_t>(from),
		.io_class = load<28, uint16_t>(from),
		.subclass = load<30, uint16_t>(from),
		.protocol = load<32, uint16_t>(from),
		.protocol_version = load<34, uint16_t>(from),
		.send_queue_depth = load<40, uint16_t>(from),
		.rdma_read_depth = from[43],
		.send_message_size = load<44, uint32_t>(from),
		.rdma_transfer_size = load<48, uint32_t>(from),
		.capabilities = from[52],
		.service_entries = from[54],
		.id = load_text<64, 64>(from),
	};
}

void encode(const ServiceEntry &entry, MutableRecord<ServiceEntry::kSize> to)
{
	store_text<0, 40>(to, entry.name);
	store<40>(to, entry.id.value());
}

Result<std::vector<ServiceEntry>> decode_services(Bytes message, unsigned int first, unsigned int last)
{
	const auto record = answer_record<kDmServicesPerMad * ServiceEntry::kSize>(message, Attribute::ServiceEntries);

	if (!record)
		return record.error();
	if (first > last || last - first >= kDmServicesPerMad)
		return Error { fmt::format("services {} to {} do not fit into one MAD", first, last) };
	std::vector<ServiceEntry> entries;
	for (unsigned int i = 0; i <= last - first; i++)
		entries.push_back(decode_service(Bytes(*record).subspan(i * ServiceEntry::kSize).first<ServiceEntry::kSize>()));
	return entries;
}

} // namespace srp
