// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "rules.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "files.h"

namespace srp {

namespace {

constexpr std::string_view kBlanks = " \t";

// What a login accepts besides the names of the target (srp_options.c and doc/sysfs.md); no kernel takes values outside.
struct LoginKey {
	std::string_view name;
	uint64_t min, max;
};
constexpr LoginKey kLoginKeys[] = {
	{ "allow_ext_sg", 0, INT_MAX },
	{ "ch_count", 1, INT_MAX },
	{ "cmd_sg_entries", 1, 255 },
	{ "comp_vector", 0, INT_MAX },
	{ "max_cmd_per_lun", 1, INT_MAX },
	{ "max_sect", 0, INT_MAX },
	{ "queue_size", 1, INT_MAX },
	{ "sg_tablesize", 1, 2048 },
	{ "target_can_queue", 1, INT_MAX },
	{ "tl_retry_count", 2, 7 },
};
constexpr size_t kMaxDecimalDigits = 16;
// The kernel reads one page; the names of the target take less than 300.
constexpr size_t kMaxOptions = 3000;
constexpr size_t kMaxFile = 16 << 20;

const LoginKey *find_login_key(std::string_view name)
{
	for (const LoginKey &key : kLoginKeys)
		if (key.name == name)
			return &key;
	return nullptr;
}

struct Item {
	std::string_view key, value;
};

std::string_view without_0x(std::string_view value)
{
	return value.starts_with("0x") || value.starts_with("0X") ? value.substr(2) : value;
}

// IPv4:port or [IPv6]:port or [IPv6%scope]:port
bool is_address(std::string_view text)
{
	const size_t colon = text.rfind(':');
	if (colon == text.npos || !parse_decimal(text.substr(colon + 1), 1, 65535))
		return false;
	std::string host(text.substr(0, colon));
	in6_addr address = {};
	// inet_pton() would stop there and be content.
	if (host.find('\0') != host.npos)
		return false;
	if (!host.starts_with('['))
		return inet_pton(AF_INET, host.c_str(), &address) == 1;
	if (!host.ends_with(']'))
		return false;
	host = host.substr(1, host.size() - 2);
	if (const size_t percent = host.find('%'); percent != host.npos) {
		if (percent + 1 == host.size())
			return false;
		for (char c : host.substr(percent + 1))
			if (!isalnum(static_cast<unsigned char>(c)) && !strchr("._-@", c))
				return false;
		host.resize(percent);
	}
	return inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

} // namespace

bool Rules::Rule::matches(const Target &target) const
{
	return !impossible && (!id_ext || *id_ext == target.id_ext_value()) && (!ioc_guid || *ioc_guid == target.ioc_guid.value()) &&
	       (!dgid || *dgid == target.dgid) && (!service_id || *service_id == target.service_id.value()) &&
	       (!pkey || *pkey == target.pkey.value());
}

// Reads line by line; the first error ends it.
class Rules::Parser {
public:
	Parser(Rules &rules, std::string_view file) : rules_(rules), file_(file) {}

	Result<void> parse_text(std::string_view text)
	{
		while (!text.empty()) {
			const size_t end = std::min(text.find('\n'), text.size());
			std::string_view line = text.substr(0, end);

			text.remove_prefix(std::min(end + 1, text.size()));
			line_++;
			if (line.ends_with('\r'))
				line.remove_suffix(1);
			if (auto done = parse_line(line); !done)
				return done;
		}
		return {};
	}

private:
	Error bad(std::string_view why) const
	{
		return { fmt::format("Bad syntax in rules file {} line {}: {}", file_, line_, why) };
	}

	void warn(std::string_view what)
	{
		rules_.warnings_.push_back(fmt::format("{} line {}: {}", file_, line_, what));
	}

	Result<void> parse_line(std::string_view line)
	{
		skip_blanks(line);
		if (line.empty() || line.front() == '#')
			return {};
		const char kind = static_cast<char>(tolower(static_cast<unsigned char>(line.front())));
		if (kind != 'a' && kind != 'd' && kind != 't')
			return bad(fmt::format("a line starts with a (allow), d (deny), t (target) or #, not with '{}'", printable(line.substr(0, 20))));
		line.remove_prefix(1);
		// The rest of the word, if it is written out. No key starts like this.
		const std::string_view rest = kind == 'a' ? "llow" : kind == 'd' ? "eny" : "arget";
		if (line.starts_with(rest) && (line.size() == rest.size() || kBlanks.find(line[rest.size()]) != kBlanks.npos))
			line.remove_prefix(rest.size());
		const auto items = split(line);
		if (!items)
			return items.error();
		return kind == 't' ? add_target(*items) : add_rule(kind == 'a', *items);
	}

	static void skip_blanks(std::string_view &text)
	{
		text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
	}

	// key=value separated by blanks and commas; not two commas in a row and none in front.
	Result<std::vector<Item>> split(std::string_view text) const
	{
		std::vector<Item> items;

		skip_blanks(text);
		while (!text.empty()) {
			const std::string_view word = text.substr(0, text.find_first_of(" \t,"));
			const size_t equals = word.find('=');

			if (equals == 0 || equals == word.npos)
				return bad(fmt::format("key=value expected, not '{}'", printable(text.substr(0, 20))));
			items.push_back({ word.substr(0, equals), word.substr(equals + 1) });
			text.remove_prefix(word.size());
			skip_blanks(text);
			if (text.starts_with(',')) {
				text.remove_prefix(1);
				skip_blanks(text);
			}
		}
		return items;
	}

