// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// What all management datagrams have in common (IBA 13.4): header, status words, class-wide attributes.
#ifndef SRP_TOOLS_MAD_H
#define SRP_TOOLS_MAD_H

#include <array>
#include <vector>

#include "bytes.h"
#include "values.h"

namespace srp {

inline constexpr size_t kMadSize = 256;
using Mad = std::array<uint8_t, kMadSize>;
// What was received: a MAD, or several reassembled by RMPP into one header and much data.
using Message = std::vector<uint8_t>;

enum class MgmtClass : uint8_t { SubnAdm = 0x03, DeviceMgmt = 0x06 };
enum class Method : uint8_t { Get = 0x01, Set = 0x02, Report = 0x06, GetTable = 0x12, GetResp = 0x81, ReportResp = 0x86, GetTableResp = 0x92 };

// Attributes. Numbers from 0x10 on depend on the class.
enum class Attribute : uint16_t {
	ClassPortInfo = 0x0001,
	Notice = 0x0002,
	InformInfo = 0x0003,
	// Subnet administration, IBA 15.2.5
	NodeRecord = 0x0011,
	PortInfoRecord = 0x0012,
	PathRecord = 0x0035,
	// Device management, IBA 16.3.3
	IoUnitInfo = 0x0010,
	IoControllerProfile = 0x0011,
	ServiceEntries = 0x0012,
};

struct MadHeader {
	uint8_t base_version = 1;
	MgmtClass mgmt_class = MgmtClass::SubnAdm;
	uint8_t class_version = 1;
	Method method = Method::Get;
	uint16_t status = 0;
	uint64_t transaction = 0;
	Attribute attribute = Attribute::ClassPortInfo;
	uint32_t modifier = 0;

	bool operator==(const MadHeader &) const = default;
};

void encode(const MadHeader &header, MutableRecord<24> to);
MadHeader decode_header(Record<24> from);
// Fails if there is no room for a header of the common part.
Result<MadHeader> decode_header(Bytes message);
void set_transaction(Mad &mad, uint64_t transaction);

// IBA 13.4.7: bit 0 busy, bit 1 redirection required, bits 2..4 a fault of the request, bits 8..15 belong to the class.
inline constexpr uint16_t kStatusBusy = 0x0001;
inline constexpr uint16_t kStatusRedirect = 0x0002;
// "MAD status 0x0300 (no records)"
std::string status_text(MgmtClass mgmt_class, uint16_t status);

// IBA 13.4.8.1; attribute 1 of every class.
struct ClassPortInfo {
	static constexpr size_t kSize = 72;

	uint8_t base_version = 1;
	uint8_t class_version = 1;
	uint16_t capability_mask = 0;
	uint32_t capability_mask2 = 0;		// 27 bits
	uint8_t response_time = 0;		// 4.096 us * 2^n
	Gid redirect_gid;
	uint8_t redirect_sl = 0;
	Lid redirect_lid;
	Pkey redirect_pkey;
	uint32_t redirect_qpn = 0;
	uint32_t redirect_qkey = 0;
	Gid trap_gid;
	Lid trap_lid;

	bool operator==(const ClassPortInfo &) const = default;
};

void encode(const ClassPortInfo &info, MutableRecord<ClassPortInfo::kSize> to);
ClassPortInfo decode_class_port_info(Record<ClassPortInfo::kSize> from);

} // namespace srp

#endif
