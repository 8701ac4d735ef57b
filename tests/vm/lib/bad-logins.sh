# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# bad_logins PATH: login strings that must be refused, one per line, as "EXPECTED|string" (see srptest table).
#
# Every bad value is tried in both kinds of string (IB/CM and RDMA/CM), at the end and, since keys may come in any order, at
# the beginning. A value that does not fit its type may be answered with EINVAL or ERANGE; everything else with EINVAL.

bad_logins() {
	_guid=$(target_guid)
	awk -v guid="$_guid" -v dest="$(addr_t "$1"):$SRP_PORT" -v src="$(addr_i "$1")" '
	function emit(expected, text) { print expected "|" text }
	function bad(expected, field) {
		emit(expected, ib "," field)
		emit(expected, field "," rdma)
	}
	function each(expected, key, values,    n, v, i) {
		n = split(values, v, " ")
		for (i = 1; i <= n; i++) {
			gsub(/_/, " ", v[i])
			bad(expected, key "=" v[i])
		}
		bad("EINVAL", key "=")
		bad("EINVAL", key)
	}
	# All strings that lack one or more of the fields f[1..n].
	function subsets(f, n,    all, set, i, text, x) {
		all = 1
		for (i = 1; i <= n; i++)
			all *= 2
		for (set = 0; set < all - 1; set++) {
			text = ""
			x = set
			for (i = 1; i <= n; i++) {
				if (x % 2)
					text = text (text == "" ? "" : ",") f[i]
				x = int(x / 2)
			}
			emit("EINVAL", text == "" ? "," : text)
		}
	}
	BEGIN {
		gid = "fe800000000000000000000000000001"
		ib = "id_ext=" guid ",ioc_guid=" guid ",dgid=" gid ",pkey=ffff,service_id=" guid
		rdma = "id_ext=" guid ",ioc_guid=" guid ",dest=" dest

		n = split(ib, f, ",")
		subsets(f, n)
		n = split(rdma ",src=" src, f, ",")
		for (i = 1; i <= 3; i++) g[i] = f[i]
		subsets(g, 3)
		emit("EINVAL", f[1] "," f[2] "," f[4])
		emit("EINVAL", "queue_size=10")

		# 64-bit hexadecimal numbers
		for (i = split("id_ext ioc_guid initiator_ext", k, " "); i > 0; i--) {
			each("EINVAL", k[i], "g xyz 0x 0xg 0x0x1 -1 1g 1_ _1 1.0 1:2 1;")
			each("EINVAL/ERANGE", k[i], "10000000000000000 fffffffffffffffff 0x123456789abcdef01")
		}
		n = split("service_id=g service_id=0x service_id=-1 service_id=1g service_id=12345678901234567 service_id=", v, " ")
		for (i = 1; i <= n; i++)
			emit("EINVAL/ERANGE", ib "," v[i])

		# GID: 32 hexadecimal digits, nothing else
		n = split("fe8 " substr(gid, 2) " " gid "0 fe80:0000:0000:0000:0000:0000:0000:0001 0x" gid " g" substr(gid, 2) " " substr(gid, 2) "g" \
			" :: 10.1.0.2 -" substr(gid, 2), v, " ")
		for (i = 1; i <= n; i++) {
			emit("EINVAL", ib ",dgid=" v[i])
			emit("EINVAL", "dgid=" v[i] "," ib)
		}
		emit("EINVAL", "dgid=" gid "0")
		emit("EINVAL", "dgid=," ib)

		# P_Key: 16 bits
		n = split("g 0x -1 10000 fffff 0x1ffff ffffffff 123456789 7ff:f", v, " ")
		for (i = 1; i <= n; i++) {
			emit("EINVAL/ERANGE", ib ",pkey=" v[i])
			emit("EINVAL/ERANGE", "pkey=" v[i] "," ib)
		}

		# addresses
		n = split("x 10.1.0.2 10.1.0.2: 10.1.0.2:x 10.1.0.2:5x :5555 10.1.0:5555 10.1.0.256:5555 10.1.0.2:65536 10.1.0.2:-1" \
			" 10.1.0.2.3:5555 localhost:5555 10.1.0.2:5555:1 10.1.0.2_:5555 [::1] [::1]: [::1:5555 [::g]:5555 []:5555 [::1]:65536" \
			" [::1]x:1 [1:2:3:4:5:6:7:8:9]:1 [10.1.0.2]:5555x", v, " ")
		for (i = 1; i <= n; i++) {
			gsub(/_/, " ", v[i])
			emit("EINVAL", rdma ",dest=" v[i])
			emit("EINVAL", "dest=" v[i] "," rdma)
		}
		n = split("x 10.1.0 10.1.0.256 10.1.0.1:x 10.1.0.1:65536 10.1.0.1:-1 [::1 []  [::g] [::1]:x 10.1.0.1.1", v, " ")
		for (i = 1; i <= n; i++) {
			emit("EINVAL", rdma ",src=" v[i])
			emit("EINVAL", "src=" v[i] "," rdma)
		}
		emit("EINVAL", rdma ",dest=")
		emit("EINVAL/ENODEV", rdma ",dest=[fe80::1%nosuchdev]:5555")
		emit("EINVAL/ENODEV", rdma ",src=[fe80::1%nosuchdev]")
		emit("EINVAL", rdma ",src=")

		# decimal numbers and their ranges
		each("EINVAL/ERANGE", "max_sect", "0 -1 x 1x _1 1.5 99999999999 -99999999999 0x100000000")
		each("EINVAL/ERANGE", "max_cmd_per_lun", "0 -1 x 1x _1 99999999999")
		each("EINVAL/ERANGE", "queue_size", "0 -1 x 1x _1 1_ 99999999999 -2147483649")
		each("EINVAL/ERANGE", "target_can_queue", "0 -1 x 1x 99999999999")
		each("EINVAL/ERANGE", "max_it_iu_size", "-1 x 1x 99999999999 -99999999999")
		each("EINVAL/ERANGE", "cmd_sg_entries", "0 256 1000 -1 x 1x 4294967296 99999999999")
		each("EINVAL/ERANGE", "sg_tablesize", "0 2049 -1 x 1x 4294967297 99999999999")
		each("EINVAL/ERANGE", "allow_ext_sg", "x -1 true 1x 99999999999")
		each("EINVAL/ERANGE", "comp_vector", "-1 x 1x 99999999999")
		each("EINVAL/ERANGE", "tl_retry_count", "0 1 8 100 -1 x 7x 4294967298")
		each("EINVAL/ERANGE", "ch_count", "0 -1 x 1x 99999999999")
		each("EINVAL/ERANGE", "io_class", "0 1 ff 101 fff ff01 10000 0x1000100 x -1 0x")

		# what is no key at all
		n = split("foo foo=1 =1 = ID_EXT=1 Queue_size=5 id_ext_=1 _id_ext=1 id_ext:1 queue_size=10;max_sect=10 queue-size=5 " \
			"pkey_index=0 can_queue=10 lun=0 port=1 %s=1 %n%n%n ../../etc=1 \\x01=1 \\xff\\xfe=1 queue_size=\\x01 queue_size=1\\t", v, " ")
		for (i = 1; i <= n; i++) {
			gsub(/_/, v[i] ~ /queue|index/ ? "_" : " ", v[i])
			bad("EINVAL", v[i])
		}

		# keys of both kinds together, in either order
		n = split("dgid=" gid " pkey=ffff service_id=1", v, " ")
		for (i = 1; i <= n; i++) {
			emit("EINVAL", rdma "," v[i])
			emit("EINVAL", v[i] "," rdma)
		}
		n = split("dest=" dest " src=" src, v, " ")
		for (i = 1; i <= n; i++) {
			emit("EINVAL", ib "," v[i])
			emit("EINVAL", v[i] "," ib)
		}

		# shapes
		emit("EINVAL", "\\n")
		emit("EINVAL", ",,,,")
		emit("EINVAL", ",\\n,\\n")
		emit("EINVAL", "junk")
		emit("EINVAL", rdma "\\n\\nfoo\\n")
		emit("EINVAL", rdma ",queue_size=10,queue_size=0")
		emit("EINVAL", rdma " ,queue_size=10")
		emit("EINVAL", rdma ", queue_size=10")
		emit("EINVAL", rdma ";queue_size=10")
		for (long = "x"; length(long) < 2000; )
			long = long long
		emit("EINVAL", long)
		emit("EINVAL", long "=1")
		emit("EINVAL", rdma "," long "=1")
		emit("EINVAL/ERANGE", rdma ",queue_size=" substr(long, 1, 500))
		gsub(/x/, "9", long)
		emit("EINVAL/ERANGE", rdma ",queue_size=" long)
		emit("EINVAL/ERANGE", rdma ",id_ext=" long)
		emit("EINVAL", rdma ",dest=" long)
		gsub(/9/, ",", long)
		emit("EINVAL", long "foo")
	}'
}
