// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// What is around discovery: event loop, logins beside it, options, locks, word to systemd; and the programs themselves, run as users do.
#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <thread>

#include <nlohmann/json.hpp>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "event_loop.h"
#include "fake_sysfs.h"
#include "ibsrpdm_options.h"
#include "notify_socket.h"
#include "report.h"
#include "service.h"
#include "srp_daemon_options.h"
#include "writer.h"

using namespace srp;
using namespace std::chrono_literals;

namespace {

struct Outcome {
	int status = -1;
	std::string out;	// stdout and stderr
};

// name: ibsrpdm or srp_daemon; environment: "A=b " in front
Outcome run(const std::string &name, const std::string &arguments, const std::string &environment = "")
{
	const std::string command = environment + " " SRP_TOOLS_DIR "/" + name + " " + arguments + " 2>&1";
	Outcome outcome;
	FILE *pipe = popen(command.c_str(), "r");
	char buffer[4096];

	for (size_t n; (n = fread(buffer, 1, sizeof(buffer), pipe)) > 0;)
		outcome.out.append(buffer, n);
	const int status = pclose(pipe);
	outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + status;
	return outcome;
}

std::unique_ptr<EventLoop> loop_of_test()
{
	auto loop = EventLoop::create();

	EXPECT_TRUE(loop);
	return std::move(*loop);
}

} // namespace

TEST(EventLoop, TimersInOrder)
{
	auto loop = loop_of_test();
	std::string order;
	const Timer b = loop->after(20ms, [&] { order += "b"; });
	const Timer a = loop->after(5ms, [&] { order += "a"; });
	Timer never = loop->after(10ms, [&] { order += "x"; });
	const Timer end = loop->after(30ms, [&] { loop->stop(); });

	never.cancel();
	loop->run();
	EXPECT_EQ(order, "ab");
}

TEST(EventLoop, AWatchMayEndItself)
{
	auto loop = loop_of_test();
	int pipe_fds[2];
	unsigned int calls = 0;
	ASSERT_EQ(pipe(pipe_fds), 0);
	const Fd in(pipe_fds[0]), out(pipe_fds[1]);
	EventLoop::Watch watch;

	watch = std::move(*loop->watch(in.get(), [&] {
		calls++;
		watch = {};
	}));
	ASSERT_EQ(write(out.get(), "x", 1), 1);
	const Timer end = loop->after(30ms, [&] { loop->stop(); });
	loop->run();
	EXPECT_EQ(calls, 1u);
}

// The thread for logins exists before the signals are blocked, as in the daemon; a signal must not find it.
TEST(Writer, SignalsBelongToTheLoop)
{
	TempDir dir;
	auto loop = loop_of_test();
	auto logins = WriterThreads::create(*loop, 1);
	std::vector<int> seen;
	std::string error;

	ASSERT_TRUE(logins);
	dir.write("add_target", "");
	(*logins)->submit(dir.path() / "add_target", "id_ext=1", [&](Result<void> done) {
		error = done ? "none" : done.error().text;
		kill(getpid(), SIGHUP);
	});
	ASSERT_TRUE(loop->on_signals({ SIGHUP }, [&](int signal) {
		seen.push_back(signal);
		loop->stop();
	}));
	const Timer end = loop->after(5s, [&] { loop->stop(); });
	loop->run();
	EXPECT_EQ(error, "none");
	EXPECT_EQ(seen, std::vector<int> { SIGHUP });
	EXPECT_EQ(dir.read("add_target"), "id_ext=1") << "no newline";
}

TEST(Writer, TheReasonInWords)
{
	TempDir dir;
	auto loop = loop_of_test();
	auto logins = WriterThreads::create(*loop, 1);
	std::string text;

	ASSERT_TRUE(logins);
	(*logins)->submit(dir.path() / "none" / "add_target", "id_ext=1", [&](Result<void> done) {
		text = login_error_text(done.error(), std::nullopt);
		loop->stop();
	});
	const Timer end = loop->after(5s, [&] { loop->stop(); });
	loop->run();
	EXPECT_EQ(text, "the port has no add_target, maybe ib_srp is not loaded (modprobe ib_srp)");
}

