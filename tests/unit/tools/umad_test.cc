// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// UmadPort on a kernel that is written by the test: what is defined here takes the place of libibumad's functions.
#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>
#include <deque>

#include <arpa/inet.h>
#include <infiniband/umad.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "sa.h"
#include "umad_port.h"

using namespace srp;
using namespace std::chrono_literals;

namespace {

// What waits in the kernel: a message for an agent, or an error.
struct Incoming {
	int error = 0;
	unsigned int status = 0;
	std::vector<uint8_t> mad;
};

struct Kernel {
	int fd = -1;			// readable as long as something waits
	std::deque<Incoming> waiting;
	unsigned int reads = 0, agents = 0;
	std::vector<unsigned int> unregistered;
	std::vector<std::pair<int, ib_user_mad>> sent;	// agent, and what it sent
	int send_error = 0;

	void arrives(Incoming incoming)
	{
		waiting.push_back(std::move(incoming));
		eventfd_write(fd, 1);
	}
	void taken()
	{
		eventfd_t ignored;

		waiting.pop_front();
		if (waiting.empty())
			eventfd_read(fd, &ignored);
	}
} kernel;

} // namespace

extern "C" {

int umad_init(void) { return 0; }
int umad_open_port(const char *name, int) { return strcmp(name, "fake0") ? -ENODEV : 7; }
int umad_close_port(int) { return 0; }
int umad_get_fd(int) { return kernel.fd; }
size_t umad_size(void) { return sizeof(ib_user_mad); }
void *umad_get_mad(void *umad) { return static_cast<char *>(umad) + sizeof(ib_user_mad); }
int umad_set_pkey(void *umad, int index)
{
	static_cast<ib_user_mad *>(umad)->addr.pkey_index = static_cast<uint16_t>(index);
	return 0;
}
int umad_status(void *umad) { return static_cast<int>(static_cast<ib_user_mad *>(umad)->status); }
int umad_register(int, int, int, uint8_t, long *) { return static_cast<int>(kernel.agents++); }
int umad_unregister(int, int agent)
{
	kernel.unregistered.push_back(static_cast<unsigned int>(agent));
	return 0;
}

int umad_send(int, int agent, void *umad, int, int timeout_ms, int)
{
	ib_user_mad header;

	if (kernel.send_error) {
		errno = kernel.send_error;
		return -EIO;
	}
	memcpy(&header, umad, sizeof(header));
	header.timeout_ms = static_cast<uint32_t>(timeout_ms);
	kernel.sent.emplace_back(agent, header);
	return 0;
}

// What does not fit stays until there is room, and how long it is is told.
int umad_recv(int, void *umad, int *length, int)
{
	kernel.reads++;
	if (kernel.waiting.empty())
		return -EAGAIN;
	const Incoming &next = kernel.waiting.front();
	if (const int error = next.error) {
		kernel.taken();
		return -error;
	}
	auto *header = static_cast<ib_user_mad *>(umad);
	*header = {};
	header->status = next.status;
	header->addr.lid = htons(0x1234);
	header->addr.qpn = htonl(77);
	header->addr.pkey_index = 3;
	if (static_cast<size_t>(*length) < next.mad.size()) {
		*length = static_cast<int>(next.mad.size());
		return -ENOSPC;
	}
	memcpy(umad_get_mad(umad), next.mad.data(), next.mad.size());
	*length = static_cast<int>(next.mad.size());
	kernel.taken();
	return 0;
}

}

namespace {

class UmadPortTest : public testing::Test, private MadPort::Receiver {
protected:
	UmadPortTest()
	{
		kernel = {};
		kernel.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		loop = std::move(*EventLoop::create());
		auto opened = UmadPort::open(*loop, { "fake0", 1 });
		EXPECT_TRUE(opened);
		port = std::move(*opened);
		port->set_receiver(this);
	}
	~UmadPortTest() override
	{
		port.reset();
		close(kernel.fd);
	}
	void on_mad(const MadAddress &sender, Message message) override
	{
		from = sender;
		messages.push_back(std::move(message));
		if (messages.size() == expected)
			loop->stop();
	}
	void on_gone(const Error &why) override { gone.push_back(why.text); }

	void run()
	{
		const Timer end = loop->after(20ms, [this] { loop->stop(); });
		loop->run();
	}
	static std::vector<uint8_t> bytes(size_t count, uint8_t value) { return std::vector<uint8_t>(count, value); }

