// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The whole daemon in this process, with the real event loop, files and writers: its devices come, go and break as the test wants.
#include <gtest/gtest.h>

#include <csignal>
#include <deque>

#include <sys/wait.h>
#include <unistd.h>

#include "fake_fabric.h"
#include "fake_sysfs.h"
#include "serve.h"
#include "service.h"

using namespace srp;
using namespace std::chrono_literals;

namespace {

constexpr Duration kPatience = 20s;

class FakeDevices : public Devices {
public:
	explicit FakeDevices(FakeFabric &fabric) : fabric_(fabric) {}

	Result<std::unique_ptr<MadPort>> open_port(const PortName &name) override
	{
		opened[name]++;
		if (!lids.contains(name))
			return Error { name.text() + ": cannot open its umad device: No such device", Cause::System, ENODEV };
		return fabric_.attach(lids.at(name));
	}
	Result<std::unique_ptr<Listener>> hear_of(const PortName &name, EventHandler handler) override
	{
		if (!tells)
			return Error { name.text() + ": no events of the device" };
		return std::unique_ptr<Listener>(new Hearer<EventHandler>(listeners[name], std::move(handler)));
	}
	Result<std::unique_ptr<Listener>> hear_of_all(Task changed) override
	{
		if (!tells)
			return Error { "no events of devices" };
		return std::unique_ptr<Listener>(new Hearer<Task>(listeners_of_all, std::move(changed)));
	}

	// To all who listen.
	void tell(const PortName &name, DeviceEvent event, const std::string &what)
	{
		const auto now = listeners[name];
		for (const EventHandler *handler : now)
			(*handler)(event, what);
	}
	void tell_all()
	{
		const auto now = listeners_of_all;
		for (const Task *changed : now)
			(*changed)();
	}

	bool tells = true;
	std::map<PortName, Lid> lids;		// of the ports that can be opened
	std::map<PortName, unsigned int> opened;
	std::map<PortName, std::set<EventHandler *>> listeners;
	std::set<Task *> listeners_of_all;

private:
	template <class Handler> class Hearer : public Listener {
	public:
		Hearer(std::set<Handler *> &all, Handler handler) : all_(all), handler_(std::move(handler)) { all_.insert(&handler_); }
		~Hearer() override { all_.erase(&handler_); }

	private:
		std::set<Handler *> &all_;
		Handler handler_;
	};

	FakeFabric &fabric_;
};

class ServeTest : public testing::Test {
protected:
	ServeTest()
	{
		fabric.add_host(Lid(1));
		options.config.execute = true;
		options.all_ports = true;
		for (const PortName &name : { first, second })
			plug_in(name);
		fabric.add_target(Lid(20));
	}
	// LIDs 2, 3, ...
	void plug_in(const PortName &name)
	{
		const Lid lid(static_cast<uint16_t>(2 + devices.lids.size()));

		fabric.add_host(lid);
		devices.lids[name] = lid;
		sysfs.add_port(name, lid.value());
	}
	void unplug(const PortName &name)
	{
		const Lid lid = devices.lids.at(name);

		sysfs.remove("class/infiniband/" + name.device);
		sysfs.remove(fmt::format("class/infiniband_srp/srp-{}-{}", name.device, name.number));
		devices.lids.erase(name);
		fabric.unplug(lid);
	}

	// What the test does while the daemon runs: each step as soon as its condition holds.
	void when(std::string what, std::function<bool()> condition, Task step)
	{
		steps.push_back({ std::move(what), std::move(condition), std::move(step) });
	}
	void finally(std::string what, std::function<bool()> condition)
	{
		when(std::move(what), std::move(condition), [] { kill(getpid(), SIGTERM); });
	}
	// The daemon, from its start to SIGTERM.
	Result<void> run(const std::optional<PortName> &port = std::nullopt)
	{
		const Sysfs view = sysfs.view();
		const ServerWorld world = { .loop = *loop, .sysfs = view, .devices = devices, .log = log, .run_directory = directory.path(),
					    .poll_time = 20ms };
		end = Clock::now() + kPatience;
		take_step();
		auto served = serve(world, port, options, Rules());
		timer.cancel();
		EXPECT_TRUE(steps.empty()) << "waiting for: " << steps.front().what << "\n" << messages;
		return served;
	}
	void take_step()
	{
		if (!steps.empty() && steps.front().condition()) {
			const Step step = std::move(steps.front());
			steps.pop_front();
			step.task();
		} else if (Clock::now() > end) {
			kill(getpid(), SIGTERM);
			return;
		}
		timer = loop->after(2ms, [this] { take_step(); });
	}

