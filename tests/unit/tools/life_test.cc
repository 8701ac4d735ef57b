// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// srp_daemon as a process, from its start to its end: on a port without a fabric, with a target of the rules file.
#include <gtest/gtest.h>

#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "fake_sysfs.h"
#include "notify_socket.h"
#include "scheduler.h"
#include "state_file.h"

using namespace srp;
using namespace std::chrono_literals;

namespace {

// The lock and the state are in /run, which belongs to root. The name of the device is ours alone.
class LifeTest : public testing::Test {
protected:
	LifeTest() : device("srptest" + std::to_string(getpid()))
	{
		sysfs.add_port({ device, 1 }, 0, {}, "Ethernet");
		sysfs.write("rules", kRules);
	}
	void SetUp() override
	{
		if (access("/run", W_OK))
			GTEST_SKIP() << "/run is not writable: " << strerror(errno);
	}
	~LifeTest() override
	{
		if (pid > 0) {
			kill(pid, SIGKILL);
			waitpid(pid, nullptr, 0);
		}
		unlink(lock().c_str());
	}
	std::string lock() const { return "/run/srp_daemon_" + device + "_1"; }
	std::string log() const { return sysfs.read("log"); }
	std::string logins() const { return sysfs.read("class/infiniband_srp/srp-" + device + "-1/add_target"); }