	std::unique_ptr<EventLoop> loop;
	std::unique_ptr<MadPort> port;
	std::vector<Message> messages;
	size_t expected = SIZE_MAX;	// after which the loop ends
	std::vector<std::string> gone;
	MadAddress from;
};

TEST_F(UmadPortTest, Receives)
{
	kernel.arrives({ .mad = bytes(256, 5) });
	run();
	ASSERT_EQ(messages, std::vector<Message> { bytes(256, 5) });
	EXPECT_EQ(from.lid, Lid(0x1234));
	EXPECT_EQ(from.qpn, 77u);
	EXPECT_EQ(from.pkey_index, 3);
	EXPECT_TRUE(gone.empty());
}

// A table of thousands of records is longer than the buffer: it is made longer, and nothing is lost or taken for something else.
TEST_F(UmadPortTest, ALongTable)
{
	kernel.arrives({ .mad = bytes(200, 1) });
	kernel.arrives({ .mad = bytes((64 << 10) + 1, 2) });
	kernel.arrives({ .mad = bytes(3 << 20, 3) });
	kernel.arrives({ .mad = bytes(100, 4) });
	run();
	EXPECT_EQ(messages, (std::vector<Message> { bytes(200, 1), bytes((64 << 10) + 1, 2), bytes(3 << 20, 3), bytes(100, 4) }));
	EXPECT_TRUE(gone.empty());
}

// The kernel gives back what nobody answered. It is no answer.
TEST_F(UmadPortTest, AQuestionThatComesBack)
{
	kernel.arrives({ .status = ETIMEDOUT, .mad = bytes(256, 1) });
	kernel.arrives({ .mad = bytes(256, 2) });
	run();
	EXPECT_EQ(messages, std::vector<Message> { bytes(256, 2) });
}

TEST_F(UmadPortTest, NothingAfterAll)
{
	kernel.arrives({ .error = EAGAIN });
	kernel.arrives({ .error = EINTR });
	kernel.arrives({ .mad = bytes(256, 2) });
	run();
	EXPECT_EQ(messages.size(), 1u);
	EXPECT_TRUE(gone.empty());
}

// After the device is gone its file is not read any more, although it stays readable.
TEST_F(UmadPortTest, TheDeviceIsGone)
{
	kernel.arrives({ .error = EIO });
	kernel.arrives({ .mad = bytes(256, 2) });
	run();
	EXPECT_EQ(gone, std::vector<std::string> { "fake0:1: the device is gone: Input/output error" });
	EXPECT_TRUE(messages.empty());
	EXPECT_EQ(kernel.reads, 1u);
}

// A flood does not keep the loop from timers, signals and logins.
TEST_F(UmadPortTest, AFloodLeavesRoomForOthers)
{
	const Fd other(eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK));
	size_t before = 0, most = 0;
	const auto watch = loop->watch(other.get(), [&] {
		most = std::max(most, messages.size() - before);
		before = messages.size();
	});

	ASSERT_TRUE(watch);
	for (int i = 0; i < 1000; i++)
		kernel.arrives({ .mad = bytes(256, 1) });
	expected = 1000;
	const Timer end = loop->after(20s, [&] { loop->stop(); });
	loop->run();
	EXPECT_EQ(messages.size(), 1000u);
	EXPECT_LE(most, 64u);
	EXPECT_GT(before, 0u) << "the other one had its turn";
}

TEST_F(UmadPortTest, Sends)
{
	EXPECT_TRUE(port->send({ .lid = Lid(9), .pkey_index = 2, .sl = 5 }, Mad {}, 1500us));
	ASSERT_TRUE(port->receive_reports());
	EXPECT_TRUE(port->send({ .lid = Lid(1) }, Mad {}, Duration(0)));
	ASSERT_EQ(kernel.sent.size(), 2u);
	EXPECT_EQ(kernel.sent[0].first, 0);
	EXPECT_EQ(ntohs(kernel.sent[0].second.addr.lid), 9);
	EXPECT_EQ(ntohl(kernel.sent[0].second.addr.qpn), 1u);
	EXPECT_EQ(kernel.sent[0].second.addr.sl, 5);
	EXPECT_EQ(kernel.sent[0].second.addr.pkey_index, 2);
	EXPECT_EQ(kernel.sent[0].second.timeout_ms, 2u) << "rounded up";
	EXPECT_EQ(kernel.sent[1].first, 1) << "an answer to a report goes out where the report came in";
	kernel.send_error = ENODEV;
	const auto failed = port->send({ .lid = Lid(9) }, Mad {}, 1s);
	ASSERT_FALSE(failed);
	EXPECT_EQ(failed.error().text, "fake0:1: cannot send to LID 0x0009: No such device");
	port.reset();
	EXPECT_EQ(kernel.unregistered, (std::vector<unsigned int> { 0, 1 }));
}

TEST_F(UmadPortTest, NoSuchDevice)
{
	const auto none = UmadPort::open(*loop, { "none", 1 });

	ASSERT_FALSE(none);
	EXPECT_EQ(none.error().text, "none:1: cannot open its umad device: No such device");
}

} // namespace
