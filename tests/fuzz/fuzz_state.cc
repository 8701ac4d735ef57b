// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// The state file of a daemon, which another process reads.
#include <algorithm>

#include "fuzz.h"
#include "port_state.h"

using namespace srp;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const auto state = decode_state(std::string_view(reinterpret_cast<const char *>(data), size));

	if (!state) {
		const std::string &text = state.error().text;
		REQUIRE(std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7f; }));
		return 0;
	}
	const auto again = decode_state(encode_state(*state));
	REQUIRE(again && *again == *state);
	return 0;
}
