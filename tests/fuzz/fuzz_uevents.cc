// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
// What arrives on the socket on which the kernel tells of devices.
#include "fuzz.h"
#include "uevents.h"

using namespace srp;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const std::string_view event(reinterpret_cast<const char *>(data), size);

	if (is_about_rdma(event))
		REQUIRE(event.find("SUBSYSTEM=infiniband") != event.npos);
	// Events before it change nothing: one lost or one more is the same.
	const std::string later = std::string(event) + std::string(1, '\0') + "SUBSYSTEM=infiniband";
	REQUIRE(is_about_rdma(later));
	return 0;
}