// No more threads, for example because of TasksMax=: an error in words, not the end of the process.
TEST(Writer, NoThread)
{
	auto loop = loop_of_test();
	pthread_attr_t before, huge;

	ASSERT_EQ(pthread_getattr_default_np(&before), 0);
	ASSERT_EQ(pthread_attr_init(&huge), 0);
	ASSERT_EQ(pthread_attr_setstacksize(&huge, size_t(1) << 50), 0);
	ASSERT_EQ(pthread_setattr_default_np(&huge), 0);
	const auto none = WriterThreads::create(*loop, 1);
	ASSERT_EQ(pthread_setattr_default_np(&before), 0);
	pthread_attr_destroy(&before);
	pthread_attr_destroy(&huge);
	ASSERT_FALSE(none);
	EXPECT_TRUE(none.error().text.starts_with("cannot start a thread for logins: ")) << none.error().text;
}

// A login that hangs in the kernel must not keep the daemon from ending.
TEST(Writer, ALoginThatHangsIsLeftBehind)
{
	TempDir dir;
	ASSERT_EQ(mkfifo((dir.path() / "add_target").c_str(), 0600), 0);
	auto loop = loop_of_test();
	auto logins = WriterThreads::create(*loop, 1);
	const TimePoint start = Clock::now();

	ASSERT_TRUE(logins);
	(*logins)->submit(dir.path() / "add_target", "id_ext=1", [](Result<void>) { FAIL(); });
	const Timer end = loop->after(20ms, [&] { loop->stop(); });
	loop->run();
	logins = Error { "gone" };
	EXPECT_LT(Clock::now() - start, 1s);
	// Let the thread go, for the leak checker: opening the other end ends its open().
	EXPECT_NE(dir.read("add_target"), "nothing");
}

TEST(Service, OnePerPort)
{
	TempDir dir;
	auto first = lock_port(dir.path(), { "mlx4_0", 1 });

	ASSERT_TRUE(first);
	struct stat status;
	ASSERT_EQ(stat((dir.path() / "srp_daemon_mlx4_0_1").c_str(), &status), 0);
	EXPECT_EQ(status.st_mode & 022, 0u) << "writable for others";
	// lockf() is per process, so another one has to try.
	const pid_t child = fork();
	if (!child)
		_exit(lock_port(dir.path(), { "mlx4_0", 1 }) ? 0 : lock_port(dir.path(), { "mlx4_0", 2 }) ? 7 : 8);
	int result;
	ASSERT_EQ(waitpid(child, &result, 0), child);
	EXPECT_EQ(WEXITSTATUS(result), 7);
	EXPECT_FALSE(lock_port(dir.path() / "none", { "mlx4_0", 1 }));
}

TEST(Service, TellsSystemd)
{
	TempDir dir;
	const std::string path = dir.path() / "notify";
	NotifySocket systemd(path);
	setenv("NOTIFY_SOCKET", path.c_str(), 1);
	setenv("WATCHDOG_USEC", "30000000", 1);
	const auto manager = ServiceManager::from_environment();
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");

	EXPECT_EQ(manager.watchdog_period(), 15s);
	manager.notify("READY=1");
	EXPECT_EQ(systemd.told(), "READY=1\n");
	ServiceManager::from_environment().notify("nobody listens");
}

// systemd is busy and its queue is full. Numbers for people may get lost then; READY=1 is waited for, and not for ever.
TEST(Service, WhatMustArriveArrives)
{
	TempDir dir;
	const std::string path = dir.path() / "notify";
	NotifySocket systemd(path);
	setenv("NOTIFY_SOCKET", path.c_str(), 1);
	const auto manager = ServiceManager::from_environment();
	unsetenv("NOTIFY_SOCKET");

	TimePoint start = Clock::now();
	for (int i = 0; i < 5000; i++)
		manager.notify("STATUS=busy");
	manager.announce("READY=1");
	EXPECT_GE(Clock::now() - start, 900ms) << "the queue is full";
	EXPECT_EQ(systemd.told().find("READY=1"), std::string::npos);

	for (int i = 0; i < 5000; i++)
		manager.notify("STATUS=busy");
	std::thread busy([&] {
		std::this_thread::sleep_for(50ms);
		systemd.told();
	});
	manager.announce("READY=1");
	busy.join();
	EXPECT_TRUE(systemd.told().ends_with("READY=1\n"));
}

TEST(Log, SaysTheSameOnlyNowAndThen)
{
	class Hours : public Scheduler {
	public:
		TimePoint now() const override { return time; }
		TimePoint time;
	} clock;
	std::vector<std::string> lines;
	Log log(clock, [&](Priority, const std::string &text) { lines.push_back(text); }, Priority::Info);

	for (int minute = 0; minute < 25; minute++) {
		clock.time = TimePoint(std::chrono::minutes(minute));
		log.error("bad\n");
		log.debug("detail");
	}
	EXPECT_EQ(lines, (std::vector<std::string> { "bad\\x0a", "bad\\x0a (9 more of these)", "bad\\x0a (9 more of these)" }));
}

