// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// VerbsEvents on a device that is written by the test: what is defined here takes the place of libibverbs' functions.
#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>
#include <deque>

#include <fcntl.h>
#include <infiniband/verbs.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "verbs_events.h"

using namespace srp;
using namespace std::chrono_literals;

namespace {

struct Device {
	ibv_device device = {};
	ibv_context context = {};
	std::deque<ibv_async_event> events;	// that nobody has read
	int error = 0;				// of reading, instead of an event
	unsigned int open = 0, acknowledged = 0, reads = 0, lists = 0;

	void happens(ibv_event_type type, int port)
	{
		ibv_async_event event = {};

		event.event_type = type;
		event.element.port_num = port;
		events.push_back(event);
		eventfd_write(context.async_fd, 1);
	}
} device;

} // namespace

extern "C" {

ibv_device **ibv_get_device_list(int *count)
{
	static ibv_device *list[2];

	list[0] = &device.device;
	*count = 1;
	device.lists++;
	return list;
}
void ibv_free_device_list(ibv_device **) { device.lists--; }
const char *ibv_get_device_name(ibv_device *) { return "fake0"; }
ibv_context *ibv_open_device(ibv_device *)
{
	device.open++;
	return &device.context;
}
int ibv_close_device(ibv_context *)
{
	device.open--;
	return 0;
}
int ibv_get_async_event(ibv_context *context, ibv_async_event *event)
{
	eventfd_t ignored;

	device.reads++;
	if (device.error || device.events.empty()) {
		errno = device.error ? device.error : EAGAIN;
		return -1;
	}
	*event = device.events.front();
	device.events.pop_front();
	if (device.events.empty())
		eventfd_read(context->async_fd, &ignored);
	return 0;
}
void ibv_ack_async_event(ibv_async_event *) { device.acknowledged++; }

}

namespace {

class VerbsTest : public testing::Test {
protected:
	VerbsTest()
	{
		device = {};
		device.context.async_fd = eventfd(0, EFD_CLOEXEC);	// a read would wait
		loop = std::move(*EventLoop::create());
	}
	~VerbsTest() override
	{
		listener.reset();
		EXPECT_EQ(device.open, 0u);
		EXPECT_EQ(device.lists, 0u);
		close(device.context.async_fd);
	}
	void listen(const std::string &name = "fake0", unsigned int port = 1)
	{
		auto opened = VerbsEvents::open(*loop, { name, port }, [this](DeviceEvent event, const std::string &what) {
			heard.push_back((event == DeviceEvent::Fatal ? "fatal: " : "changed: ") + what);
		});
		if (opened)
			listener = std::move(*opened);
		else
			error = opened.error().text;
	}
	std::vector<std::string> run()
	{
		const Timer end = loop->after(20ms, [this] { loop->stop(); });

		loop->run();
		return std::exchange(heard, {});
	}

	std::unique_ptr<EventLoop> loop;
	std::unique_ptr<Listener> listener;
	std::vector<std::string> heard;
	std::string error;
};

using Heard = std::vector<std::string>;

TEST_F(VerbsTest, EventsOfThePort)
{
	listen();
	EXPECT_EQ(run(), Heard {});
	EXPECT_NE(fcntl(device.context.async_fd, F_GETFL) & O_NONBLOCK, 0) << "or reading would wait";
	device.happens(IBV_EVENT_PORT_ACTIVE, 1);
	device.happens(IBV_EVENT_SM_CHANGE, 1);
	device.happens(IBV_EVENT_LID_CHANGE, 1);
	device.happens(IBV_EVENT_CLIENT_REREGISTER, 1);
	device.happens(IBV_EVENT_PKEY_CHANGE, 1);
	EXPECT_EQ(run(), (Heard { "changed: the port is active", "changed: another SM", "changed: another LID",
				  "changed: the SM forgot its subscribers", "changed: other P_Keys" }));
	EXPECT_EQ(device.acknowledged, 5u) << "or the device could not be closed";
}

TEST_F(VerbsTest, WhatIsNoneOfOurBusiness)
{
	listen("fake0", 2);
	device.happens(IBV_EVENT_SM_CHANGE, 1);
	device.happens(IBV_EVENT_PORT_ERR, 2);
	device.happens(IBV_EVENT_GID_CHANGE, 2);
	EXPECT_EQ(run(), Heard {});
	EXPECT_EQ(device.acknowledged, 3u);
}

// It says nothing of ports.
TEST_F(VerbsTest, AFatalErrorIsForAllPorts)
{
	listen("fake0", 2);
	device.happens(IBV_EVENT_DEVICE_FATAL, 0);
	EXPECT_EQ(run(), Heard { "fatal: fatal error of the device" });
}

// Its file is ready for ever, and has nothing in it.
TEST_F(VerbsTest, TheDeviceIsGone)
{
	listen();
	device.happens(IBV_EVENT_SM_CHANGE, 1);
	device.error = EIO;
	EXPECT_EQ(run(), Heard { "fatal: the device is gone" });
	EXPECT_EQ(device.reads, 1u) << "no busy loop";
}

TEST_F(VerbsTest, NothingToReadAfterAll)
{
	listen();
	device.happens(IBV_EVENT_SM_CHANGE, 1);
	device.error = EINTR;
	const Timer later = loop->after(5ms, [] { device.error = 0; });
	EXPECT_EQ(run(), Heard { "changed: another SM" });
}

// Whoever is called may end the listening, as a restart does.
TEST_F(VerbsTest, TheHandlerEndsIt)
{
	unsigned int calls = 0;
	Timer ended;

	auto opened = VerbsEvents::open(*loop, { "fake0", 1 }, [&](DeviceEvent, const std::string &) {
		calls++;
		ended = loop->after(0ms, [this] { listener.reset(); });
	});
	ASSERT_TRUE(opened);
	listener = std::move(*opened);
	device.happens(IBV_EVENT_DEVICE_FATAL, 0);
	run();
	EXPECT_EQ(calls, 1u);
	EXPECT_EQ(device.open, 0u);
	device.happens(IBV_EVENT_SM_CHANGE, 1);
	run();
	EXPECT_EQ(calls, 1u);
}

TEST_F(VerbsTest, ADeviceWithoutDriver)
{
	listen("fake1");
	EXPECT_EQ(error, "fake1:1: no events of the device: libibverbs cannot open it");
	EXPECT_EQ(device.open, 0u);
}

} // namespace
