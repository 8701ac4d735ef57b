// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Messages of device management (IBA 16.3): what an I/O unit says about its controllers and their services.
#ifndef SRP_TOOLS_DM_H
#define SRP_TOOLS_DM_H

#include "mad.h"

namespace srp {

inline constexpr size_t kDmDataOffset = 64;
inline constexpr unsigned int kDmMaxSlots = 255;
inline constexpr unsigned int kDmServicesPerMad = 4;

enum class Slot : uint8_t { Empty = 0, Present = 1, Missing = 0xf };

struct IoUnitInfo {
	static constexpr size_t kSize = 132;

	uint16_t change_id = 0;
	uint8_t max_controllers = 0;
	uint8_t flags = 0;
	std::array<uint8_t, 128> slots {};	// 4 bits each

	// Slots are counted from 1 to max_controllers.
	Slot slot(unsigned int number) const;
	void set_slot(unsigned int number, Slot state);
	bool operator==(const IoUnitInfo &) const = default;
};

inline constexpr uint16_t kIoClassRev10 = 0xff00;
inline constexpr uint16_t kIoClassRev16a = 0x0100;

struct IoControllerProfile {
	static constexpr size_t kSize = 128;

	Guid guid;
	uint32_t vendor_id = 0;		// 24 bits
	uint32_t device_id = 0;
	uint16_t version = 0;
	uint32_t subsystem_vendor = 0;	// 24 bits
	uint32_t subsystem_id = 0;
	uint16_t io_class = 0;
	uint16_t subclass = 0;
	uint16_t protocol = 0;
	uint16_t protocol_version = 0;
	uint16_t send_queue_depth = 0;
	uint8_t rdma_read_depth = 0;
	uint32_t send_message_size = 0;	// longest message it receives, bytes
	uint32_t rdma_transfer_size = 0;
	uint8_t capabilities = 0;
	uint8_t service_entries = 0;
	std::string id;			// up to 64 bytes of anything

	bool operator==(const IoControllerProfile &) const = default;
};

struct ServiceEntry {
	static constexpr size_t kSize = 48;

	std::string name;		// up to 40 bytes of anything
	ServiceId id;

	bool operator==(const ServiceEntry &) const = default;
};

Mad dm_query_io_unit_info();
Mad dm_query_profile(unsigned int slot);
// Services first to last of the controller in that slot, at most kDmServicesPerMad of them.
Mad dm_query_services(unsigned int slot, unsigned int first, unsigned int last);
// Where the I/O unit shall send its traps. Old Topspin units answer nothing before they know.
Mad dm_set_trap_address(Lid lid, Gid gid);

// Answers, checked as in sa.h.
Result<IoUnitInfo> decode_io_unit_info(Bytes message);
Result<IoControllerProfile> decode_profile(Bytes message);
// As many entries as the query asked for.
Result<std::vector<ServiceEntry>> decode_services(Bytes message, unsigned int first, unsigned int last);

// Attributes, for whoever plays the part of an I/O unit.
void encode(const IoUnitInfo &info, MutableRecord<IoUnitInfo::kSize> to);
void encode(const IoControllerProfile &profile, MutableRecord<IoControllerProfile::kSize> to);
void encode(const ServiceEntry &entry, MutableRecord<ServiceEntry::kSize> to);

} // namespace srp

#endif
