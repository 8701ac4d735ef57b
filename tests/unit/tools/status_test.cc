// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// What people and programs are told of the connections, and how far a scan is.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <sys/wait.h>
#include <unistd.h>

#include "fake_sysfs.h"
#include "progress.h"
#include "service.h"
#include "simulated_time.h"
#include "status.h"

using namespace srp;
using namespace std::chrono_literals;

namespace {

Target target_at(uint16_t lid)
{
	return { .id_ext = "200004", .ioc_guid = Guid(0x200004), .dgid = Gid(0xfe80000000000000, Guid(0x100000u + lid)), .pkey = Pkey(0xffff),
		 .service_id = ServiceId(0x200004), .send_message_size = 8192 };
}

class StatusTest : public testing::Test {
protected:
	StatusTest()
	{
		sysfs.add_port(name, 2);
		run.write("placeholder", "");
	}
	~StatusTest() override { unlock(); }

	// Another process serves the port; it says this, with its own number.
	void daemon(std::vector<TargetState> targets, const std::string &problem = "")
	{
		int ready[2];
		char byte;

		unlock();
		ASSERT_EQ(pipe(ready), 0);
		child = fork();
		if (!child) {
			auto lock = lock_port(run.path(), name);
			_exit(lock && write(ready[1], "x", 1) == 1 && pause() ? 1 : 1);
		}
		ASSERT_EQ(read(ready[0], &byte, 1), 1);
		close(ready[0]);
		close(ready[1]);
		ASSERT_TRUE(replace_file(state_file(run.path(), name), encode_state({ .pid = child, .problem = problem, .targets = targets })));
	}
	void unlock()
	{
		if (child > 0) {
			kill(child, SIGKILL);
			waitpid(child, nullptr, 0);
		}
		child = 0;
	}
	// A login with its remote port.
	void host(const std::string &host, uint16_t lid, const std::string &state, const std::map<std::string, std::string> &more = {})
	{
		const std::string dir = "class/srp_remote_ports/port-" + host.substr(4) + ":1/";

		sysfs.add_host(host, target_at(lid), name);
		sysfs.write("class/scsi_host/" + host + "/ch_count", "4\n");
		sysfs.write("class/scsi_host/" + host + "/req_lim", "62\n");
		sysfs.write("class/scsi_host/" + host + "/zero_req_lim", "0\n");
		for (const auto &[file, text] : std::map<std::string, std::string> { { "state", state }, { "failed_reconnects", "0" },
										     { "reconnect_delay", "10" }, { "fast_io_fail_tmo", "15" },
										     { "dev_loss_tmo", "600" } })
			sysfs.write(dir + file, text + "\n");
		for (const auto &[file, text] : more)
			sysfs.write(file.find('/') == file.npos ? dir + file : file, text + "\n");
	}
	StatusReport report() { return collect_status(sysfs.view(), run.path(), std::nullopt, now); }
	// The only path of the only target.
	PathStatus path()
	{
		const auto all = report();
		EXPECT_EQ(all.targets.size(), 1u);
		EXPECT_EQ(all.targets.at(0).paths.size(), 1u);
		return all.targets[0].paths[0];
	}

