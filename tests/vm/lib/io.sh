# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Verified I/O in the foreground and background.

# verified_io OPTIONS... DEVICE: must end without error and miscompare.
verified_io() {
	_out=$(srptest io "$@") || fail "verified I/O failed: $_out"
	measure "io $*: $_out"
}

# io_start NAME OPTIONS... DEVICE: in the background until io_stop NAME, which prints the result line. It takes the processors that the
# case leaves it, and 16 MiB of the device unless the options say something else: in the end all that was written is read again.
io_start() {
	_n=$1
	shift
	rm -f "/tmp/io.$_n.progress"
	srptest io -t 0 -s 16m -p "/tmp/io.$_n.progress" "$@" >"/tmp/io.$_n" 2>"/tmp/io.$_n.err" &
	echo $! >"/tmp/io.$_n.pid"
	wait_for 10 exists "/tmp/io.$_n.progress" || fail "I/O $_n does not start: $(cat "/tmp/io.$_n.err")"
}
io_pid() { cat "/tmp/io.$1.pid"; }
# io_end NAME: waits for the end by itself. io_stop NAME: ends it. Result in /tmp/io.NAME.
io_end() { wait "$(io_pid "$1")" 2>/dev/null; }
io_stop() {
	kill -TERM "$(io_pid "$1")" 2>/dev/null
	io_end "$1"
	cat "/tmp/io.$1.err" >&2
}
# io_value NAME KEY: from the result, or from the progress while it runs. Polled, so no program is started.
io_value() {
	for _f in "/tmp/io.$1" "/tmp/io.$1.progress"; do
		[ -s "$_f" ] && read -r _line <"$_f" || continue
		case " $_line" in
		*" $2="*)
			_line=" $_line"
			_line=${_line##* "$2="}
			echo "${_line%% *}"
			return ;;
		esac
	done
}
# io_moves NAME: whether I/O was completed within the next 0.3 s.
io_moves() {
	_a=$(io_value "$1" ios)
	sleep 0.3
	[ "$(io_value "$1" ios)" != "$_a" ]
}
# io_reset_waits NAME: the longest waits (max_ms: of one transfer; stall_ms: without any completion) count from now on.
io_reset_waits() { kill -USR1 "$(io_pid "$1")"; }
# io_expect_clean NAME: stopped, and no error, no miscompare. Without a result the last progress would be judged.
io_expect_clean() {
	io_stop "$1"
	[ -s "/tmp/io.$1" ] || fail "I/O $1 ended without a result"
	[ "$(io_value "$1" errors) $(io_value "$1" miscompares)" = "0 0" ] || fail "I/O $1: $(cat "/tmp/io.$1")"
	measure "io $1: $(cat "/tmp/io.$1")"
}
# io_expect_verified NAME: errors are expected, miscompares never.
io_expect_verified() {
	io_stop "$1"
	[ -s "/tmp/io.$1" ] || fail "I/O $1 ended without a result"
	[ "$(io_value "$1" miscompares)" = 0 ] || fail "I/O $1: $(cat "/tmp/io.$1")"
	measure "io $1: $(cat "/tmp/io.$1")"
}

# try_read DISK: one read of 4 KiB: OK, error, or waits (still not done after a second).
try_read() {
	srptest io -j 1 -n 1 -w 0 -N -s 4k "$1" >/tmp/try 2>/dev/null &
	_pid=$!
	if wait_for 1 not kill -0 $_pid; then
		grep -q 'errors=0' /tmp/try && echo OK || echo error
	else
		echo waits
	fi
}

# reread DISK: says how a read of one block ends.
reread() { srptest io -j 1 -n 1 -w 0 -N -s 4k "$1" | grep -q 'errors=0' && echo OK || echo error; }
host_recovers() { grep -q recovery /sys/block/"${1#/dev/}"/device/../../scsi_host/host*/state; }
# reset_only -d|-t|-b|-H DISK: without going on to the next stronger reset, where the kernel can be told so (since 3.18).
# While the error handler is at work old kernels answer that they know of no resets.
reset_only() {
	wait_for 10 not host_recovers "$2" || fail "the error handler does not end"
	case $(uname -r) in
	[012].*|3.[0-9].*|3.1[0-7].*) sg_reset "$1" "$2" ;;
	*) sg_reset "$1" -N "$2" ;;
	esac
}
