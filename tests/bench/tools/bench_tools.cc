// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Our srp_daemon beside rdma-core's on the same simulated fabrics: time, MADs, memory, and what an idle one costs. Prints, never judges.
#include <algorithm>
#include <cstring>

#include <fmt/format.h>
#include <unistd.h>

#include "program.h"

using namespace srp;
using namespace std::chrono_literals;

namespace {

// A scan is done again until all of them took that long, at most that often, and the quickest counts: what else the machine does can only
// make one slower.
constexpr Duration kEnough = 2s;
constexpr unsigned int kRepetitions = 50;
constexpr Duration kIdleTime = 5s;

struct Measured {
	bool ended = false;
	int exit_status = -1;
	Duration took {}, processor_time {};
	KernelSide::Counters counters;
	std::vector<std::string> logins;
	std::string errors;
};

struct Settings {
	std::string ours = BENCH_OURS;
	std::string theirs = "/usr/sbin/srp_daemon";	// empty: not there
	std::vector<unsigned int> sizes { 1, 100, 1000, 10000 };
	Duration patience = 180s;
};

double seconds(Duration time) { return std::chrono::duration<double>(time).count(); }
double milliseconds(Duration time) { return seconds(time) * 1000; }

Measured scan_once(const Settings &settings, const FabricShape &shape, const std::string &path)
{
	PromptTime time;
	Program program(time, shape, path, { "-o", "-c", "-i", "bench0", "-p", "1", "-f", "/dev/null" });
	Measured measured = { .ended = program.run(settings.patience) };

	if (measured.ended)
		measured.exit_status = program.exit_status();
	measured.took = program.elapsed();
	measured.processor_time = program.total_processor_time();
	measured.counters = program.counters();
	measured.logins = program.logins();
	measured.errors = program.errors();
	return measured;
}

// The quickest of several scans by each of the programs, in turn.
std::vector<Measured> scan(const Settings &settings, const FabricShape &shape, const std::vector<std::string> &programs)
{
	std::vector<Measured> best(programs.size());
	std::vector<Duration> total(programs.size());

	for (unsigned int i = 0; i < kRepetitions; i++)
		for (size_t p = 0; p < programs.size(); p++) {
			if (i && (!best[p].ended || total[p] > kEnough))
				continue;
			Measured again = scan_once(settings, shape, programs[p]);
			total[p] += again.took;
			if (!i || (again.ended && again.took < best[p].took))
				best[p] = std::move(again);
		}
	return best;
}

std::string columns(const Settings &settings, const FabricShape &shape, const Measured &m)
{
	const std::string time = m.ended ? fmt::format("{:.3f}", seconds(m.took)) : fmt::format("> {:.0f}", seconds(settings.patience));
	const unsigned int alive = shape.targets - shape.dead;

	return fmt::format("{:>9} {:>7.1f} {:>7} {:>8} {:>6}", time, milliseconds(m.processor_time), m.counters.mads, m.counters.peak_kib ? std::to_string(m.counters.peak_kib) : "-",
			   m.logins.size() == alive ? "all" : std::to_string(m.logins.size()));
}

void compare(const Settings &settings, const FabricShape &shape)
{
	std::vector<std::string> programs { settings.ours };
	if (!settings.theirs.empty())
		programs.push_back(settings.theirs);
	const std::vector<Measured> all = scan(settings, shape, programs);
	const Measured &ours = all.front();
	std::string line = fmt::format("{:>7} {:>5} | {}", shape.targets, shape.dead, columns(settings, shape, ours));

	if (!settings.theirs.empty()) {
		const Measured &theirs = all.back();
		line += fmt::format(" | {} | ", columns(settings, shape, theirs));
		if (theirs.logins.empty() || !theirs.ended)
			line += theirs.ended ? fmt::format("found nothing, exit status {}", theirs.exit_status) : fmt::format("more than {:.1f}", seconds(settings.patience) / seconds(ours.took));
		else
			line += fmt::format("{:.2f}{}", seconds(theirs.took) / seconds(ours.took),
					    theirs.logins == ours.logins ? "" : "  (other targets than ours)");
	}
	fmt::print("{}\n", line);
	if (!ours.errors.empty() && ours.logins.size() + shape.dead != shape.targets)
		fmt::print("        ours said: {}\n", ours.errors.substr(0, 300));
	fflush(stdout);
}

void idle(const char *whose, const std::string &path, const std::vector<std::string> &more)
{
	PromptTime time;
	std::vector<std::string> arguments { "-c", "-i", "bench0", "-p", "1", "-f", "/dev/null" };

	arguments.insert(arguments.end(), more.begin(), more.end());
	Program program(time, { .targets = 100 }, path, arguments);
	fmt::print("{:>12} {:<5} ", whose, more.empty() ? "" : fmt::format("{} {}", more[0], more[1]));
	if (program.run_until_quiet(100, 2s, 60s))
		fmt::print("{:8.2f} ms of processor time in {:.0f} s\n", milliseconds(program.processor_time_of(kIdleTime)), seconds(kIdleTime));
	else
		fmt::print("did not scan: {}\n", program.errors().substr(0, 300));
	fflush(stdout);
}

void stop(const std::string &path)
{
	PromptTime time;
	Program program(time, { .targets = 100 }, path, { "-c", "-i", "bench0", "-p", "1", "-f", "/dev/null" });

	if (!program.run_until_quiet(100, 1s, 60s))
		return;
	const auto took = program.stop(30s);
	fmt::print("SIGTERM to exit, ours: {}\n", took ? fmt::format("{:.1f} ms", milliseconds(*took)) : "not within 30 s");
}

void usage()
{
	fmt::print("usage: bench_tools [--sizes N,N...] [--ours FILE] [--theirs FILE] [--patience SECONDS]\n"
		   "  Scans of simulated fabrics by our srp_daemon and rdma-core's (default: /usr/sbin/srp_daemon, if it is that one).\n");
}

bool parse(int argc, char **argv, Settings &settings)
{
	for (int i = 1; i < argc; i += 2) {
		const std::string option = argv[i];
		if (i + 1 == argc)
			return false;
		if (option == "--ours") {
			settings.ours = argv[i + 1];
		} else if (option == "--theirs") {
			settings.theirs = argv[i + 1];
		} else if (option == "--patience") {
			settings.patience = std::chrono::seconds(std::max(1, atoi(argv[i + 1])));
		} else if (option == "--sizes") {
			settings.sizes.clear();
			for (char *word = strtok(argv[i + 1], ","); word; word = strtok(nullptr, ","))
				settings.sizes.push_back(static_cast<unsigned int>(std::clamp(atoi(word), 1, 49000)));
		} else {
			return false;
		}
	}
	return true;
}

} // namespace