	const PortName name { "fake0", 1 };
	const TimePoint now { 1000s };
	FakeSysfs sysfs;
	TempDir run;
	pid_t child = 0;
};

const std::string kLogin = login_string(target_at(4), {}, "");

TEST_F(StatusTest, AllIsWell)
{
	host("host7", 4, "running");
	daemon({ { .what = "target 200004", .login = kLogin, .state = "connected" } });
	EXPECT_EQ(path(), (PathStatus { .local = name, .to = target_at(4).dgid.text(), .pkey = "ffff", .host = "host7", .state = "running",
					.channels = 4, .waits = 0, .credits = 62 }));
	EXPECT_TRUE(report().all_well());
	EXPECT_EQ(human_status(report()), fmt::format("Port fake0:1: active, LID 2, SM LID 1; srp_daemon {}\n"
						      "Target id_ext 0000000000200004, ioc_guid 0000000000200004\n"
						      "  fake0:1 -> fe800000000000000000000000100004 P_Key ffff: running, host7, 4 channels, 62 credits\n",
						      child));
	const auto json = nlohmann::json::parse(json_status(report()));
	EXPECT_TRUE(json["all_well"]);
	EXPECT_EQ(json["ports"][0]["daemon"], child);
	EXPECT_EQ(json["targets"][0]["paths"][0]["channels"], 4);
	EXPECT_TRUE(json["targets"][0]["paths"][0]["error"].is_null());
}

TEST_F(StatusTest, EveryStateComesWithAdvice)
{
	daemon({});
	host("host7", 4, "blocked", { { "failed_reconnects", "3" } });
	EXPECT_EQ(path().error, "3 attempts to reconnect failed");
	host("host7", 4, "blocked", { { "failed_reconnects", "3" }, { "class/scsi_host/host7/last_error", "no answer from there; look" } });
	EXPECT_EQ(path().error, "3 attempts to reconnect failed: no answer from there; look");
	host("host7", 4, "blocked", { { "class/scsi_host/host7/last_error", "" } });
	EXPECT_EQ(path().error, "");
	EXPECT_EQ(path().advice, "the connection is lost and I/O waits (fast_io_fail_tmo 15): check cable, switch and target; it reconnects every 10 s");
	host("host7", 4, "fail-fast", { { "reconnect_delay", "off" } });
	EXPECT_EQ(path().advice, "the connection is lost and I/O fails over (dev_loss_tmo 600): check cable, switch and target; it will not reconnect "
				 "by itself, because reconnect_delay of port-7:1 is off");
	host("host7", 4, "lost");
	EXPECT_NE(path().advice.find("is being removed"), std::string::npos);
	host("host7", 4, "running", { { "class/scsi_host/host7/req_lim", "-1" } });
	EXPECT_EQ(path().credits, -1);
	EXPECT_NE(path().advice.find("no credits"), std::string::npos);
	EXPECT_FALSE(report().all_well());
}

TEST_F(StatusTest, AFailedLogin)
{
	daemon({ { .login = kLogin, .state = "failed", .failures = 3, .error = "the target does not answer", .retry_at = now + 11500ms } });
	EXPECT_EQ(path().state, "failed");
	EXPECT_EQ(path().next_attempt, 12s);
	EXPECT_NE(human_status(report()).find("  fake0:1 -> fe800000000000000000000000100004 P_Key ffff: failed; the target does not answer "
					      "(3 times; again in 12 s)\n      correct what"),
		  std::string::npos)
		<< human_status(report());
	EXPECT_FALSE(report().all_well());
}

TEST_F(StatusTest, WhatTheDaemonSaysAndWhatTheKernelSays)
{
	TargetState other_pkey = { .login = kLogin, .state = "found" }, second_port = { .login = login_string(target_at(5), {}, ""), .state = "connecting" };

	host("host7", 4, "running");
	other_pkey.login.replace(other_pkey.login.find("pkey=ffff"), 9, "pkey=8001");
	daemon({ { .login = kLogin, .state = "connected", .left = true }, other_pkey, second_port });
	const auto all = report();
	ASSERT_EQ(all.targets.size(), 1u);
	ASSERT_EQ(all.targets[0].paths.size(), 2u) << "the second P_Key is no path of its own";
	EXPECT_EQ(all.targets[0].paths[0].error, "the port of the target left the fabric");
	EXPECT_EQ(all.targets[0].paths[1].state, "connecting");
}

TEST_F(StatusTest, TargetsOverRdmaCm)
{
	const std::string login = "id_ext=0000000000200004,ioc_guid=0000000000200004,dest=10.1.0.2:5555";

	daemon({ { .login = login, .state = "failed", .failures = 1, .error = "nobody listens there", .retry_at = now } });
	EXPECT_EQ(path().to, "10.1.0.2:5555");
	host("host7", 4, "running");
	for (const char *none : { "dgid", "orig_dgid", "pkey", "service_id" })
		sysfs.remove("class/scsi_host/host7/" + std::string(none));
	daemon({ { .login = login, .state = "connected" } });
	EXPECT_EQ(path().to, "10.1.0.2:5555");
	EXPECT_EQ(path().host, "host7");
}

TEST_F(StatusTest, Daemons)
{
	EXPECT_NE(human_status(report()).find("no srp_daemon\n      no srp_daemon serves this port: systemctl start srp_daemon_port@fake0:1\n"),
		  std::string::npos);
	daemon({}, "SM LID is 0, maybe no SM is running");
	EXPECT_NE(human_status(report()).find("      SM LID is 0, maybe no SM is running\n      check the port"), std::string::npos);
	// That of rdma-core has the same lock and says nothing; a file that is left over says nothing either.
	run.remove(state_file(run.path(), name).filename());
	EXPECT_EQ(report().ports[0].problem, "its srp_daemon tells nothing; it may be that of rdma-core");
	ASSERT_TRUE(replace_file(state_file(run.path(), name), encode_state({ .pid = 1 })));
	EXPECT_EQ(report().ports[0].problem, "its srp_daemon tells nothing; it may be that of rdma-core");
	ASSERT_TRUE(replace_file(state_file(run.path(), name), "{ \x1b"));
	EXPECT_NE(report().ports[0].problem.find("not a state of srp_daemon"), std::string::npos);
	for (const char c : human_status(report()))
		EXPECT_TRUE(c == '\n' || (c >= ' ' && c < 0x7f));
}

TEST_F(StatusTest, PortsOfOtherKinds)
{
	sysfs.add_port({ "roce0", 1 }, 0, {}, "Ethernet");
	EXPECT_EQ(report().ports.size(), 1u);
	EXPECT_EQ(collect_status(sysfs.view(), run.path(), PortName { "fake0", 2 }, now).ports.size(), 0u);
}

TEST(StateFile, ThereAndBack)
{
	const PortState state = { .pid = 7, .problem = "p\"\xff", .scanning = true,
				  .targets = { { .what = "w", .login = "l", .state = "failed", .left = true, .failures = 2, .error = "e",
						 .retry_at = TimePoint(12345ms) } } };
	auto back = decode_state(encode_state(state));

	ASSERT_TRUE(back) << back.error().text;
	back->problem = state.problem;	// bytes that are no UTF-8 are replaced
	EXPECT_EQ(*back, state);
}

TEST(StateFile, Garbage)
{
	std::mt19937 random(1);
	const std::string good = encode_state({ .pid = 7, .targets = { { .login = "l" } } });

	for (const char *text : { "", "[]", "{}", "7", "{\"pid\":\"x\"}", "{\"pid\":1,\"problem\":\"\",\"scanning\":true,\"targets\":[{}]}" })
		EXPECT_FALSE(decode_state(text)) << text;
	for (int round = 0; round < 2000; round++) {
		std::string text = good;
		text[random() % text.size()] = static_cast<char>(random());
		(void)decode_state(text);
	}
}

// A full disk: the old file stays, no half of a new one.
TEST(StateFile, AFullDisk)
{
	TempDir dir;

	ASSERT_TRUE(replace_file(dir.path() / "state", "old"));
	ASSERT_EQ(symlink("/dev/full", (dir.path() / "other.new").c_str()), 0);
	EXPECT_FALSE(replace_file(dir.path() / "other", "text")) << "no link is followed";
	std::filesystem::create_directory(dir.path() / "state.new");
	EXPECT_FALSE(replace_file(dir.path() / "state", "new"));
	EXPECT_EQ(dir.read("state"), "old");
	EXPECT_FALSE(replace_file(dir.path() / "none" / "state", "new"));
}

TEST(Service, WhoHoldsTheLock)
{
	TempDir dir;
	int ready[2];
	char byte;

	EXPECT_EQ(lock_holder(dir.path(), { "a", 1 }), std::nullopt) << "no file";
	ASSERT_EQ(pipe(ready), 0);
	const pid_t child = fork();
	if (!child) {
		auto lock = lock_port(dir.path(), { "a", 1 });
		_exit(lock && write(ready[1], "x", 1) == 1 && pause() ? 1 : 1);
	}
	ASSERT_EQ(read(ready[0], &byte, 1), 1);
	EXPECT_EQ(lock_holder(dir.path(), { "a", 1 }), child);
	kill(child, SIGKILL);
	waitpid(child, nullptr, 0);
	EXPECT_EQ(lock_holder(dir.path(), { "a", 1 }), std::nullopt) << "the file stays";
}

TEST(Progress, OnlyForWhoWaits)
{
	SimulatedTime time;
	std::string shown;
	const Progress::Sink sink = [&](const std::string &text) { shown += text; };
	{
		const Progress quick(time, sink, [] { return "half"; });
		time.run_for(900ms);
	}
	EXPECT_EQ(shown, "");
	{
		const Progress slow(time, sink, [&] { return fmt::format("at {}", time.elapsed().count()); });
		time.run_for(1300ms);
	}
	EXPECT_EQ(shown, "\r\x1b[Kat 1900\r\x1b[Kat 2100\r\x1b[K");
	const Progress nobody_looks(time, {}, [] { return "x"; });
	time.run();
}

} // namespace
