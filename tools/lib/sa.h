// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Messages of subnet administration (IBA 15): queries as MADs, answers as values. No I/O, and no trust in what arrives.
#ifndef SRP_TOOLS_SA_H
#define SRP_TOOLS_SA_H

#include "mad.h"

namespace srp {

inline constexpr size_t kSaDataOffset = 56;
inline constexpr size_t kSaDataSize = kMadSize - kSaDataOffset;
inline constexpr uint16_t kSaNoRecords = 0x0300;

// ClassPortInfo::capability_mask of an SA that can select PortInfoRecords by capability bits.
inline constexpr uint16_t kSaMatchesCapabilityMask = 1 << 13;
// PortInfoRecord::capability_mask: the port answers device management.
inline constexpr uint32_t kIsDeviceManagement = 1 << 19;

struct PathRecord {
	static constexpr size_t kSize = 64;

	Gid dgid, sgid;
	Lid dlid, slid;
	uint8_t hop_limit = 0;
	bool reversible = false;
	uint8_t count = 0;		// 7 bits; in a query: paths wanted
	Pkey pkey;
	uint8_t sl = 0;
	uint8_t mtu = 0, rate = 0, lifetime = 0;	// each with its 2 selector bits

	bool operator==(const PathRecord &) const = default;
};

struct NodeRecord {
	static constexpr size_t kSize = 108;

	Lid lid;
	uint8_t type = 0;		// 1 channel adapter, 2 switch, 3 router
	uint8_t ports = 0;
	Guid system_guid, node_guid, port_guid;
	uint16_t device_id = 0;
	uint8_t local_port = 0;
	uint32_t vendor_id = 0;
	std::string description;

	bool operator==(const NodeRecord &) const = default;
};

struct PortInfoRecord {
	static constexpr size_t kSize = 58;
	static constexpr size_t kStride = 64;

	Lid lid;
	uint8_t port = 0;
	uint64_t gid_prefix = 0;
	uint32_t capability_mask = 0;

	bool operator==(const PortInfoRecord &) const = default;
};

// IBA 13.4.8.3; all LIDs, generic traps only.
struct InformInfo {
	static constexpr size_t kSize = 36;

	bool subscribe = true;
	uint16_t type = 0;		// 3 subnet management, 4 informational
	uint16_t trap = 0;
	uint32_t qpn = 1;		// only looked at when unsubscribing
	uint32_t producer = 0;		// 1 channel adapter, 4 class manager

	bool operator==(const InformInfo &) const = default;
};

// IBA 13.4.8.2
struct Notice {
	static constexpr size_t kSize = 80;

	bool generic = true;
	uint8_t type = 0;
	uint32_t producer = 0;
	uint16_t trap = 0;
	Lid issuer_lid;
	Gid gid;			// traps 64 to 67: whose port it is
	Lid lid;			// trap 144: whose capability mask changed
	uint32_t capability_mask = 0;	// trap 144: the new one
	Gid issuer_gid;

	bool operator==(const Notice &) const = default;
};

inline constexpr uint16_t kTrapInService = 64;
inline constexpr uint16_t kTrapOutOfService = 65;
inline constexpr uint16_t kTrapLocalChanges = 144;

struct SaHeader {
	MadHeader mad;
	uint8_t rmpp_version = 0, rmpp_type = 0, rmpp_flags = 0, rmpp_status = 0;
	uint16_t attribute_offset = 0;	// distance of two records, in 8 bytes
	uint64_t component_mask = 0;

	bool operator==(const SaHeader &) const = default;
};

// Queries. The transaction ID is zero: the requester sets it.
Mad sa_query_class_port_info();
// Ports whose capability mask has all these bits; of all ports if it is 0.
Mad sa_query_ports(uint32_t capability_mask);
Mad sa_query_port(Lid lid);
Mad sa_query_nodes();
Mad sa_query_path(Lid from, Lid to, Pkey pkey);
Mad sa_query_path(Gid from, Gid to);
Mad sa_set_inform_info(const InformInfo &info);
// What a subscriber answers to a report.
Mad sa_answer_report(Record<kMadSize> report);

// Answers. An error if the message is short, is no answer to such a query, or has a MAD status (Cause::Status).
Result<SaHeader> decode_sa_header(Bytes message);
Result<ClassPortInfo> decode_sa_class_port_info(Bytes message);
Result<PathRecord> decode_path(Bytes message);
Result<PortInfoRecord> decode_port(Bytes message);
Result<InformInfo> decode_inform_info(Bytes message);
Result<std::vector<PortInfoRecord>> decode_port_table(Bytes message);
Result<std::vector<NodeRecord>> decode_node_table(Bytes message);
// A report as it arrives.
Result<Notice> decode_report(Bytes message);

// Records, for whoever plays the part of the SA.
void encode(const SaHeader &header, MutableRecord<kSaDataOffset> to);
void encode(const PathRecord &record, MutableRecord<PathRecord::kSize> to);
void encode(const NodeRecord &record, MutableRecord<NodeRecord::kSize> to);
void encode(const PortInfoRecord &record, MutableRecord<PortInfoRecord::kSize> to);
void encode(const InformInfo &info, MutableRecord<InformInfo::kSize> to);
void encode(const Notice &notice, MutableRecord<Notice::kSize> to);
PathRecord decode_path_record(Record<PathRecord::kSize> from);
NodeRecord decode_node_record(Record<NodeRecord::kSize> from);
PortInfoRecord decode_port_info_record(Record<PortInfoRecord::kSize> from);
InformInfo decode_inform_info_record(Record<InformInfo::kSize> from);
Notice decode_notice(Record<Notice::kSize> from);

} // namespace srp

#endif
