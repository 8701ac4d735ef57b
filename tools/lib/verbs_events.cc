// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "verbs_events.h"

#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <infiniband/verbs.h>

namespace srp {

namespace {

struct Event {
	ibv_event_type type;
	DeviceEvent kind;
	const char *text;
};

constexpr Event kEvents[] = {
	{ IBV_EVENT_PORT_ACTIVE, DeviceEvent::Changed, "the port is active" },
	{ IBV_EVENT_SM_CHANGE, DeviceEvent::Changed, "another SM" },
	{ IBV_EVENT_LID_CHANGE, DeviceEvent::Changed, "another LID" },
	{ IBV_EVENT_CLIENT_REREGISTER, DeviceEvent::Changed, "the SM forgot its subscribers" },
	{ IBV_EVENT_PKEY_CHANGE, DeviceEvent::Changed, "other P_Keys" },
	{ IBV_EVENT_DEVICE_FATAL, DeviceEvent::Fatal, "fatal error of the device" },
};

} // namespace

Result<std::unique_ptr<Listener>> VerbsEvents::open(EventLoop &loop, const PortName &name, Devices::EventHandler handler)
{
	int count = 0;
	ibv_device **devices = ibv_get_device_list(&count);
	ibv_context *context = nullptr;

	for (int i = 0; i < count && !context; i++)
		if (name.device == ibv_get_device_name(devices[i]))
			context = ibv_open_device(devices[i]);
	if (devices)
		ibv_free_device_list(devices);
	if (!context)
		return Error { fmt::format("{}: no events of the device: libibverbs cannot open it", name.text()), Cause::System, ENODEV };
	std::unique_ptr<VerbsEvents> events(new VerbsEvents(context, name, std::move(handler)));
	// ibv_get_async_event() waits for an event unless it may not.
	if (fcntl(context->async_fd, F_SETFL, fcntl(context->async_fd, F_GETFL) | O_NONBLOCK) < 0)
		return system_error("fcntl");
	auto watch = loop.watch(context->async_fd, [e = events.get()] { e->read_one(); });
	if (!watch)
		return watch.error();
	events->watch_ = std::move(*watch);
	return std::unique_ptr<Listener>(std::move(events));
}

VerbsEvents::VerbsEvents(ibv_context *context, PortName name, Devices::EventHandler handler)
	: context_(context), name_(std::move(name)), handler_(std::move(handler))
{
}

VerbsEvents::~VerbsEvents()
{
	watch_ = {};
	ibv_close_device(context_);
}

void VerbsEvents::read_one()
{
	ibv_async_event event = {};

	if (ibv_get_async_event(context_, &event)) {
		if (errno == EAGAIN || errno == EINTR)
			return;
		watch_ = {};	// it would be ready for ever
		handler_(DeviceEvent::Fatal, "the device is gone");
		return;
	}
	const auto type = event.event_type;
	const int port = event.element.port_num;
	ibv_ack_async_event(&event);
	for (const Event &known : kEvents)
		if (known.type == type && (known.kind == DeviceEvent::Fatal || port == static_cast<int>(name_.number))) {
			handler_(known.kind, known.text);
			return;
		}
}

} // namespace srp
