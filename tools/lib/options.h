// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// Command lines. One table per program says what an option is called, what it means and what it does; help and man page come from it.
#ifndef SRP_TOOLS_OPTIONS_H
#define SRP_TOOLS_OPTIONS_H

#include <functional>
#include <vector>

#include "values.h"

namespace srp {

struct Option {
	char letter = 0;		// 0: none
	const char *name = "";		// empty: none
	const char *argument = "";	// empty: it takes none
	std::string help;
	std::function<Result<void>(const std::string &)> set;
};

class CommandLine {
public:
	CommandLine(std::string program, std::string purpose, std::vector<Option> options);

	// Sets what is given, from left to right. Words that are no options are ignored, as they always were.
	Result<void> parse(const std::vector<std::string> &arguments) const;
	std::string help() const;
	// The options as part of a manual page in man(7) format.
	std::string man_options() const;

private:
	std::string program_, purpose_;
	std::vector<Option> options_;
};

// Setters for the usual kinds of options.
std::function<Result<void>(const std::string &)> set_flag(bool &flag);
std::function<Result<void>(const std::string &)> set_text(std::string &text);
std::function<Result<void>(const std::string &)> set_number(std::function<void(unsigned int)> set, unsigned int min, unsigned int max);
// A larger number is taken for the largest, with a warning: what worked with another program's limits must not keep a service from starting.
std::function<Result<void>(const std::string &)> set_number_up_to(std::function<void(unsigned int)> set, unsigned int min, unsigned int max,
								  const std::string &name, std::vector<std::string> &warnings);
// Adds a P_Key; "all" takes back what was given before.
std::function<Result<void>(const std::string &)> add_pkey(std::vector<Pkey> &pkeys);

} // namespace srp

#endif