	// Its stderr is the file "log", or what log_to says.
	void start(std::vector<std::string> arguments, bool journal = false, const char *log_to = nullptr)
	{
		const std::string path = (sysfs.path() / "log").string();
		const int fd = open(log_to ? log_to : path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
		struct stat status;

		ASSERT_GE(fd, 0);
		ASSERT_EQ(fstat(fd, &status), 0);
		arguments.insert(arguments.begin(), { "srp_daemon", "-e", "-f", (sysfs.path() / "rules").string() });
		std::vector<char *> argv;
		for (std::string &argument : arguments)
			argv.push_back(argument.data());
		argv.push_back(nullptr);
		pid = fork();
		if (pid)  {
			close(fd);
			return;
		}
		setenv("SYSFS_PATH", sysfs.path().c_str(), 1);
		setenv("NOTIFY_SOCKET", (sysfs.path() / "notify").c_str(), 1);
		setenv("WATCHDOG_USEC", "200000", 1);
		unsetenv("WATCHDOG_PID");
		setenv("JOURNAL_STREAM", fmt::format("{}:{}", status.st_dev, status.st_ino + (journal ? 0 : 1)).c_str(), 1);
		dup2(fd, STDERR_FILENO);
		dup2(fd, STDOUT_FILENO);
		execv(SRP_TOOLS_DIR "/srp_daemon", argv.data());
		_exit(127);
	}
	template <class Condition> static bool wait(Condition condition)
	{
		const TimePoint end = Clock::now() + 20s;

		while (!condition() && Clock::now() < end)
			std::this_thread::sleep_for(2ms);
		return condition();
	}
	// Sends the signal and waits: the exit status, and how long it took.
	std::pair<int, Duration> end(int signal)
	{
		const TimePoint start = Clock::now();
		int status = -1;

		kill(pid, signal);
		waitpid(pid, &status, 0);
		pid = 0;
		return { WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + status, Clock::now() - start };
	}
	bool told(const std::string &text)
	{
		return wait([&] { return systemd.told().find(text) != std::string::npos; });
	}
	bool logged(const std::string &text)
	{
		return wait([&] { return log().find(text) != std::string::npos; });
	}

	static constexpr const char *kRules = "t id_ext=1,ioc_guid=2,dest=10.1.0.2:5555\n";
	const std::string device;
	FakeSysfs sysfs;
	NotifySocket systemd { (sysfs.path() / "notify").string() };
	pid_t pid = 0;
};

TEST_F(LifeTest, TellsSystemd)
{
	start({ "-i", device });
	EXPECT_TRUE(told("READY=1\n"));
	EXPECT_TRUE(told("STATUS=" + device + ":1: 1 targets, 1 connected, 0 failed\n")) << systemd.told();
	EXPECT_TRUE(told("WATCHDOG=1\nWATCHDOG=1\n")) << systemd.told();
	EXPECT_EQ(logins(), "id_ext=0000000000000001,ioc_guid=0000000000000002,dest=10.1.0.2:5555");
	EXPECT_EQ(end(SIGTERM).first, 0);
	EXPECT_TRUE(told("STOPPING=1\n"));
}

TEST_F(LifeTest, StopsAtOnceAndLeavesNothing)
{
	for (const int signal : { SIGTERM, SIGINT }) {
		start({ "-i", device });
		ASSERT_TRUE(wait([&] { return access((lock() + ".json").c_str(), R_OK) == 0; })) << log();
		const auto [status, took] = end(signal);
		EXPECT_EQ(status, 0);
		EXPECT_LT(took, 1s) << "100 ms, and what a busy machine adds";
		EXPECT_NE(access((lock() + ".json").c_str(), F_OK), 0);
		EXPECT_EQ(access(lock().c_str(), F_OK), 0) << "the lock file stays";
	}
	EXPECT_TRUE(logged("Got SIGTERM"));
	EXPECT_TRUE(logged("Got SIGINT"));
}

TEST_F(LifeTest, StatusKnowsTheDaemon)
{
	start({ "-i", device });
	ASSERT_TRUE(wait([&] { return read_state("/run", { device, 1 }) && *read_state("/run", { device, 1 }); })) << log();
	const auto state = **read_state("/run", { device, 1 });
	EXPECT_EQ(state.pid, pid);
	ASSERT_TRUE(wait([&] { return (*read_state("/run", { device, 1 }))->targets.size() == 1; }));
	end(SIGTERM);
}

// A mistake in the rules is told with its line, and changes nothing.
TEST_F(LifeTest, ReloadsRules)
{
	start({ "-i", device });
	ASSERT_TRUE(told("READY=1"));
	sysfs.write("rules", "d\nx\n");
	kill(pid, SIGHUP);
	EXPECT_TRUE(logged("/rules line 2: a line starts with")) << log();
	EXPECT_TRUE(logged("the old rules stay"));
	sysfs.write("rules", "d\nt id_ext=3,ioc_guid=4,dest=10.1.0.3:5555\n");
	kill(pid, SIGHUP);
	EXPECT_TRUE(logged("read 1 rules and 1 targets"));
	EXPECT_TRUE(wait([&] { return logins().find("dest=10.1.0.3:5555") != std::string::npos; })) << logins();
	EXPECT_TRUE(told("RELOADING=1\nMONOTONIC_USEC="));
	EXPECT_EQ(end(SIGTERM).first, 0);
}

TEST_F(LifeTest, TheJournalGetsPriorities)
{
	start({ "-i", device, "-V" }, true);
	EXPECT_TRUE(logged("<7>" + device + ":1: login to target of line 1"));
	EXPECT_TRUE(logged("<6>" + device + ":1: connected to"));
	end(SIGTERM);
	sysfs.remove("class/infiniband_srp");
	sysfs.write("log", "");
	start({ "-i", device }, true);
	EXPECT_TRUE(logged("<3>" + device + ":1: cannot log in to target of line 1 of the rules: the port has no add_target")) << log();
	end(SIGTERM);
}

// A child may have redirected stderr: then the journal does not read it.
TEST_F(LifeTest, NoPrioritiesWhereTheJournalDoesNotListen)
{
	start({ "-i", device });
	EXPECT_TRUE(logged("srp_daemon: " + device + ":1: connected to"));
	EXPECT_EQ(log().find('<'), std::string::npos) << log();
	end(SIGTERM);
}

TEST_F(LifeTest, AFullDiskEndsNothing)
{
	start({ "-i", device, "-V" }, true, "/dev/full");
	EXPECT_TRUE(told("STATUS=" + device + ":1: 1 targets, 1 connected, 0 failed\n"));
	EXPECT_EQ(end(SIGTERM).first, 0);
}

// All ports of the machine, and one that comes later.
TEST_F(LifeTest, AllPorts)
{
	sysfs.write("rules", "t id_ext=1,ioc_guid=2,dest=10.1.0.2:5555,port=" + device + ":1\nt id_ext=3,ioc_guid=4,dest=10.1.0.3:5555\n");
	start({ "--all-ports" });
	EXPECT_TRUE(logged("the target of line 2"));
	EXPECT_TRUE(logged(device + ":1: served"));
	EXPECT_TRUE(wait([&] { return logins().find("dest=10.1.0.2:5555") != std::string::npos; })) << log();
	EXPECT_EQ(logins().find("10.1.0.3"), std::string::npos);
	EXPECT_EQ(end(SIGTERM).first, 0);
}

// Two on one port would log in twice; one look is no daemon and may always be taken.
TEST_F(LifeTest, ASecondDaemonIsRefusedAndASingleScanIsNot)
{
	start({ "-i", device });
	ASSERT_TRUE(told("READY=1"));
	const pid_t first = pid;
	start({ "-i", device });
	EXPECT_TRUE(logged("failed to lock " + lock() + " (errno: 11); another srp_daemon serves this port")) << log();
	EXPECT_EQ(end(0).first, 1);
	start({ "-i", device, "-o" });
	EXPECT_EQ(end(0).first, 0);
	pid = first;
	EXPECT_EQ(end(SIGTERM).first, 0);
}

} // namespace