TEST(Options, AsGetoptTookThem)
{
	SrpDaemonOptions o;
	const CommandLine line = srp_daemon_command_line(o);

	ASSERT_TRUE(line.parse({ "-ecoc", "-nR60", "-j", "mlx4_0:2", "-t", "100", "ignored", "-r7", "-f", "rules", "-T", "0", "--systemd", "-l", "7",
				 "-vV", "-a" }));
	ASSERT_TRUE(complete(o));
	EXPECT_TRUE(o.config.execute && o.config.print && o.once && o.config.login.initiator_ext && o.config.all && o.verbose && o.debug);
	EXPECT_FALSE(o.config.human);
	EXPECT_EQ(o.config.rescan, 60s);
	EXPECT_EQ(o.config.recheck, 0s);
	EXPECT_EQ(o.port.device, "mlx4_0");
	EXPECT_EQ(o.port.number, 2u);
	EXPECT_EQ(o.config.policy.timeout, 100ms);
	EXPECT_EQ(o.config.policy.tries, 7u);
	EXPECT_EQ(o.config.login.tl_retry_count, 7u);
	EXPECT_EQ(o.rules_file, "rules");

	SrpDaemonOptions defaults;
	ASSERT_TRUE(srp_daemon_command_line(defaults).parse({ "-l", "3", "-j", "a:1", "-i", "b", "-k", "8001", "--pkey=0x7fff" }));
	ASSERT_TRUE(complete(defaults));
	EXPECT_EQ(defaults.config.login.tl_retry_count, std::nullopt) << "only with -e";
	EXPECT_EQ(defaults.port.device, "b") << "the last one counts, for each part";
	EXPECT_EQ(defaults.port.number, 1u);
	EXPECT_EQ(defaults.config.pkeys, (std::vector<Pkey> { Pkey(0x8001), Pkey(0x7fff) }));
	EXPECT_EQ(defaults.rules_file, "/etc/srp_daemon.conf");
	EXPECT_EQ(defaults.config.rescan, 0s);
	EXPECT_EQ(defaults.config.recheck, 20s);
	EXPECT_EQ(defaults.config.policy.timeout, 5s);
	EXPECT_EQ(defaults.config.policy.tries, 3u);
}

TEST(Options, Mistakes)
{
	for (const std::vector<std::string> &bad : std::vector<std::vector<std::string>> {
		     { "-R", "0" }, { "-R", "-5" }, { "-R", "x" }, { "-t", "0" }, { "-t", "5x" }, { "-r", "0" }, { "-l", "1" }, { "-l", "8" }, { "-p", "0" },
		     { "-p", "1x" }, { "-j", "mlx4_0" }, { "-j", ":1" }, { "-j", "mlx4_0:0" }, { "-k", "0" }, { "-k", "18001" }, { "-T", "-1" },
		     { "-x" }, { "--nonsense" }, { "-R" }, { "-f" } }) {
		SrpDaemonOptions o;
		EXPECT_FALSE(srp_daemon_command_line(o).parse(bad)) << bad[0] << " " << bad.back();
	}
}

TEST(Options, WhatDoesNotGoTogether)
{
	for (const std::vector<std::string> &bad : std::vector<std::vector<std::string>> {
		     { "--json" }, { "--strict" }, { "--status", "-o" }, { "--all-ports", "-o" }, { "--all-ports", "-i", "a" }, { "--all-ports", "-p", "2" },
		     { "--all-ports", "-d", "umad0" } }) {
		SrpDaemonOptions o;
		EXPECT_TRUE(srp_daemon_command_line(o).parse(bad)) << bad[0];
		EXPECT_FALSE(complete(o)) << bad[0] << " " << bad.back();
	}
	for (const std::vector<std::string> &good : std::vector<std::vector<std::string>> {
		     { "--json", "-o" }, { "--json", "--status" }, { "--strict", "--check-config" }, { "--all-ports", "-e", "-R", "60" },
		     { "--status", "-i", "a" } }) {
		SrpDaemonOptions o;
		EXPECT_TRUE(srp_daemon_command_line(o).parse(good) && complete(o)) << good[0];
	}
}

