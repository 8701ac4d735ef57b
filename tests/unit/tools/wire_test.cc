// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// MADs, byte by byte. The golden bytes were written down from the layouts of the standard, not produced by the code.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "dm.h"
#include "sa.h"

using namespace srp;

namespace {

// A MAD that is zero except for what is listed: offset -> bytes in hex.
Message golden(const std::map<size_t, std::string> &parts, size_t size = kMadSize)
{
	Message bytes(size);

	for (const auto &[offset, hex] : parts)
		for (size_t i = 0; i < hex.size(); i += 2)
			bytes.at(offset + i / 2) = static_cast<uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16));
	return bytes;
}

Message bytes_of(const Mad &mad) { return Message(mad.begin(), mad.end()); }

template <class T> Message record_of(const T &value)
{
	Message bytes(T::kSize);

	encode(value, MutableRecord<T::kSize>(bytes.data(), T::kSize));
	return bytes;
}

template <class T> Record<T::kSize> record(const Message &bytes) { return Record<T::kSize>(bytes.data(), T::kSize); }

// Header of an answer of the SA without RMPP.
std::map<size_t, std::string> sa_answer(const std::string &method, const std::string &attribute, const std::string &status = "0000")
{
	return { { 0, "010302" + method + status }, { 16, attribute } };
}

std::map<size_t, std::string> with(const std::map<size_t, std::string> &parts, std::map<size_t, std::string> more)
{
	more.insert(parts.begin(), parts.end());
	return more;
}

std::map<size_t, std::string> with(std::map<size_t, std::string> parts, size_t offset, const std::string &hex)
{
	parts[offset] = hex;
	return parts;
}

} // namespace

TEST(SaQuery, ClassPortInfo)
{
	EXPECT_EQ(bytes_of(sa_query_class_port_info()), golden({ { 0, "01030201" }, { 16, "0001" } }));
}

// Bit 19 of the capability mask, component mask bit 7, and the attribute modifier that selects matching by set bits.
TEST(SaQuery, PortsWithDeviceManagement)
{
	EXPECT_EQ(bytes_of(sa_query_ports(kIsDeviceManagement)),
		  golden({ { 0, "01030212" }, { 16, "0012000080000000" }, { 24, "0101" }, { 48, "0000000000000080" }, { 80, "00080000" } }));
}

TEST(SaQuery, AllPortsAndNodes)
{
	EXPECT_EQ(bytes_of(sa_query_ports(0)), golden({ { 0, "01030212" }, { 16, "0012" }, { 24, "0101" } }));
	EXPECT_EQ(bytes_of(sa_query_nodes()), golden({ { 0, "01030212" }, { 16, "0011" }, { 24, "0101" } }));
	EXPECT_EQ(bytes_of(sa_query_port(Lid(0x0012))),
		  golden({ { 0, "01030201" }, { 16, "0012" }, { 48, "0000000000000001" }, { 56, "0012" } }));
}

TEST(SaQuery, Path)
{
	EXPECT_EQ(bytes_of(sa_query_path(Lid(3), Lid(0x104), Pkey(0x8001))),
		  golden({ { 0, "01030201" }, { 16, "0035" }, { 48, "0000000000002030" }, { 96, "01040003" }, { 106, "8001" } }));
	EXPECT_EQ(bytes_of(sa_query_path(Gid(1, Guid(2)), Gid(3, Guid(4)))),
		  golden({ { 0, "01030201" }, { 16, "0035" }, { 48, "000000000000180c" }, { 64, "00000000000000030000000000000004" },
			   { 80, "00000000000000010000000000000002" }, { 105, "81" } }));
}

// Type and producer differ by trap, and unsubscribing names the queue pair: subscriptions stayed in the SM otherwise.
TEST(SaQuery, InformInfo)
{
	EXPECT_EQ(bytes_of(sa_set_inform_info({ .type = 3, .trap = kTrapInService, .producer = 4 })),
		  golden({ { 0, "01030202" }, { 16, "0003" }, { 48, "00000000000010f2" }, { 72, "ffff" }, { 78, "0101" }, { 80, "0003" },
			   { 82, "0040" }, { 89, "000004" } }));
	EXPECT_EQ(bytes_of(sa_set_inform_info({ .subscribe = false, .type = 4, .trap = kTrapLocalChanges, .qpn = 1, .producer = 1 })),
		  golden({ { 0, "01030202" }, { 16, "0003" }, { 48, "00000000000011f2" }, { 72, "ffff" }, { 78, "0100" }, { 80, "0004" },
			   { 82, "0090" }, { 84, "00000100" }, { 89, "000001" } }));
}