	Result<void> add_rule(bool allow, const std::vector<Item> &items)
	{
		Rule rule = { .allow = allow, .line = line_ };
		const struct {
			std::string_view name;
			std::optional<uint64_t> *value;
			unsigned int digits;
		} numbers[] = {
			{ "id_ext", &rule.id_ext, 16 },
			{ "ioc_guid", &rule.ioc_guid, 16 },
			{ "service_id", &rule.service_id, 16 },
			{ "pkey", &rule.pkey, 9 },
		};

		for (const Item &item : items) {
			const auto *number = std::find_if(std::begin(numbers), std::end(numbers), [&](const auto &n) { return n.name == item.key; });
			if (number != std::end(numbers)) {
				if (item.value.empty())	// matches anything
					continue;
				const auto value = parse_hex(without_0x(item.value), number->digits);
				if (!value)
					return bad(fmt::format("{}: {}", item.key, value.error().text));
				*number->value = *value;
			} else if (item.key == "dgid") {
				if (auto done = set_dgid(rule, item.value); !done)
					return done;
			} else if (!allow && find_login_key(item.key)) {
				return bad(fmt::format("{}: a rule that denies has no login options", item.key));
			} else {
				const auto option = login_option(item);
				if (!option)
					return option.error();
				rule.options += *option;
			}
		}
		if (rule.pkey && *rule.pkey > 0xffff) {
			rule.impossible = true;
			warn("pkey has more than 16 bits, so this rule never matches");
		}
		if (rule.options.size() > kMaxOptions)
			return bad("too many login options");
		rules_.rules_.push_back(std::move(rule));
		return {};
	}

	Result<void> set_dgid(Rule &rule, std::string_view value)
	{
		value = without_0x(value);
		if (value.empty())
			return {};
		if (const auto gid = Gid::parse(value)) {
			rule.dgid = *gid;
			return {};
		}
		if (value.size() > 32 || value.find_first_not_of("0123456789abcdefABCDEF") != value.npos)
			return bad(fmt::format("dgid: '{}' is not a GID of 32 hexadecimal digits", printable(value)));
		rule.impossible = true;
		warn("dgid has less than 32 digits, so this rule never matches");
		return {};
	}

	// ",key=value" as it was written
	Result<std::string> login_option(const Item &item) const
	{
		const LoginKey *key = find_login_key(item.key);

		if (!key)
			return bad(fmt::format("unknown key '{}'", printable(item.key)));
		const auto value = parse_decimal(item.value, key->min, key->max);
		if (!value)
			return bad(fmt::format("{}: {}", item.key, value.error().text));
		if (item.value.size() > kMaxDecimalDigits)
			return bad(fmt::format("{}: more than {} digits", item.key, kMaxDecimalDigits));
		return fmt::format(",{}={}", item.key, item.value);
	}

	Result<void> add_target(const std::vector<Item> &items)
	{
		StaticTarget target = { .line = line_ };
		std::string id_ext, ioc_guid, dest, more;

		for (const Item &item : items) {
			const auto hex = parse_hex(without_0x(item.value));
			if (item.key == "id_ext" || item.key == "ioc_guid" || item.key == "initiator_ext") {
				if (!hex)
					return bad(fmt::format("{}: {}", item.key, hex.error().text));
				const std::string text = fmt::format("{}={:016x}", item.key, *hex);
				if (item.key == "id_ext")
					target.id_ext = *hex;
				if (item.key == "ioc_guid")
					target.ioc_guid = Guid(*hex);
				(item.key == "id_ext" ? id_ext : item.key == "ioc_guid" ? ioc_guid : more += ',') += text;
			} else if (item.key == "dest" || item.key == "src") {
				if (!is_address(item.value))
					return bad(fmt::format("{}: '{}' is not IPv4:port or [IPv6]:port", item.key, printable(item.value)));
				(item.key == "dest" ? dest : more) += fmt::format(",{}={}", item.key, item.value);
			} else if (item.key == "port") {
				const size_t colon = item.value.rfind(':');
				const auto port = parse_decimal(item.value.substr(std::min(colon + 1, item.value.size())), 1, 255);
				if (colon == item.value.npos || colon == 0 || !port)
					return bad(fmt::format("port: '{}' is not device:port", printable(item.value)));
				target.device = item.value.substr(0, colon);
				target.port = static_cast<unsigned int>(*port);
			} else {
				const auto option = login_option(item);
				if (!option)
					return option.error();
				more += *option;
			}
		}
		if (id_ext.empty() || ioc_guid.empty() || dest.empty())
			return bad("a target needs id_ext, ioc_guid and dest");
		target.login = id_ext + "," + ioc_guid + dest + more;
		if (target.login.size() > kMaxOptions)
			return bad("too many login options");
		rules_.static_targets_.push_back(std::move(target));
		return {};
	}

	Rules &rules_;
	std::string file_;
	unsigned int line_ = 0;
};

Result<Rules> Rules::parse(std::string_view text, std::string_view file)
{
	Rules rules;

	if (auto done = Parser(rules, file).parse_text(text); !done)
		return done.error();
	return rules;
}

Result<Rules> Rules::load(const std::string &file)
{
	const auto text = read_file(file, kMaxFile);

	if (!text) {
		if (text.error().code == ENOENT)
			return Rules();
		return Error { "cannot read the rules file " + text.error().text, Cause::System, text.error().code };
	}
	return parse(*text, file);
}

Rules Rules::with_ports_only() const
{
	Rules rules = *this;

	std::erase_if(rules.static_targets_, [](const StaticTarget &target) { return target.device.empty(); });
	return rules;
}

Decision Rules::decide(const Target &target) const
{
	for (const Rule &rule : rules_)
		if (rule.matches(target))
			return { rule.allow, rule.options, rule.line };
	return {};
}

} // namespace srp