// What other programs of that name took must not keep a service from starting.
TEST(Options, TooMuchIsTheMost)
{
	SrpDaemonOptions o;

	ASSERT_TRUE(srp_daemon_command_line(o).parse({ "-r", "17", "-t", "3600001", "-R", "99999999999", "-T", "2592001" }));
	EXPECT_EQ(o.config.policy.tries, 16u);
	EXPECT_EQ(o.timeout, 1h);
	EXPECT_EQ(o.config.rescan, 720h);
	EXPECT_EQ(o.config.recheck, 720h);
	EXPECT_EQ(o.warnings, (std::vector<std::string> { "-r 17 is too much; 16 is used", "-t 3600001 is too much; 3600000 is used",
							  "-R 99999999999 is too much; 2592000 is used", "-T 2592001 is too much; 2592000 is used" }));
	SrpDaemonOptions most;
	ASSERT_TRUE(srp_daemon_command_line(most).parse({ "-r", "16", "-T", "2592000" }));
	EXPECT_TRUE(most.warnings.empty());
}

// A drop-in takes back what the file before it said.
TEST(Options, AllPkeys)
{
	SrpDaemonOptions daemon;
	IbsrpdmOptions once;

	ASSERT_TRUE(srp_daemon_command_line(daemon).parse({ "-k", "8001", "-k", "all" }));
	EXPECT_TRUE(daemon.config.pkeys.empty());
	ASSERT_TRUE(ibsrpdm_command_line(once).parse({ "-k", "8001", "--pkey", "all", "-k", "8002" }));
	EXPECT_EQ(once.pkeys, std::vector<Pkey> { Pkey(0x8002) });
}

// Only who waits for the end of a scan gives up sooner, and not if he said how long to wait.
TEST(Options, WhoWaitsForTheEnd)
{
	const auto adaptive = [](const std::vector<std::string> &arguments) {
		SrpDaemonOptions o;
		EXPECT_TRUE(srp_daemon_command_line(o).parse(arguments) && complete(o));
		return o.config.policy.adaptive;
	};

	EXPECT_FALSE(adaptive({ "-e" }));
	EXPECT_TRUE(adaptive({ "-e", "-o" }));
	EXPECT_FALSE(adaptive({ "-o", "-t", "5000" }));
}

// One table: every option is in the help and in the manual page.
TEST(Options, HelpAndManualPage)
{
	SrpDaemonOptions o;
	const CommandLine line = srp_daemon_command_line(o);

	for (char c : std::string("caeodijpkRTftrlnvVh")) {
		EXPECT_NE(line.help().find(std::string("  -") + c), std::string::npos) << c;
		EXPECT_NE(line.man_options().find(std::string("\\fB\\-") + c), std::string::npos) << c;
	}
}

TEST(Report, ForPeople)
{
	IoUnit unit = { .lid = Lid(4), .gid = Gid(0xfe80000000000000, Guid(0x100005)), .pkey = Pkey(0x8001) };
	unit.info.change_id = 1;
	unit.info.max_controllers = 1;
	unit.info.set_slot(1, Slot::Present);
	unit.controllers.push_back({ .slot = 1,
				     .profile = { .guid = Guid(0x100004), .vendor_id = 0x2c9, .device_id = 0x1003, .io_class = 0x100,
						  .send_message_size = 2116, .service_entries = 1, .id = "Fake SRP target 0\x1b" },
				     .services = { { "SRP.T10:0000000000100004", ServiceId(0x100004) }, { "other", ServiceId(1) } } });
	const std::string head = "IO Unit Info:\n"
				 "    port LID:        0004\n"
				 "    port GID:        fe800000000000000000000000100005\n";
	const std::string middle = "    change ID:       0001\n"
				   "    max controllers: 0x01\n";
	const std::string tail = "\n"
				 "    controller[  1]\n"
				 "        GUID:      0000000000100004\n"
				 "        vendor ID: 0002c9\n"
				 "        device ID: 001003\n"
				 "        IO class : 0100\n"
				 "        Maximum size of Send Messages in bytes: 2116\n"
				 "        ID:        Fake SRP target 0\\x1b\n"
				 "        service entries: 1\n"
				 "            service[  0]: 0000000000100004 / SRP.T10:0000000000100004\n"
				 "\n";

	EXPECT_EQ(human_report(unit, {}), head + middle + tail);
	EXPECT_EQ(human_report(unit, { .slots = true, .pkey = true }),
		  head + "    P_Key:           8001\n" + middle + "    controller[  1]: present\n" + tail);

	EXPECT_FALSE(shows_pkey({ .pkeys = { Pkey(0xffff), Pkey(0x7fff), Pkey(0) } }, {})) << "one partition";
	EXPECT_TRUE(shows_pkey({ .pkeys = { Pkey(0xffff), Pkey(0x8001) } }, {}));
	EXPECT_TRUE(shows_pkey({ .pkeys = { Pkey(0xffff) } }, { Pkey(0xffff) }));

	const auto json = nlohmann::json::parse(json_report({ .name = { "a", 1 }, .pkeys = { Pkey(0x8001) } }, { .units = { unit } },
							    { { .login = "id_ext=1" } }));
	EXPECT_EQ(json["units"][0]["controllers"][0]["services"][0]["name"], "SRP.T10:0000000000100004");
	EXPECT_EQ(json["targets"][0]["login"], "id_ext=1");
	EXPECT_TRUE(json["targets"][0]["connected"].is_null());
}

