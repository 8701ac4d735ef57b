// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "ibsrpdm_options.h"

namespace srp {

CommandLine ibsrpdm_command_line(IbsrpdmOptions &o)
{
	return { "ibsrpdm", "Finds the SRP targets of an InfiniBand fabric.",
		 {
			 { 'c', "login-strings", "", "print one line per target, as add_target of ib_srp reads it", set_flag(o.login_strings) },
			 { 'd', "umad", "DEVICE", "port to look through, as a umad device (default: the first active port)", set_text(o.port.umad) },
			 { 'k', "pkey", "P_KEY", "look through this P_Key only, hexadecimal; repeatable (default: all, every one of the port)",
			   add_pkey(o.pkeys) },
			 { 0, "json", "", "print everything that was found as JSON", set_flag(o.json) },
			 { 0, "strict", "", "exit status 2 if something could not be found out, such as of a port that does not answer", set_flag(o.strict) },
			 { 'v', "verbose", "", "say on stderr what was asked and how it went", set_flag(o.debug) },
			 { 'h', "", "", "usage on stderr, exit status 1", set_flag(o.usage) },
			 { 0, "help", "", "this text", set_flag(o.help) },
			 { 0, "version", "", "version of this program", set_flag(o.version) },
			 { 0, "man-options", "", "the options as part of a manual page", set_flag(o.man) },
		 } };
}

} // namespace srp