int main(int argc, char **argv)
{
	Settings settings;

	if (!parse(argc, argv, settings)) {
		usage();
		return 2;
	}
	if (access(settings.theirs.c_str(), X_OK)) {
		fmt::print("{} is not there: only ours is measured (Debian: srptools).\n", settings.theirs);
		settings.theirs.clear();
	}
	fmt::print("srp_daemon -o -c, from exec to exit, on a simulated fabric: an SA and targets that answer after 100 us, over a local socket\n"
		   "in the place of ib_umad. Dead ports have the device management bit and answer nothing. Defaults: -t 5000 -r 3. Best of\n"
		   "up to 50 runs. CPU: processor time of the program. Load of this machine: ");
	double load = 0;
	(void)!getloadavg(&load, 1);
	fmt::print("{:.1f} on {} processors.\n\n", load, sysconf(_SC_NPROCESSORS_ONLN));
	fmt::print("{:14}| {:41} | rdma-core's\n"
		   "targets  dead |   seconds  CPU ms    MADs peak KiB  found |   seconds  CPU ms    MADs peak KiB  found | times as long\n", "", "ours");
	for (const unsigned int size : settings.sizes) {
		compare(settings, { size, 0 });
		if (size >= 100)
			compare(settings, { size, size / 100 });
	}
	fmt::print("\nIdle after the scan, all threads:\n");
	idle("ours", settings.ours, {});
	idle("ours", settings.ours, { "-R", "60" });
	if (!settings.theirs.empty()) {
		idle("rdma-core's", settings.theirs, {});
		idle("rdma-core's", settings.theirs, { "-R", "60" });
	}
	stop(settings.ours);
	return 0;
}