TEST(SaQuery, AnswerToReport)
{
	const Message report = golden({ { 0, "01030206" }, { 4, "0001" }, { 8, "1122334455667788" }, { 16, "0002" }, { 60, "0040" } });
	Message expected = report;
	expected[3] = 0x86;
	expected[5] = 0;
	EXPECT_EQ(bytes_of(sa_answer_report(Record<kMadSize>(report.data(), kMadSize))), expected);
}

TEST(SaAnswer, ClassPortInfo)
{
	const auto info = decode_sa_class_port_info(golden(with(sa_answer("81", "0001"), { { 56, "0102260200000048" },
											   { 64, "fe80000000000000" },
											   { 72, "0002c90300000001" },
											   { 80, "00500000" },
											   { 84, "00078001" },
											   { 88, "00000001" },
											   { 92, "80010000" } })));

	ASSERT_TRUE(info) << info.error().text;
	EXPECT_TRUE(info->capability_mask & kSaMatchesCapabilityMask);
	EXPECT_EQ(*info, (ClassPortInfo { .class_version = 2, .capability_mask = 0x2602, .capability_mask2 = 2, .response_time = 8,
					  .redirect_gid = Gid(0xfe80000000000000, Guid(0x0002c90300000001)), .redirect_sl = 5, .redirect_lid = Lid(7),
					  .redirect_pkey = Pkey(0x8001), .redirect_qpn = 1, .redirect_qkey = 0x80010000 }));
}

TEST(SaAnswer, Path)
{
	// AttributeOffset stays zero, as some embedded SMs leave it.
	const auto path = decode_path(golden(with(sa_answer("81", "0035"), { { 64, "fe800000000000000002c90300a1b2c3" },
									     { 80, "fe800000000000000002c90300000003" },
									     { 96, "01040003" },
									     { 105, "81" },
									     { 106, "80010003" },
									     { 110, "848792" } })));

	ASSERT_TRUE(path) << path.error().text;
	EXPECT_EQ(*path, (PathRecord { .dgid = Gid(0xfe80000000000000, Guid(0x0002c90300a1b2c3)),
				       .sgid = Gid(0xfe80000000000000, Guid(0x0002c90300000003)), .dlid = Lid(0x104), .slid = Lid(3),
				       .reversible = true, .count = 1, .pkey = Pkey(0x8001), .sl = 3, .mtu = 0x84, .rate = 0x87, .lifetime = 0x92 }));
}

// A P_Key that is not shared is an error status, not a record of zeroes.
TEST(SaAnswer, StatusIsAnError)
{
	const auto path = decode_path(golden(sa_answer("81", "0035", "0300")));

	ASSERT_FALSE(path);
	EXPECT_EQ(path.error().cause, Cause::Status);
	EXPECT_EQ(path.error().code, kSaNoRecords);
	EXPECT_EQ(path.error().text, "MAD status 0x0300 (no records)");
}

TEST(SaAnswer, OfAnotherKind)
{
	EXPECT_FALSE(decode_path(golden(sa_answer("81", "0012"))));
	EXPECT_FALSE(decode_path(golden(sa_answer("92", "0035"))));
	EXPECT_FALSE(decode_path(golden(sa_answer("01", "0035"))));
	EXPECT_FALSE(decode_path(golden(with(sa_answer("81", "0035"), 1, "0601"))));
	EXPECT_FALSE(decode_path(golden(with(sa_answer("81", "0035"), 24, "01040078"))));
}

