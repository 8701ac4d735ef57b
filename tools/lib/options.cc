// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "options.h"

#include <algorithm>

#include <boost/program_options.hpp>
#include <fmt/format.h>

namespace srp {

namespace po = boost::program_options;

namespace {

constexpr size_t kHelpColumn = 26;

// "-k, --pkey P_KEY"
std::string spelling(const Option &option)
{
	std::string text = option.letter ? fmt::format("-{}", option.letter) : "  ";

	if (*option.name)
		text += fmt::format("{}--{}", option.letter ? ", " : "  ", option.name);
	if (*option.argument)
		text += fmt::format(" {}", option.argument);
	return text;
}

// As Boost spells it when it has recognized the option.
std::string key(const Option &option)
{
	return *option.name ? option.name : fmt::format("-{}", option.letter);
}

// man(7) takes a minus for a hyphen, and a line that starts with a dot or a quote for a request.
std::string roff(const std::string &text)
{
	std::string out;

	for (char c : text) {
		if (c == '-' || c == '\\')
			out += '\\';
		if ((c == '.' || c == '\'') && (out.empty() || out.back() == '\n'))
			out += "\\&";
		out += c;
	}
	return out;
}

} // namespace

CommandLine::CommandLine(std::string program, std::string purpose, std::vector<Option> options)
	: program_(std::move(program)), purpose_(std::move(purpose)), options_(std::move(options))
{
}

Result<void> CommandLine::parse(const std::vector<std::string> &arguments) const
{
	po::options_description description;

	for (const Option &option : options_) {
		const std::string names = option.letter ? fmt::format("{},{}", option.name, option.letter) : option.name;
		if (*option.argument)
			description.add_options()(names.c_str(), po::value<std::string>(), "");
		else
			description.add_options()(names.c_str(), "");
	}
	try {
		// The parser only: what is given twice is no mistake, the last one counts.
		for (const auto &given : po::command_line_parser(arguments).options(description).run().options)
			for (const Option &option : options_)
				if (key(option) == given.string_key) {
					if (auto done = option.set(given.value.empty() ? "" : given.value.back()); !done)
						return Error { fmt::format("{}: {}", spelling(option), done.error().text) };
				}
	} catch (const po::error &error) {
		return Error { printable(error.what()) };
	}
	return {};
}

std::string CommandLine::help() const
{
	std::string text = fmt::format("Usage: {} [OPTION]...\n{}\n\n", program_, purpose_);

	for (const Option &option : options_) {
		std::string line = "  " + spelling(option);
		line += line.size() < kHelpColumn ? std::string(kHelpColumn - line.size(), ' ') : "\n" + std::string(kHelpColumn, ' ');
		for (char c : option.help) {
			line += c;
			if (c == '\n')
				line += std::string(kHelpColumn, ' ');
		}
		text += line + "\n";
	}
	return text;
}

std::string CommandLine::man_options() const
{
	std::string text;

	for (const Option &option : options_) {
		std::string names = option.letter ? fmt::format("\\fB\\-{}\\fR", option.letter) : "";
		if (*option.name)
			names += fmt::format("{}\\fB{}\\fR", names.empty() ? "" : ", ", roff(std::string("--") + option.name));
		if (*option.argument)
			names += fmt::format(" \\fI{}\\fR", roff(option.argument));
		text += fmt::format(".TP\n{}\n{}\n", names, roff(option.help));
	}
	return text;
}

std::function<Result<void>(const std::string &)> set_flag(bool &flag)
{
	return [&flag](const std::string &) -> Result<void> {
		flag = true;
		return {};
	};
}

std::function<Result<void>(const std::string &)> set_text(std::string &text)
{
	return [&text](const std::string &value) -> Result<void> {
		text = value;
		return {};
	};
}

std::function<Result<void>(const std::string &)> set_number(std::function<void(unsigned int)> set, unsigned int min, unsigned int max)
{
	return [set = std::move(set), min, max](const std::string &value) -> Result<void> {
		const auto number = parse_decimal(value, min, max);
		if (!number)
			return number.error();
		set(static_cast<unsigned int>(*number));
		return {};
	};
}

std::function<Result<void>(const std::string &)> set_number_up_to(std::function<void(unsigned int)> set, unsigned int min, unsigned int max,
								  const std::string &name, std::vector<std::string> &warnings)
{
	return [set = std::move(set), min, max, name, &warnings](const std::string &value) -> Result<void> {
		const auto number = parse_decimal(value, min, UINT64_MAX);
		if (!number)
			return parse_decimal(value, min, max).error();	// names the range
		if (*number > max)
			warnings.push_back(fmt::format("{} {} is too much; {} is used", name, value, max));
		set(static_cast<unsigned int>(std::min<uint64_t>(*number, max)));
		return {};
	};
}

std::function<Result<void>(const std::string &)> add_pkey(std::vector<Pkey> &pkeys)
{
	return [&pkeys](const std::string &text) -> Result<void> {
		if (text == "all") {
			pkeys.clear();
			return {};
		}
		const auto pkey = Pkey::parse(text);
		if (!pkey)
			return pkey.error();
		pkeys.push_back(*pkey);
		return {};
	};
}

} // namespace srp