TEST(Programs, ExitStatus)
{
	FakeSysfs sysfs;
	const std::string empty = "SYSFS_PATH=" + sysfs.path().string();

	EXPECT_EQ(run("ibsrpdm", "-h").status, 1);
	EXPECT_EQ(run("ibsrpdm", "--help").status, 0);
	EXPECT_EQ(run("ibsrpdm", "-x").status, 1);
	EXPECT_EQ(run("ibsrpdm", "-k 0").status, 1);
	EXPECT_EQ(run("srp_daemon", "-h").status, 1);
	EXPECT_EQ(run("srp_daemon", "--version").status, 0);
	EXPECT_EQ(run("srp_daemon", "--help").out.rfind("Usage: srp_daemon ", 0), 0u);
	EXPECT_EQ(run("ibsrpdm", "--help").out.rfind("Usage: ibsrpdm ", 0), 0u) << "the name decides";

	const auto none = run("ibsrpdm", "-c", empty);
	EXPECT_EQ(none.status, 1);
	EXPECT_NE(none.out.find("no InfiniBand port found"), std::string::npos);
	EXPECT_EQ(run("srp_daemon", "-o -i nosuch", empty).status, 1) << "was 0";
	EXPECT_EQ(run("srp_daemon", "-i nosuch", empty).status, 1) << "was 0";
	EXPECT_EQ(run("ibsrpdm", "-d umad7", empty).status, 1);
	sysfs.add_port({ "roce0", 1 }, 0, {}, "Ethernet");
	sysfs.write("rules", "t id_ext=1,ioc_guid=2,dest=10.1.0.2:5555\nt id_ext=3,ioc_guid=4,dest=10.1.0.3:5555,port=other:1\n");
	EXPECT_EQ(run("srp_daemon", "-o -e -i roce0 -f " + (sysfs.path() / "rules").string(), empty).status, 0);
	EXPECT_EQ(sysfs.read("class/infiniband_srp/srp-roce0-1/add_target"), "id_ext=0000000000000001,ioc_guid=0000000000000002,dest=10.1.0.2:5555");
	EXPECT_NE(run("srp_daemon", "-o -i roce0", empty).out.find("Unsupported link layer Ethernet"), std::string::npos);
}

TEST(Programs, Status)
{
	FakeSysfs sysfs;
	const std::string environment = "SYSFS_PATH=" + sysfs.path().string();

	EXPECT_EQ(run("srp_daemon", "--status --strict", environment).out, "No targets\n");
	sysfs.add_port({ "fake0", 1 }, 2);
	sysfs.add_host("host7", { .id_ext = "1", .ioc_guid = Guid(2), .dgid = Gid(1, Guid(3)), .pkey = Pkey(0xffff) }, { "fake0", 1 });
	const auto shown = run("srp_daemon", "--status", environment);
	EXPECT_EQ(shown.status, 0);
	EXPECT_NE(shown.out.find("fake0:1 -> 00000000000000010000000000000003 P_Key ffff: unknown, host7\n"), std::string::npos) << shown.out;
	EXPECT_EQ(run("srp_daemon", "--status --strict", environment).status, 2) << "nobody serves the port";
	const auto json = nlohmann::json::parse(run("srp_daemon", "--status --json", environment).out);
	EXPECT_EQ(json["targets"][0]["paths"][0]["host"], "host7");
	EXPECT_EQ(run("srp_daemon", "--status -i nosuch", environment).status, 1);
}

