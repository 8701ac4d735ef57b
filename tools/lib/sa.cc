// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "sa.h"

#include <algorithm>

#include <fmt/format.h>

namespace srp {

namespace {

// Component mask bits, IBA 15.2.5.
constexpr uint64_t bit(unsigned int n) { return uint64_t(1) << n; }
constexpr uint64_t kPortByLid = bit(0);
constexpr uint64_t kPortByCapabilityMask = bit(7);
constexpr uint64_t kPathDgid = bit(2), kPathSgid = bit(3), kPathDlid = bit(4), kPathSlid = bit(5),
		   kPathReversible = bit(11), kPathCount = bit(12), kPathPkey = bit(13);
constexpr uint64_t kInformLidBegin = bit(1), kInformGeneric = bit(4), kInformSubscribe = bit(5), kInformType = bit(6),
		   kInformTrap = bit(7), kInformQpn = bit(8), kInformProducer = bit(12);

// PortInfoRecords are matched on bits that are set, not on equality (IBA 15.2.5.3).
constexpr uint32_t kMatchSetBits = 0x80000000;

constexpr uint8_t kRmppVersion = 1, kRmppData = 1;
constexpr uint16_t kAllLids = 0xffff;

Mad query(Method method, Attribute attribute, uint64_t component_mask, uint32_t modifier = 0)
{
	Mad mad {};
	const bool table = method == Method::GetTable;

	encode({ .mad = { .mgmt_class = MgmtClass::SubnAdm, .class_version = 2, .method = method, .attribute = attribute,
			  .modifier = modifier },
		 .rmpp_version = table ? kRmppVersion : uint8_t(0),
		 .rmpp_type = table ? kRmppData : uint8_t(0),
		 .component_mask = component_mask }, MutableRecord<kMadSize>(mad).first<kSaDataOffset>());
	return mad;
}

template <size_t N> MutableRecord<N> data_of(Mad &mad)
{
	static_assert(kSaDataOffset + N <= kMadSize);
	return MutableRecord<kMadSize>(mad).subspan<kSaDataOffset, N>();
}

// What follows the header of a good answer of the given kind.
Result<Bytes> answer_data(Bytes message, Method method, Attribute attribute)
{
	const auto header = decode_sa_header(message);

	if (!header)
		return header.error();
	const MadHeader &mad = header->mad;
	if (mad.mgmt_class != MgmtClass::SubnAdm || mad.method != method || mad.attribute != attribute)
		return Error { fmt::format("the SA answered with method 0x{:02x}, attribute 0x{:04x} to something else",
					   static_cast<unsigned int>(mad.method), static_cast<unsigned int>(mad.attribute)) };
	if (mad.status)
		return Error { status_text(MgmtClass::SubnAdm, mad.status), Cause::Status, mad.status };
	if (header->rmpp_status)
		return Error { fmt::format("the SA broke off its answer, RMPP status {}", header->rmpp_status) };
	return message.subspan(kSaDataOffset);
}

// One record. AttributeOffset says nothing here: some SAs leave it zero in answers that are no table.
template <size_t N> Result<Record<N>> answer_record(Bytes message, Attribute attribute)
{
	const auto data = answer_data(message, Method::GetResp, attribute);

	if (!data)
		return data.error();
	if (data->size() < N)
		return Error { fmt::format("the SA's answer has {} bytes of data instead of {}", data->size(), N) };
	return Record<N>(data->first<N>());
}

template <class T> Result<std::vector<T>> answer_table(Bytes message, Attribute attribute, T (*decode)(Record<T::kSize>))
{
	const auto data = answer_data(message, Method::GetTableResp, attribute);

	// Some SAs say so of an empty table.
	if (!data && data.error().cause == Cause::Status && data.error().code == kSaNoRecords)
		return std::vector<T>();
	if (!data)
		return data.error();
	const size_t stride = decode_sa_header(message)->attribute_offset * size_t(8);
	if (!stride)	// that is how an empty table looks
		return std::vector<T>();
	if (stride < T::kSize)
		return Error { fmt::format("the SA's records are {} bytes long instead of {}", stride, T::kSize) };
	std::vector<T> records;
	for (Bytes rest = *data; rest.size() >= T::kSize; rest = rest.subspan(std::min(stride, rest.size())))
		records.push_back(decode(rest.first<T::kSize>()));
	return records;
}

} // namespace

void encode(const SaHeader &header, MutableRecord<kSaDataOffset> to)
{
	encode(header.mad, to.first<24>());
	to[24] = header.rmpp_version;
	to[25] = header.rmpp_type;
	to[26] = header.rmpp_flags;
	to[27] = header.rmpp_status;
	store<44>(to, header.attribute_offset);
	store<48>(to, header.component_mask);
}

Result<SaHeader> decode_sa_header(Bytes message)
{
	if (message.size() < kSaDataOffset)
		return Error { fmt::format("an SA message of only {} bytes", message.size()) };
	const auto from = message.first<kSaDataOffset>();
	return SaHeader {
		.mad = decode_header(from.first<24>()),
		.rmpp_version = from[24],
		.rmpp_type = from[25],
		.rmpp_flags = from[26],
		.rmpp_status = from[27],
		.attribute_offset = load<44, uint16_t>(from),
		.component_mask = load<48, uint64_t>(from),
	};
}

void encode(const PathRecord &record, MutableRecord<PathRecord::kSize> to)
{
	store<8>(to, record.dgid.prefix());
	store<16>(to, record.dgid.guid().value());
	store<24>(to, record.sgid.prefix());
	store<32>(to, record.sgid.guid().value());
	store<40>(to, record.dlid.value());
	store<42>(to, record.slid.value());
	store<44>(to, uint32_t(record.hop_limit));
	to[49] = static_cast<uint8_t>((record.reversible ? 0x80 : 0) | (record.count & 0x7f));
	store<50>(to, record.pkey.value());
	store<52>(to, uint16_t(record.sl & 0x0f));
	to[54] = record.mtu;
	to[55] = record.rate;
	to[56] = record.lifetime;
}

PathRecord decode_path_record(Record<PathRecord::kSize> from)
{
	return {
		.dgid = Gid(load<8, uint64_t>(from), Guid(load<16, uint64_t>(from))),
		.sgid = Gid(load<24, uint64_t>(from), Guid(load<32, uint64_t>(from))),
		.dlid = Lid(load<40, uint16_t>(from)),
		.slid = Lid(load<42, uint16_t>(from)),
		.hop_limit = from[47],
		.reversible = (from[49] & 0x80) != 0,
		.count = static_cast<uint8_t>(from[49] & 0x7f),
		.pkey = Pkey(load<50, uint16_t>(from)),
		.sl = static_cast<uint8_t>(from[53] & 0x0f),
		.mtu = from[54],
		.rate = from[55],
		.lifetime = from[56],
	};
}

void encode(const NodeRecord &record, MutableRecord<NodeRecord::kSize> to)
{
	store<0>(to, record.lid.value());
	to[4] = 1;
	to[5] = 1;
	to[6] = record.type;
	to[7] = record.ports;
	store<8>(to, record.system_guid.value());
	store<16>(to, record.node_guid.value());
	store<24>(to, record.port_guid.value());
	store<34>(to, record.device_id);
	to[40] = record.local_port;
	store24<41>(to, record.vendor_id);
	store_text<44, 64>(to, record.description);
}

NodeRecord decode_node_record(Record<NodeRecord::kSize> from)
{
	return {
		.lid = Lid(load<0, uint16_t>(from)),
		.type = from[6],
		.ports = from[7],
		.system_guid = Guid(load<8, uint64_t>(from)),
		.node_guid = Guid(load<16, uint64_t>(from)),
		.port_guid = Guid(load<24, uint64_t>(from)),
		.device_id = load<34, uint16_t>(from),
		.local_port = from[40],
		.vendor_id = load24<41>(from),
		.description = load_text<44, 64>(from),
	};
}

void encode(const PortInfoRecord &record, MutableRecord<PortInfoRecord::kSize> to)
{
	store<0>(to, record.lid.value());
	to[2] = record.port;
	store<12>(to, record.gid_prefix);
	store<20>(to, record.lid.value());
	store<24>(to, record.capability_mask);
}

PortInfoRecord decode_port_info_record(Record<PortInfoRecord::kSize> from)
{
	return {
		.lid = Lid(load<0, uint16_t>(from)),
		.port = from[2],
		.gid_prefix = load<12, uint64_t>(from),
		.capability_mask = load<24, uint32_t>(from),
	};
}

void encode(const InformInfo &info, MutableRecord<InformInfo::kSize> to)
{
	store<16>(to, kAllLids);
	to[22] = 1;
	to[23] = info.subscribe ? 1 : 0;
	store<24>(to, info.type);
	store<26>(to, info.trap);
	store<28>(to, (info.subscribe ? 0 : info.qpn) << 8);
	store24<33>(to, info.producer);
}

InformInfo decode_inform_info_record(Record<InformInfo::kSize> from)
{
	return {
		.subscribe = from[23] != 0,
		.type = load<24, uint16_t>(from),
		.trap = load<26, uint16_t>(from),
		.qpn = load<28, uint32_t>(from) >> 8,
		.producer = load24<33>(from),
	};
}

void encode(const Notice &notice, MutableRecord<Notice::kSize> to)
{
	to[0] = static_cast<uint8_t>((notice.generic ? 0x80 : 0) | (notice.type & 0x7f));
	store24<1>(to, notice.producer);
	store<4>(to, notice.trap);
	store<6>(to, notice.issuer_lid.value());
	if (notice.trap == kTrapLocalChanges) {
		store<12>(to, notice.lid.value());
		store<16>(to, notice.capability_mask);
	} else {
		store<16>(to, notice.gid.prefix());
		store<24>(to, notice.gid.guid().value());
	}
	store<64>(to, notice.issuer_gid.prefix());
	store<72>(to, notice.issuer_gid.guid().value());
}

Notice decode_notice(Record<Notice::kSize> from)
{
	const uint16_t trap = load<4, uint16_t>(from);
	Notice notice = {
		.generic = (from[0] & 0x80) != 0,
		.type = static_cast<uint8_t>(from[0] & 0x7f),
		.producer = load24<1>(from),
		.trap = trap,
		.issuer_lid = Lid(load<6, uint16_t>(from)),
		.issuer_gid = Gid(load<64, uint64_t>(from), Guid(load<72, uint64_t>(from))),
	};

	if (trap == kTrapLocalChanges) {
		notice.lid = Lid(load<12, uint16_t>(from));
		notice.capability_mask = load<16, uint32_t>(from);
	} else {
		notice.gid = Gid(load<16, uint64_t>(from), Guid(load<24, uint64_t>(from)));
	}
	return notice;
}

Mad sa_query_class_port_info() { return query(Method::Get, Attribute::ClassPortInfo, 0); }

Mad sa_query_ports(uint32_t capability_mask)
{
	Mad mad = query(Method::GetTable, Attribute::PortInfoRecord, capability_mask ? kPortByCapabilityMask : 0,
			capability_mask ? kMatchSetBits : 0);

	encode(PortInfoRecord { .capability_mask = capability_mask }, data_of<PortInfoRecord::kSize>(mad));
	return mad;
}

Mad sa_query_port(Lid lid)
{
	Mad mad = query(Method::Get, Attribute::PortInfoRecord, kPortByLid);

	// Not by encode(), which also writes the LID into the PortInfo part.
	store<0>(data_of<PortInfoRecord::kSize>(mad), lid.value());
	return mad;
}

Mad sa_query_nodes() { return query(Method::GetTable, Attribute::NodeRecord, 0); }

Mad sa_query_path(Lid from, Lid to, Pkey pkey)
{
	Mad mad = query(Method::Get, Attribute::PathRecord, kPathDlid | kPathSlid | kPathPkey);

	encode(PathRecord { .dlid = to, .slid = from, .pkey = pkey }, data_of<PathRecord::kSize>(mad));
	return mad;
}

Mad sa_query_path(Gid from, Gid to)
{
	Mad mad = query(Method::Get, Attribute::PathRecord, kPathDgid | kPathSgid | kPathReversible | kPathCount);

	encode(PathRecord { .dgid = to, .sgid = from, .reversible = true, .count = 1 }, data_of<PathRecord::kSize>(mad));
	return mad;
}

Mad sa_set_inform_info(const InformInfo &info)
{
	Mad mad = query(Method::Set, Attribute::InformInfo,
			kInformLidBegin | kInformGeneric | kInformSubscribe | kInformType | kInformTrap | kInformProducer |
				(info.subscribe ? 0 : kInformQpn));

	encode(info, data_of<InformInfo::kSize>(mad));
	return mad;
}

Mad sa_answer_report(Record<kMadSize> report)
{
	Mad mad;

	std::copy(report.begin(), report.end(), mad.begin());
	mad[3] = static_cast<uint8_t>(Method::ReportResp);
	store<4>(MutableRecord<kMadSize>(mad), uint16_t(0));
	return mad;
}

namespace {

// The record of an answer as a value.
template <class T> Result<T> decode_answer(Bytes message, Attribute attribute, T (*decode)(Record<T::kSize>))
{
	const auto record = answer_record<T::kSize>(message, attribute);

	if (!record)
		return record.error();
	return decode(*record);
}

} // namespace

Result<ClassPortInfo> decode_sa_class_port_info(Bytes message)
{
	return decode_answer<ClassPortInfo>(message, Attribute::ClassPortInfo, decode_class_port_info);
}

Result<PathRecord> decode_path(Bytes message) { return decode_answer<PathRecord>(message, Attribute::PathRecord, decode_path_record); }

Result<PortInfoRecord> decode_port(Bytes message)
{
	return decode_answer<PortInfoRecord>(message, Attribute::PortInfoRecord, decode_port_info_record);
}

Result<InformInfo> decode_inform_info(Bytes message)
{
	return decode_answer<InformInfo>(message, Attribute::InformInfo, decode_inform_info_record);
}

Result<std::vector<PortInfoRecord>> decode_port_table(Bytes message)
{
	return answer_table<PortInfoRecord>(message, Attribute::PortInfoRecord, decode_port_info_record);
}

Result<std::vector<NodeRecord>> decode_node_table(Bytes message)
{
	return answer_table<NodeRecord>(message, Attribute::NodeRecord, decode_node_record);
}

Result<Notice> decode_report(Bytes message)
{
	const auto header = decode_sa_header(message);

	if (!header)
		return header.error();
	if (header->mad.mgmt_class != MgmtClass::SubnAdm || header->mad.method != Method::Report ||
	    header->mad.attribute != Attribute::Notice)
		return Error { "not a report of a trap" };
	if (message.size() < kSaDataOffset + Notice::kSize)
		return Error { fmt::format("a report of only {} bytes", message.size()) };
	return decode_notice(message.subspan<kSaDataOffset, Notice::kSize>());
}

} // namespace srp
