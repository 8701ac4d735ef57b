// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Ports that come and go, and what the kernel tells of them.
#include <gtest/gtest.h>

#include <algorithm>

#include "fake_fabric.h"
#include "fake_sysfs.h"
#include "port_set.h"
#include "simulated_time.h"
#include "uevents.h"

using namespace srp;
using namespace std::chrono_literals;

namespace {

class NoWriter : public Writer {
public:
	void submit(const std::filesystem::path &, const std::string &, Done) override {}
};

class PortSetTest : public testing::Test {
protected:
	// A port in service on a fabric of its own.
	class Service : public PortService {
	public:
		Service(PortSetTest &test, const PortName &name, bool discover)
			: test_(test), name_(name),
			  daemon_({ .scheduler = test.time, .sysfs = test.view, .log = test.log, .logins = test.writer, .notices = test.writer,
				    .open_port = [&test] { return test.fabric.attach(Lid(2)); },
				    .print = [](const std::string &) {},
				    .changed = [] {} },
				  name, { .execute = true, .discover = discover }, test.rules)
		{
			test_.served.insert(name.text() + (discover ? "" : " static"));
			daemon_.start();
		}
		~Service() override { std::erase_if(test_.served, [this](const auto &s) { return s.starts_with(name_.text()); }); }

		void devices_changed() override { test_.told++; }
		void use_rules(std::shared_ptr<const Rules>) override { test_.told++; }
		void restart(const std::string &) override { test_.told++; }
		void stop(const Task &done) override
		{
			if (!test_.deaf)
				daemon_.stop(done);
		}
		const PortDaemon &daemon() const override { return daemon_; }

	private:
		PortSetTest &test_;
		const PortName name_;
		PortDaemon daemon_;
	};

	PortSetTest() : view(sysfs.view())
	{
		fabric.add_host(Lid(1));
		fabric.add_host(Lid(2));
	}