// A full disk is told, and is no success.
TEST(Programs, FullDisk)
{
	FakeSysfs sysfs;
	const std::string environment = "SYSFS_PATH=" + sysfs.path().string();

	// stdout, and stderr as well: then the exit status is all that is left.
	EXPECT_EQ(run("srp_daemon", "--status >/dev/full", environment).status, 1);
	EXPECT_EQ(run("srp_daemon", "--check-config -f /dev/null >/dev/full", environment).status, 1);
	EXPECT_EQ(run("ibsrpdm", "-c >/dev/full", environment).status, 1);
	const auto told = run("srp_daemon", "--status 2>&1 1>/dev/full | cat; true", environment);
	EXPECT_NE(told.out.find("cannot write the status: No space left on device"), std::string::npos) << told.out;
}

// -V goes to stderr, so that what scripts read stays what it was.
TEST(Programs, DebugDoesNotMixWithTheResult)
{
	FakeSysfs sysfs;

	sysfs.add_port({ "roce0", 1 }, 0, {}, "Ethernet");
	sysfs.write("rules", "t id_ext=1,ioc_guid=2,dest=10.1.0.2:5555\n");
	EXPECT_EQ(run("srp_daemon", "-o -e -c -V -i roce0 -f " + (sysfs.path() / "rules").string() + " 2>/dev/null", "SYSFS_PATH=" + sysfs.path().string()).out,
		  "");
}

TEST(Options, TheReportNamesThePort)
{
	SrpDaemonOptions o;

	EXPECT_NE(configuration_report(o, PortName { "mlx4_0", 2 }).find("\"mlx4_0\"\n IB port                    \t\t: 2\n"), std::string::npos);
	EXPECT_NE(configuration_report(o, std::nullopt).find("\"all\"\n IB port                    \t\t: all\n"), std::string::npos);
}

// vm:245 has it beside rdma-core's.
TEST(Options, TheReportSaysWhatIsSet)
{
	SrpDaemonOptions o;
	const auto says = [&](const std::string &line) {
		return configuration_report(o, PortName { "mlx4_0", 2 }).find("\n " + line + "\n") != std::string::npos;
	};

	EXPECT_TRUE(says("Do not print initiator_ext"));
	EXPECT_TRUE(says("No full target rescan"));
	EXPECT_TRUE(says("Prints add target command  \t\t: 0"));
	EXPECT_TRUE(says("Report current targets and stop \t: 0"));
	o.once = o.config.print = o.config.login.initiator_ext = true;
	o.config.rescan = 30s;
	o.config.recheck = 7s;
	o.config.policy.timeout = 700ms;
	EXPECT_TRUE(says("Print initiator_ext"));
	EXPECT_TRUE(says("Performs full target rescan every 30 seconds"));
	EXPECT_TRUE(says("Retries to connect to existing target after 7 seconds"));
	EXPECT_TRUE(says("Prints add target command  \t\t: 1"));
	EXPECT_TRUE(says("Executes add target command\t\t: 0"));
	EXPECT_TRUE(says("Report current targets and stop \t: 1"));
	o.config.recheck = 0s;
	EXPECT_TRUE(says("Do not retry to connect to existing targets"));
	EXPECT_TRUE(says("Mad timeout (msec)\t     \t\t: 700"));
}

TEST(Programs, CheckConfig)
{
	TempDir dir;

	dir.write("good", "a ioc_guid=1\nd\n");
	dir.write("bad", "d\na foo=1\n");
	dir.write("odd", "d pkey=1ffff\n");
	EXPECT_EQ(run("srp_daemon", "--check-config -f " + (dir.path() / "odd").string()).status, 0);
	EXPECT_EQ(run("srp_daemon", "--check-config --strict -f " + (dir.path() / "odd").string()).status, 2);
	const auto good = run("srp_daemon", "--check-config -f " + (dir.path() / "good").string());
	EXPECT_EQ(good.status, 0);
	EXPECT_NE(good.out.find("2 rules and 0 targets"), std::string::npos);
	const auto bad = run("srp_daemon", "--check-config -f " + (dir.path() / "bad").string());
	EXPECT_EQ(bad.status, 1);
	EXPECT_NE(bad.out.find("/bad line 2: unknown key 'foo'"), std::string::npos) << bad.out;
	EXPECT_EQ(run("srp_daemon", "--check-config -f " + dir.path().string()).status, 1);
	EXPECT_EQ(run("srp_daemon", "--check-config -f " + (dir.path() / "none").string()).status, 0);
}