TEST(SaAnswer, TablesOfPorts)
{
	auto parts = with(sa_answer("92", "0012"), 24, "0101");
	parts[44] = "0008";
	parts[56] = "000401";
	parts[68] = "fe80000000000000";
	parts[80] = "02594868";
	parts[120] = "000502";
	parts[132] = "fec0000000000001";
	parts[144] = "00080000";
	// The last record ends with what is used of it.
	const auto ports = decode_port_table(golden(parts, 56 + 64 + 58));

	ASSERT_TRUE(ports) << ports.error().text;
	ASSERT_EQ(ports->size(), 2u);
	EXPECT_EQ((*ports)[0], (PortInfoRecord { .lid = Lid(4), .port = 1, .gid_prefix = 0xfe80000000000000, .capability_mask = 0x02594868 }));
	EXPECT_EQ((*ports)[1], (PortInfoRecord { .lid = Lid(5), .port = 2, .gid_prefix = 0xfec0000000000001, .capability_mask = 0x00080000 }));
	EXPECT_EQ(decode_port_table(golden(parts, 56 + 64 + 57))->size(), 1u);
}

// No targets: AttributeOffset 0, or an offset and no data.
TEST(SaAnswer, EmptyTables)
{
	const auto none = decode_port_table(golden(sa_answer("92", "0012")));
	ASSERT_TRUE(none);
	EXPECT_TRUE(none->empty());
	const auto nodes = decode_node_table(golden(with(sa_answer("92", "0011"), 44, "000e"), 56));
	ASSERT_TRUE(nodes);
	EXPECT_TRUE(nodes->empty());
}

TEST(SaAnswer, TableWithRecordsTooSmall)
{
	EXPECT_FALSE(decode_port_table(golden(with(sa_answer("92", "0012"), 44, "0007"))));
	EXPECT_FALSE(decode_node_table(golden(with(sa_answer("92", "0011"), 44, "000d"))));
}

TEST(SaAnswer, Nodes)
{
	auto parts = with(sa_answer("92", "0011"), 44, "000e");
	parts[56] = "0010";
	parts[60] = "01010102";
	parts[64] = "00000000000000a0" "00000000000000a1" "00000000000000a2";
	parts[90] = "1003";
	parts[96] = "010002c9";
	parts[100] = "6831";
	const auto nodes = decode_node_table(golden(parts, 56 + 112));

	ASSERT_TRUE(nodes) << nodes.error().text;
	ASSERT_EQ(nodes->size(), 1u);
	EXPECT_EQ((*nodes)[0],
		  (NodeRecord { .lid = Lid(0x10), .type = 1, .ports = 2, .system_guid = Guid(0xa0), .node_guid = Guid(0xa1), .port_guid = Guid(0xa2),
				.device_id = 0x1003, .local_port = 1, .vendor_id = 0x2c9, .description = "h1" }));
}

TEST(SaAnswer, Reports)
{
	auto parts = std::map<size_t, std::string> { { 0, "01030206" }, { 16, "0002" }, { 56, "830000040040000a" } };
	parts[72] = "fe800000000000000002c90300a1b2c3";
	auto notice = decode_report(golden(parts));
	ASSERT_TRUE(notice) << notice.error().text;
	EXPECT_EQ(notice->trap, kTrapInService);
	EXPECT_EQ(notice->issuer_lid, Lid(10));
	EXPECT_EQ(notice->gid.text(), "fe800000000000000002c90300a1b2c3");

	parts = { { 0, "01030206" }, { 16, "0002" }, { 56, "840000010090000a" }, { 68, "0044" }, { 72, "00080000" } };
	notice = decode_report(golden(parts));
	ASSERT_TRUE(notice) << notice.error().text;
	EXPECT_EQ(notice->trap, kTrapLocalChanges);
	EXPECT_EQ(notice->lid, Lid(0x44));
	EXPECT_EQ(notice->capability_mask, kIsDeviceManagement);
	EXPECT_FALSE(notice->gid.guid().value());

	EXPECT_FALSE(decode_report(golden({ { 0, "01030206" }, { 16, "0003" } })));
	EXPECT_FALSE(decode_report(golden({ { 0, "01030281" }, { 16, "0002" } })));
}