	SimulatedTime time;
	FakeFabric fabric { time };
	FakeSysfs sysfs;
	Sysfs view;
	NoWriter writer;
	std::vector<std::string> messages;
	Log log { time, [this](Priority, const std::string &text) { messages.push_back(text); }, Priority::Info };
	std::shared_ptr<const Rules> rules = std::make_shared<const Rules>();
	std::set<std::string> served, refused;
	unsigned int told = 0;
	bool deaf = false;
	PortSet ports { time, view, log, [this](const PortName &name, bool discover) -> Result<std::unique_ptr<PortService>> {
			       if (refused.contains(name.text()))
				       return Error { "another srp_daemon serves this port" };
			       return std::unique_ptr<PortService>(new Service(*this, name, discover));
		       } };
};

using Names = std::set<std::string>;

TEST_F(PortSetTest, PortsComeAndGo)
{
	ports.serve_all(rules);
	EXPECT_EQ(messages, std::vector<std::string> { "no InfiniBand port yet; waiting for one" });
	sysfs.add_port({ "mlx4_0", 1 }, 2);
	sysfs.add_port({ "mlx4_0", 2 }, 3);
	sysfs.add_port({ "roce0", 1 }, 0, {}, "Ethernet");
	ports.update();
	EXPECT_EQ(served, (Names { "mlx4_0:1", "mlx4_0:2" }));
	EXPECT_EQ(told, 2u);
	time.run_for(1s);
	sysfs.remove("class/infiniband/mlx4_0/ports/2");
	sysfs.add_port({ "mlx5_0", 1 }, 4);
	ports.update();
	EXPECT_EQ(served, (Names { "mlx4_0:1", "mlx5_0:1" }));
	sysfs.remove("class/infiniband");
	ports.update();
	EXPECT_TRUE(served.empty());
	time.run_for(1min);
}

// The type of a port is changed while the daemon runs.
TEST_F(PortSetTest, APortChangesItsLinkLayer)
{
	sysfs.add_port({ "mlx4_0", 1 }, 2);
	ports.serve_all(rules);
	EXPECT_EQ(served, Names { "mlx4_0:1" });
	sysfs.write("class/infiniband/mlx4_0/ports/1/link_layer", "Ethernet\n");
	ports.update();
	EXPECT_TRUE(served.empty());
	sysfs.write("class/infiniband/mlx4_0/ports/1/link_layer", "InfiniBand\n");
	ports.update();
	EXPECT_EQ(served, Names { "mlx4_0:1" });
}

TEST_F(PortSetTest, TargetsOfTheRulesNeedAPort)
{
	sysfs.add_port({ "roce0", 1 }, 0, {}, "Ethernet");
	sysfs.add_port({ "roce0", 2 }, 0, {}, "Ethernet");
	ports.serve_all(rules);
	EXPECT_TRUE(served.empty());
	const auto more = Rules::parse("t id_ext=1,ioc_guid=2,dest=10.1.0.2:5555,port=roce0:2\nt id_ext=3,ioc_guid=4,dest=10.1.0.2:5555\n", "f");
	ASSERT_TRUE(more);
	ports.use_rules(std::make_shared<const Rules>(more->with_ports_only()));
	EXPECT_EQ(served, Names { "roce0:2 static" });
	ports.use_rules(rules);
	EXPECT_TRUE(served.empty());
}

// Somebody else holds the lock: the other ports are served, and this one as soon as it can be.
TEST_F(PortSetTest, APortThatIsTaken)
{
	sysfs.add_port({ "mlx4_0", 1 }, 2);
	sysfs.add_port({ "mlx4_0", 2 }, 3);
	refused = { "mlx4_0:1" };
	ports.serve_all(rules);
	EXPECT_EQ(served, Names { "mlx4_0:2" });
	EXPECT_EQ(messages[0], "mlx4_0:1: not served: another srp_daemon serves this port");
	const size_t before = messages.size();
	time.run_for(1min);
	EXPECT_EQ(messages.size(), before) << "said once";
	refused.clear();
	time.run_for(10s);
	EXPECT_EQ(served.size(), 2u) << "without any event";
}

TEST_F(PortSetTest, OnePortIsServedEvenIfItIsGone)
{
	sysfs.add_port({ "mlx4_0", 1 }, 2);
	sysfs.add_port({ "mlx4_0", 2 }, 3);
	ASSERT_TRUE(ports.serve({ "mlx4_0", 2 }, true));
	ports.update();
	sysfs.remove("class/infiniband");
	ports.update();
	EXPECT_EQ(served, Names { "mlx4_0:2" });
	EXPECT_EQ(told, 2u);
	refused = { "mlx4_0:1" };
	EXPECT_FALSE(ports.serve({ "mlx4_0", 1 }, true));
}

TEST_F(PortSetTest, AllPortsStopWithin100Ms)
{
	bool stopped = false;

	for (unsigned int number = 1; number <= 8; number++)
		sysfs.add_port({ "mlx4_0", number }, 2);
	ports.serve_all(rules);
	time.run_for(1s);
	fabric.at(Lid(1)).faults.dead = true;
	ports.stop([&] {
		EXPECT_FALSE(stopped) << "once";
		stopped = true;
	});
	EXPECT_FALSE(stopped);
	time.run_for(100ms);
	EXPECT_TRUE(stopped);
}

TEST_F(PortSetTest, NothingToStop)
{
	bool stopped = false;

	ports.serve_all(rules);
	ports.stop([&] { stopped = true; });
	time.run_for(1ms);
	EXPECT_TRUE(stopped);
}

// Devices go, rules come and signals arrive while the last answers of the SM are waited for: that changes nothing any more.
TEST_F(PortSetTest, StopsWhateverHappensMeanwhile)
{
	unsigned int stopped = 0;

	sysfs.add_port({ "mlx4_0", 1 }, 2);
	ports.serve_all(rules);
	time.run_for(1s);
	fabric.at(Lid(1)).faults.dead = true;
	ports.stop([&] { stopped++; });
	told = 0;
	time.run_for(10ms);
	sysfs.remove("class/infiniband");
	ports.update();
	ports.restart("Got SIGUSR1");
	ports.use_rules(rules);
	ports.stop([&] { stopped += 10; });
	EXPECT_EQ(served.size(), 1u);
	EXPECT_EQ(told, 0u);
	time.run_for(1s);
	EXPECT_EQ(stopped, 1u);
}

// A service that never calls back is not waited for.
TEST_F(PortSetTest, AServiceThatDoesNotStop)
{
	unsigned int stopped = 0;

	sysfs.add_port({ "mlx4_0", 1 }, 2);
	deaf = true;
	ports.serve_all(rules);
	ports.stop([&] { stopped++; });
	time.run_for(100ms);
	EXPECT_EQ(stopped, 1u);
}

TEST(Uevents, AboutRdma)
{
	const auto event = [](const std::string &subsystem) {
		return "add@/devices/x" + std::string(1, '\0') + "ACTION=add" + std::string(1, '\0') + "SUBSYSTEM=" + subsystem + std::string(1, '\0') +
		       "SEQNUM=7" + std::string(1, '\0');
	};

	for (const char *subsystem : { "infiniband", "infiniband_mad", "infiniband_verbs", "infiniband_srp" })
		EXPECT_TRUE(is_about_rdma(event(subsystem))) << subsystem;
	for (const char *subsystem : { "net", "infiniband_cm", "", "infinibandx" })
		EXPECT_FALSE(is_about_rdma(event(subsystem))) << subsystem;
	EXPECT_FALSE(is_about_rdma(""));
	EXPECT_FALSE(is_about_rdma(std::string_view("\0\0\0", 3)));
	EXPECT_FALSE(is_about_rdma("SUBSYSTEM"));
	EXPECT_TRUE(is_about_rdma("SUBSYSTEM=infiniband")) << "cut off";
}

} // namespace