	bool said(const std::string &text) const { return messages.find(text) != std::string::npos; }
	std::string login(const PortName &name) const
	{
		return sysfs.read(fmt::format("class/infiniband_srp/srp-{}-{}/add_target", name.device, name.number));
	}
	// Logged in to the target with that LID.
	auto connected(const PortName &name, unsigned int lid) const
	{
		return [this, name, lid] { return said(fmt::format("{}: connected to target {:016x} ", name.text(), 0x200000 + lid)); };
	}
	bool has_state(const PortName &name) const { return std::filesystem::exists(state_file(directory.path(), name)); }
	size_t listeners(const PortName &name) { return devices.listeners[name].size(); }
	void forget_messages() { messages.clear(); }

	const PortName first { "fake0", 1 }, second { "fake1", 1 };
	std::unique_ptr<EventLoop> loop = std::move(*EventLoop::create());
	FakeFabric fabric { *loop };
	FakeDevices devices { fabric };
	FakeSysfs sysfs;
	TempDir directory;
	std::string messages;
	Log log { *loop, [this](Priority, const std::string &text) { messages += text + "\n"; }, Priority::Info };
	SrpDaemonOptions options;

private:
	struct Step {
		std::string what;
		std::function<bool()> condition;
		Task task;
	};
	std::deque<Step> steps;
	TimePoint end;
	Timer timer;
};

TEST_F(ServeTest, AllPortsInOneProcess)
{
	when("logins through both ports", [this] { return connected(first, 20)() && connected(second, 20)(); }, [] {});
	when("a state of each", [this] { return has_state(first) && has_state(second); }, [this] {
		EXPECT_EQ(listeners(first), 1u);
		EXPECT_EQ(listeners(second), 1u);
		EXPECT_EQ(login(first), "id_ext=0000000000200014,ioc_guid=0000000000200014,dgid=fe800000000000000000000000100014,pkey=ffff,"
					"service_id=0000000000200014");
		EXPECT_EQ(login(second), login(first));
	});
	finally("the end", [] { return true; });
	EXPECT_TRUE(run());
	EXPECT_TRUE(said("Got SIGTERM"));
	EXPECT_FALSE(has_state(first)) << "nothing is left";
	EXPECT_EQ(listeners(first), 0u);
	EXPECT_TRUE(devices.listeners_of_all.empty());
	EXPECT_TRUE(fabric.subscribers[kTrapInService].empty());
}

TEST_F(ServeTest, APortThatComesLater)
{
	const PortName third { "fake2", 1 };

	when("logins", connected(first, 20), [this, third] {
		plug_in(third);
		devices.tell_all();
	});
	finally("a login through the new one", connected(third, 20));
	EXPECT_TRUE(run());
	EXPECT_TRUE(said("fake2:1: served"));
}

// Pulled out while it is served: the other port does not notice, and what it held is free.
TEST_F(ServeTest, APortThatGoesAndComesBack)
{
	when("logins through both ports", [this] { return connected(first, 20)() && connected(second, 20)() && has_state(second); }, [this] {
		unplug(second);
		devices.tell_all();
	});
	when("the end of its service", [this] { return said("fake1:1: the port is gone"); }, [this] {
		EXPECT_EQ(listeners(second), 0u) << "or the kernel could not let the device go";
		EXPECT_FALSE(has_state(second));
		EXPECT_EQ(listeners(first), 1u);
		EXPECT_EQ(devices.opened[first], 1u);
		forget_messages();
		plug_in(second);
		devices.tell_all();
	});
	finally("a login through it", connected(second, 20));
	EXPECT_TRUE(run());
	EXPECT_EQ(devices.opened[first], 1u);
	EXPECT_EQ(devices.opened[second], 2u);
}

// Between the error of the device and the news that it is gone, and no longer than that, the port is looked for.
TEST_F(ServeTest, TheDeviceOfAPortBreaks)
{
	when("logins", connected(first, 20), [this] {
		forget_messages();
		fabric.add_target(Lid(21));
		devices.tell(first, DeviceEvent::Fatal, "fatal error of the device");
	});
	when("a new beginning", [this] { return devices.opened[first] == 2; }, [this] {
		EXPECT_TRUE(said("fake0:1: fatal error of the device, starting again"));
		EXPECT_EQ(listeners(first), 1u);
		EXPECT_EQ(devices.opened[second], 1u);
	});
	finally("a login to what came meanwhile", connected(first, 21));
	EXPECT_TRUE(run());
}

// One port, whose device breaks and is away for a while; the process stays.
TEST_F(ServeTest, TheOnlyDeviceIsAway)
{
	options.all_ports = false;
	when("a login", connected(second, 20), [this] {
		forget_messages();
		unplug(second);
	});
	when("the loss", [this] { return said("fake1:1: no such device"); }, [this] {
		EXPECT_EQ(listeners(second), 0u) << "or the kernel could not let the device go";
		devices.tell_all();
	});
	when("another attempt", [this] { return said("port fake1:1 does not exist"); }, [this] {
		forget_messages();
		plug_in(second);
		devices.tell_all();
	});
	finally("a login after its return", connected(second, 20));
	EXPECT_TRUE(run(second));
	EXPECT_EQ(devices.opened[first], 0u);
}

// An event of the device is a scan.
TEST_F(ServeTest, TheDeviceTellsOfAnotherSm)
{
	when("logins", connected(first, 20), [this] {
		fabric.add_target(Lid(21));
		devices.tell(first, DeviceEvent::Changed, "another SM");
	});
	finally("a login to the new target", connected(first, 21));
	EXPECT_TRUE(run());
	EXPECT_EQ(devices.opened[first], 1u);
}

// Nobody tells anything: what is there is looked at now and then.
TEST_F(ServeTest, WithoutEvents)
{
	const PortName third { "fake2", 1 };

	devices.tells = false;
	when("logins", connected(first, 20), [this] {
		EXPECT_TRUE(said("no events of the device; looking at its files instead"));
		EXPECT_TRUE(said("no events of devices; looking for devices now and then instead"));
		fabric.add_target(Lid(21));
		sysfs.write("class/infiniband/fake0/ports/1/pkeys/1", "0x8001\n");
	});
	when("a scan because of the P_Keys", connected(first, 21), [this, third] { plug_in(third); });
	when("the new port", connected(third, 20), [this] { unplug(second); });
	finally("the end of the old one", [this] { return said("fake1:1: the port is gone"); });
	EXPECT_TRUE(run());
}

// Signals reach the ports.
TEST_F(ServeTest, Signals)
{
	options.all_ports = false;
	sysfs.write("rules", "d\n");
	options.rules_file = (sysfs.path() / "rules").string();
	when("logins", connected(first, 20), [this] {
		fabric.add_target(Lid(21));
		kill(getpid(), SIGUSR1);
	});
	when("a new beginning", connected(first, 21), [this] {
		EXPECT_EQ(devices.opened[first], 2u);
		fabric.add_target(Lid(22));
		kill(getpid(), SIGHUP);
	});
	when("other rules", [this] { return said("read 1 rules and 0 targets"); }, [this] {
		devices.tell(first, DeviceEvent::Changed, "test");
	});
	// And a tenth of a second for a login that must not be.
	finally("a scan of all targets", [this, polls = 0]() mutable { return fabric.at(Lid(22)).questions >= 3 && ++polls > 50; });
	EXPECT_TRUE(run(first));
	EXPECT_FALSE(connected(first, 22)());
}

TEST_F(ServeTest, AnotherProcessServesThePort)
{
	options.all_ports = false;
	const pid_t other = fork();
	if (!other) {
		alarm(60);
		const auto lock = lock_port(directory.path(), first);
		if (!lock)
			_exit(1);
		std::ofstream(directory.path() / "locked") << "x";
		pause();
	}
	for (unsigned int i = 0; i < 10000 && !std::filesystem::exists(directory.path() / "locked"); i++)
		usleep(1000);
	EXPECT_TRUE(std::filesystem::exists(directory.path() / "locked"));
	const auto served = run(first);
	kill(other, SIGKILL);
	EXPECT_EQ(waitpid(other, nullptr, 0), other);
	ASSERT_FALSE(served);
	EXPECT_NE(served.error().text.find("another srp_daemon serves this port"), std::string::npos);
	EXPECT_EQ(devices.opened[first], 0u);
}

} // namespace