TEST(DmQuery, All)
{
	EXPECT_EQ(bytes_of(dm_query_io_unit_info()), golden({ { 0, "01060101" }, { 16, "0010" } }));
	EXPECT_EQ(bytes_of(dm_query_profile(16)), golden({ { 0, "01060101" }, { 16, "0011000000000010" } }));
	EXPECT_EQ(bytes_of(dm_query_services(2, 4, 6)), golden({ { 0, "01060101" }, { 16, "0012000000020604" } }));
	EXPECT_EQ(bytes_of(dm_set_trap_address(Lid(9), Gid(0xfe80000000000000, Guid(5)))),
		  golden({ { 0, "01060102" }, { 16, "0001" }, { 104, "fe800000000000000000000000000005" }, { 124, "0009" } }));
}

// Slot 1 is the upper half of the first byte.
TEST(DmAnswer, IoUnitInfo)
{
	const auto info = decode_io_unit_info(golden({ { 0, "01060181" }, { 16, "0010" }, { 64, "00020501" "10f110" } }));

	ASSERT_TRUE(info) << info.error().text;
	EXPECT_EQ(info->change_id, 2);
	EXPECT_EQ(info->max_controllers, 5);
	EXPECT_EQ(info->slot(1), Slot::Present);
	EXPECT_EQ(info->slot(2), Slot::Empty);
	EXPECT_EQ(info->slot(3), Slot::Missing);
	EXPECT_EQ(info->slot(4), Slot::Present);
	EXPECT_EQ(info->slot(5), Slot::Present);
	EXPECT_EQ(info->slot(0), Slot::Missing);
	EXPECT_EQ(info->slot(6), Slot::Missing) << "there are only 5";
	EXPECT_EQ(info->slot(1000), Slot::Missing);
}

TEST(DmAnswer, Profile)
{
	std::map<size_t, std::string> parts = { { 0, "01060181" }, { 16, "0011" } };
	parts[64] = "0000000000100004" "0002c900" "00001003" "0001" "0000" "0002c900" "00001004";
	parts[92] = "0100" "609e" "0108" "0001";
	parts[104] = "0080" "00" "04" "00000844" "00010000" "2b" "00" "05";
	parts[128] = std::string(128, '4');	// 64 x 'D', no NUL
	const auto profile = decode_profile(golden(parts));

	ASSERT_TRUE(profile) << profile.error().text;
	EXPECT_EQ(*profile,
		  (IoControllerProfile { .guid = Guid(0x100004), .vendor_id = 0x2c9, .device_id = 0x1003, .version = 1, .subsystem_vendor = 0x2c9,
					 .subsystem_id = 0x1004, .io_class = 0x100, .subclass = 0x609e, .protocol = 0x108,
					 .protocol_version = 1, .send_queue_depth = 128, .rdma_read_depth = 4, .send_message_size = 2116,
					 .rdma_transfer_size = 0x10000, .capabilities = 0x2b, .service_entries = 5, .id = std::string(64, 'D') }));
}

TEST(DmAnswer, Services)
{
	std::map<size_t, std::string> parts = { { 0, "01060181" }, { 16, "0012" } };
	parts[64] = "5352502e5431303a31";				// SRP.T10:1
	parts[104] = "00000000000000aa";
	parts[112] = std::string(80, '5');				// 40 x 'U', no NUL
	parts[152] = "00000000000000bb";
	const auto services = decode_services(golden(parts), 4, 5);

	ASSERT_TRUE(services) << services.error().text;
	ASSERT_EQ(services->size(), 2u);
	EXPECT_EQ((*services)[0], (ServiceEntry { "SRP.T10:1", ServiceId(0xaa) }));
	EXPECT_EQ((*services)[1], (ServiceEntry { std::string(40, 'U'), ServiceId(0xbb) }));
	EXPECT_EQ(decode_services(golden(parts), 0, 3)->size(), 4u);
	EXPECT_FALSE(decode_services(golden(parts), 0, 4));
	EXPECT_FALSE(decode_services(golden(parts), 3, 2));
}

