// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "program.h"

#include <algorithm>
#include <csignal>
#include <stdexcept>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace srp;
using namespace std::chrono_literals;

namespace {

constexpr Lid kSm(1), kHost(2);
constexpr uint16_t kFirstTarget = 3;
// The program's end of the stream.
constexpr int kProgramFd = 3;

// Of FakeFabric: what a question to opensm took, one at a time (spec: 8.4 k/s), is 120 us.
constexpr Duration kAnswerTime = 100us;

[[noreturn]] void become(const std::string &path, const std::vector<std::string> &arguments, const TempDir &dir, int wire)
{
	const auto file = [&](const char *name) { return open((dir.path() / name).c_str(), O_CREAT | O_WRONLY, 0600); };
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	std::vector<char *> argv { const_cast<char *>(path.c_str()) };

	for (const std::string &argument : arguments)
		argv.push_back(const_cast<char *>(argument.c_str()));
	argv.push_back(nullptr);
	dup2(file("stdout"), STDOUT_FILENO);
	dup2(file("stderr"), STDERR_FILENO);
	if (wire != kProgramFd) {
		dup2(wire, kProgramFd);
		close(wire);
	}
	setenv("BENCH_FD", std::to_string(kProgramFd).c_str(), 1);
	setenv("BENCH_SCSI_HOSTS", (dir.path() / "class/scsi_host").c_str(), 1);
	setenv("SYSFS_PATH", dir.path().c_str(), 1);
	setenv("LD_PRELOAD", BENCH_PRELOAD, 1);
	execv(path.c_str(), argv.data());
	_exit(127);
}

} // namespace

Program::Program(PromptTime &time, const FabricShape &shape, const std::string &path, const std::vector<std::string> &arguments)
	: time_(time), fabric_(time)
{
	int ends[2];

	fabric_.add_host(kSm).faults.delay = kAnswerTime;
	fabric_.add_host(kHost);
	for (unsigned int i = 0; i < shape.targets; i++) {
		auto &faults = fabric_.add_target(Lid(static_cast<uint16_t>(kFirstTarget + i))).faults;
		faults.delay = kAnswerTime;
		// Spread over the fabric, none of them the first.
		faults.dead = shape.dead && i % (shape.targets / shape.dead) == shape.targets / shape.dead - 1;
	}
	sysfs_.add_port({ "bench0", 1 }, kHost.value());
	sysfs_.add_umad("umad0", { "bench0", 1 });
	sysfs_.write("class/scsi_host/.keep", "");
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		throw std::runtime_error("socketpair");
	side_ = std::make_unique<KernelSide>(time, Fd(ends[0]), fabric_.attach(kHost));
	Fd theirs(fcntl(ends[1], F_DUPFD, 100));	// not close-on-exec, and out of the way
	close(ends[1]);
	started_ = Clock::now();
	pid_ = fork();
	if (pid_ < 0)
		throw std::runtime_error("fork");
	if (!pid_)
		become(path, arguments, sysfs_, theirs.get());
}

Program::~Program()
{
	if (!ended_by_itself_) {
		kill(pid_, SIGKILL);
		collect();
	}
}

void Program::collect()
{
	ended_ = Clock::now();
	ended_by_itself_ = true;
	rusage usage = {};
	wait4(pid_, &status_, 0, &usage);
	const auto time = [](const timeval &value) { return std::chrono::seconds(value.tv_sec) + std::chrono::microseconds(value.tv_usec); };
	total_processor_time_ = time(usage.ru_utime) + time(usage.ru_stime);
}

bool Program::run(Duration at_most)
{
	if (!time_.run(side_->fd(), [this] { return side_->receive(); }, at_most))
		return false;
	collect();
	return true;
}

bool Program::run_until_quiet(uint64_t mads, Duration quiet, Duration at_most)
{
	const TimePoint end = Clock::now() + at_most;

	while (Clock::now() < end) {
		const uint64_t before = counters().mads;
		if (run(quiet))
			return false;
		if (counters().mads >= mads && counters().mads == before)
			return true;
	}
	return false;
}

// Nanoseconds on a processor, of all threads: the first number of schedstat.
Duration Program::processor_time() const
{
	std::chrono::nanoseconds sum {};

	for (const auto &task : std::filesystem::directory_iterator("/proc/" + std::to_string(pid_) + "/task")) {
		long long time = 0;
		std::ifstream(task.path() / "schedstat") >> time;
		sum += std::chrono::nanoseconds(time);
	}
	return sum;
}

Duration Program::processor_time_of(Duration time)
{
	const Duration before = processor_time();

	return run(time) ? Duration(0) : processor_time() - before;
}

std::optional<Duration> Program::stop(Duration at_most)
{
	const TimePoint start = Clock::now();

	kill(pid_, SIGTERM);
	if (!run(at_most))
		return std::nullopt;
	return ended_ - start;
}

std::vector<std::string> Program::logins() const
{
	std::istringstream text(sysfs_.read("stdout"));
	std::vector<std::string> lines;

	for (std::string line; std::getline(text, line);)
		if (line.starts_with("id_ext="))
			lines.push_back(line);
	std::sort(lines.begin(), lines.end());
	return lines;
}
