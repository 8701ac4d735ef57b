// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "mad.h"

#include <fmt/format.h>

namespace srp {

namespace {

struct StatusName {
	uint16_t value;
	const char *name;
};

// IBA 13.4.7, bits 2..4.
constexpr StatusName kFaults[] = {
	{ 0x0004, "version of the class not supported" },
	{ 0x0008, "method not supported" },
	{ 0x000c, "method and attribute not supported together" },
	{ 0x001c, "invalid field" },
};

// IBA 15.4.7.
constexpr StatusName kSaStatus[] = {
	{ 0x0100, "no resources" },
	{ 0x0200, "request invalid" },
	{ 0x0300, "no records" },
	{ 0x0400, "too many records" },
	{ 0x0500, "invalid GID" },
	{ 0x0600, "insufficient components" },
	{ 0x0700, "request denied" },
};

// IBA 16.3.
constexpr StatusName kDmStatus[] = {
	{ 0x0100, "no such I/O controller or service" },
};

template <size_t N> const char *name_of(const StatusName (&names)[N], int value)
{
	for (const StatusName &s : names)
		if (s.value == value)
			return s.name;
	return nullptr;
}

} // namespace

void encode(const MadHeader &header, MutableRecord<24> to)
{
	to[0] = header.base_version;
	to[1] = static_cast<uint8_t>(header.mgmt_class);
	to[2] = header.class_version;
	to[3] = static_cast<uint8_t>(header.method);
	store<4>(to, header.status);
	store<8>(to, header.transaction);
	store<16>(to, static_cast<uint16_t>(header.attribute));
	store<20>(to, header.modifier);
}

MadHeader decode_header(Record<24> from)
{
	return {
		.base_version = from[0],
		.mgmt_class = static_cast<MgmtClass>(from[1]),
		.class_version = from[2],
		.method = static_cast<Method>(from[3]),
		.status = load<4, uint16_t>(from),
		.transaction = load<8, uint64_t>(from),
		.attribute = static_cast<Attribute>(load<16, uint16_t>(from)),
		.modifier = load<20, uint32_t>(from),
	};
}

Result<MadHeader> decode_header(Bytes message)
{
	if (message.size() < 24)
		return Error { fmt::format("a MAD of only {} bytes", message.size()) };
	return decode_header(message.first<24>());
}

void set_transaction(Mad &mad, uint64_t transaction)
{
	store<8>(MutableRecord<kMadSize>(mad), transaction);
}

std::string status_text(MgmtClass mgmt_class, uint16_t status)
{
	const char *name = nullptr;

	if (mgmt_class == MgmtClass::SubnAdm)
		name = name_of(kSaStatus, status & 0xff00);
	else if (mgmt_class == MgmtClass::DeviceMgmt)
		name = name_of(kDmStatus, status & 0xff00);
	if (!name)
		name = name_of(kFaults, status & 0x001c);
	if (!name && (status & kStatusBusy))
		name = "busy";
	if (!name && (status & kStatusRedirect))
		name = "redirection required";
	return fmt::format("MAD status 0x{:04x} ({})", status, name ? name : "unknown");
}

void encode(const ClassPortInfo &info, MutableRecord<ClassPortInfo::kSize> to)
{
	to[0] = info.base_version;
	to[1] = info.class_version;
	store<2>(to, info.capability_mask);
	store<4>(to, info.capability_mask2 << 5 | (info.response_time & 0x1fu));
	store<8>(to, info.redirect_gid.prefix());
	store<16>(to, info.redirect_gid.guid().value());
	store<24>(to, uint32_t(info.redirect_sl & 0x0fu) << 20);
	store<28>(to, info.redirect_lid.value());
	store<30>(to, info.redirect_pkey.value());
	store<32>(to, info.redirect_qpn & 0xffffff);
	store<36>(to, info.redirect_qkey);
	store<40>(to, info.trap_gid.prefix());
	store<48>(to, info.trap_gid.guid().value());
	store<60>(to, info.trap_lid.value());
}

ClassPortInfo decode_class_port_info(Record<ClassPortInfo::kSize> from)
{
	const uint32_t word = load<4, uint32_t>(from);

	return {
		.base_version = from[0],
		.class_version = from[1],
		.capability_mask = load<2, uint16_t>(from),
		.capability_mask2 = word >> 5,
		.response_time = static_cast<uint8_t>(word & 0x1f),
		.redirect_gid = Gid(load<8, uint64_t>(from), Guid(load<16, uint64_t>(from))),
		.redirect_sl = static_cast<uint8_t>(load<24, uint32_t>(from) >> 20 & 0x0f),
		.redirect_lid = Lid(load<28, uint16_t>(from)),
		.redirect_pkey = Pkey(load<30, uint16_t>(from)),
		.redirect_qpn = load<32, uint32_t>(from) & 0xffffff,
		.redirect_qkey = load<36, uint32_t>(from),
		.trap_gid = Gid(load<40, uint64_t>(from), Guid(load<48, uint64_t>(from))),
		.trap_lid = Lid(load<60, uint16_t>(from)),
	};
}

} // namespace srp