TEST(DmAnswer, Errors)
{
	const auto gone = decode_profile(golden({ { 0, "010601810100" }, { 16, "0011" } }));
	ASSERT_FALSE(gone);
	EXPECT_EQ(gone.error().code, 0x0100);
	EXPECT_EQ(gone.error().text, "MAD status 0x0100 (no such I/O controller or service)");
	EXPECT_FALSE(decode_profile(golden({ { 0, "01060181" }, { 16, "0010" } })));
	EXPECT_FALSE(decode_profile(golden({ { 0, "01060101" }, { 16, "0011" } })));
	EXPECT_FALSE(decode_profile(golden({ { 0, "01060181" }, { 16, "0011" } }, 64 + 127)));
}

TEST(Wire, RoundTrips)
{
	const PathRecord path = { .dgid = Gid(1, Guid(2)), .sgid = Gid(3, Guid(4)), .dlid = Lid(5), .slid = Lid(6), .hop_limit = 64,
				  .reversible = true, .count = 127, .pkey = Pkey(0xffff), .sl = 15, .mtu = 0x84, .rate = 0x83, .lifetime = 0x92 };
	EXPECT_EQ(decode_path_record(record<PathRecord>(record_of(path))), path);
	const NodeRecord node = { .lid = Lid(1), .type = 1, .ports = 2, .system_guid = Guid(3), .node_guid = Guid(4), .port_guid = Guid(5),
				  .device_id = 6, .local_port = 1, .vendor_id = 0xabcdef, .description = std::string(64, 'x') };
	EXPECT_EQ(decode_node_record(record<NodeRecord>(record_of(node))), node);
	const PortInfoRecord port = { .lid = Lid(1), .port = 2, .gid_prefix = 3, .capability_mask = 0x80000001 };
	EXPECT_EQ(decode_port_info_record(record<PortInfoRecord>(record_of(port))), port);
	const InformInfo inform = { .subscribe = false, .type = 3, .trap = 65, .qpn = 0xabcdef, .producer = 4 };
	EXPECT_EQ(decode_inform_info_record(record<InformInfo>(record_of(inform))), inform);
	const ClassPortInfo info = { .base_version = 1, .class_version = 2, .capability_mask = 3, .capability_mask2 = 0x7ffffff, .response_time = 31,
				     .redirect_gid = Gid(1, Guid(2)), .redirect_sl = 15, .redirect_lid = Lid(5), .redirect_pkey = Pkey(6),
				     .redirect_qpn = 0xffffff, .redirect_qkey = 0x80010000, .trap_gid = Gid(3, Guid(4)), .trap_lid = Lid(8) };
	EXPECT_EQ(decode_class_port_info(record<ClassPortInfo>(record_of(info))), info);
	for (const Notice &notice : { Notice { .type = 3, .producer = 4, .trap = 65, .issuer_lid = Lid(1), .gid = Gid(5, Guid(6)),
					       .issuer_gid = Gid(7, Guid(8)) },
				      Notice { .generic = false, .trap = 144, .lid = Lid(9), .capability_mask = 0xffffffff } })
		EXPECT_EQ(decode_notice(record<Notice>(record_of(notice))), notice);
}

// Whatever arrives, of whatever length: an answer or an error. The sanitizers watch.
TEST(Wire, Garbage)
{
	std::mt19937 random(1);

	for (int round = 0; round < 4000; round++) {
		Message message(random() % 700);
		for (uint8_t &byte : message)
			byte = static_cast<uint8_t>(random());
		if (message.size() >= 64 && round % 2) {
			message[1] = random() % 2 ? 3 : 6;
			message[3] = random() % 2 ? 0x81 : 0x92;
			message[4] = message[5] = message[27] = message[16] = message[44] = 0;
			message[17] = std::array<uint8_t, 6> { 0x01, 0x03, 0x10, 0x11, 0x12, 0x35 }[random() % 6];
		}
		(void)decode_sa_class_port_info(message);
		(void)decode_path(message);
		(void)decode_port(message);
		(void)decode_inform_info(message);
		(void)decode_port_table(message);
		(void)decode_node_table(message);
		(void)decode_report(message);
		(void)decode_io_unit_info(message);
		(void)decode_profile(message);
		(void)decode_services(message, 0, 3);
	}
}
