// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
//
// Preloaded into the programs that bench_tools measures. libibumad and libibverbs as far as these programs use them, on a machine
// without InfiniBand: MADs travel over a stream socket that bench_tools left open for us (file descriptor $BENCH_FD), each as the
// ib_user_mad that a program would write to /dev/infiniband/umadN, with length saying how long the MAD behind it is. One adapter,
// bench0, with one queue pair: what is sent there is answered at once, as an SM would a subscription to traps.
//
// At the end of the program its peak of memory is told: a frame with the agent number BENCH_REPORT and KiB as its status.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <infiniband/umad.h>
#include <infiniband/verbs.h>

#define BENCH_REPORT 0xffffffffu
#define METHOD_REPORT 0x06
#define HEADER sizeof(struct ib_user_mad)

static int agents, report_agent = -1;
static struct ib_user_mad *held; // arrived, but the buffer of the reader was too small; the kernel keeps it like this

static int wire(void)
{
	static int fd = -1;

	if (fd < 0 && getenv("BENCH_FD"))
		fd = atoi(getenv("BENCH_FD"));
	return fd;
}

static void write_all(const void *data, size_t length)
{
	while (length) {
		const ssize_t n = send(wire(), data, length, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		data = (const char *)data + n;
		length -= n;
	}
}

static void send_frame(const struct ib_user_mad *header, const void *mad)
{
	char frame[HEADER + 256];

	memcpy(frame, header, HEADER);
	memcpy(frame + HEADER, mad, header->length);
	write_all(frame, HEADER + header->length);
}

static int read_all(void *data, size_t length)
{
	while (length) {
		const ssize_t n = recv(wire(), data, length, 0);

		if (n <= 0)
			return -1;
		data = (char *)data + n;
		length -= n;
	}
	return 0;
}

__attribute__((destructor)) static void tell_peak(void)
{
	struct ib_user_mad header = { .agent_id = BENCH_REPORT };
	FILE *status = fopen("/proc/self/status", "r");
	char line[200];

	if (!status)
		return;
	while (fgets(line, sizeof(line), status))
		sscanf(line, "VmHWM: %u", &header.status);
	fclose(status);
	if (wire() >= 0)
		send_frame(&header, "");
}

// ---- libibumad: see umad_recv(3) and its neighbours -----------------------------------------------------------------------------

int umad_init(void) { return 0; }
int umad_done(void) { return 0; }
int umad_open_port(const char *ca_name, int portnum)
{
	(void)ca_name;
	(void)portnum;
	return wire() < 0 ? -ENODEV : wire();
}
int umad_close_port(int portid) { (void)portid; return 0; }
int umad_get_fd(int portid) { return portid; }
size_t umad_size(void) { return HEADER; }
void *umad_get_mad(void *umad) { return (char *)umad + HEADER; }
int umad_set_pkey(void *umad, int pkey_index)
{
	((struct ib_user_mad *)umad)->addr.pkey_index = pkey_index;
	return 0;
}
int umad_get_pkey(void *umad) { return ((struct ib_user_mad *)umad)->addr.pkey_index; }
int umad_status(void *umad) { return ((struct ib_user_mad *)umad)->status; }

int umad_register(int portid, int mgmt_class, int mgmt_version, uint8_t rmpp_version, long method_mask[16 / sizeof(long)])
{
	(void)portid;
	(void)mgmt_class;
	(void)mgmt_version;
	(void)rmpp_version;
	if (method_mask && method_mask[0] & 1L << METHOD_REPORT)
		report_agent = agents;
	return agents++;
}
int umad_unregister(int portid, int agentid) { (void)portid; (void)agentid; return 0; }

int umad_send(int portid, int agentid, void *umad, int length, int timeout_ms, int retries)
{
	struct ib_user_mad *header = umad;

	(void)portid;
	if (length > 256)
		return -EINVAL;
	header->agent_id = agentid;
	header->timeout_ms = timeout_ms;
	header->retries = retries;
	header->length = length;
	send_frame(header, (char *)umad + HEADER);
	return 0;
}

// As with the kernel: no answer in time is an answer too, with a status; what does not fit stays until there is room.
int umad_recv(int portid, void *umad, int *length, int timeout_ms)
{
	struct pollfd ready = { wire(), POLLIN, 0 };
	struct ib_user_mad header;

	(void)portid;
	if (!held) {
		if (poll(&ready, 1, timeout_ms) <= 0)
			return timeout_ms ? -ETIMEDOUT : -EAGAIN;
		if (read_all(&header, HEADER))
			return -ENODEV;
		held = malloc(HEADER + header.length);
		if (!held)
			return -ENOMEM;
		*held = header;
		if (read_all((char *)held + HEADER, header.length)) {
			free(held);
			held = NULL;
			return -ENODEV;
		}
	}
	if ((unsigned int)*length < held->length) {
		*(struct ib_user_mad *)umad = *held;
		*length = held->length;
		errno = ENOSPC;
		return -ENOSPC;
	}
	memcpy(umad, held, HEADER + held->length);
	*length = held->length;
	header = *held;
	free(held);
	held = NULL;
	return header.agent_id == BENCH_REPORT ? report_agent : (int)header.agent_id;
}

// ---- libibverbs: the programs open the adapter for its events, and rdma-core's makes a queue pair for traps -----------------------

static struct ibv_device device = { .node_type = IBV_NODE_CA, .transport_type = IBV_TRANSPORT_IB, .name = "bench0", .dev_name = "uverbs0" };
static struct ibv_context context;
static struct ibv_pd pd = { .context = &context };
static struct ibv_comp_channel channel = { .context = &context };
static struct ibv_cq cqs[4];
static struct ibv_qp qp = { .context = &context, .qp_num = 0x100 };
static struct ibv_ah ah = { .context = &context };
static unsigned int cq_count;

// Work of the queue pair. Buffers are used in the order in which they were posted.
#define MAX_WORK 64
#define GRH_BYTES 40
#define MAD_BYTES 256
static pthread_mutex_t work_lock = PTHREAD_MUTEX_INITIALIZER;
static struct ibv_recv_wr posted[MAX_WORK];
static struct ibv_sge buffers[MAX_WORK];
static unsigned int posted_count, filled_count, taken_count;
static uint64_t sent_id[MAX_WORK];
static unsigned int sent_count, sent_taken;

static int poll_cq(struct ibv_cq *cq, int n, struct ibv_wc *wc)
{
	int done = 0;

	pthread_mutex_lock(&work_lock);
	for (; done < n; done++) {
		wc[done] = (struct ibv_wc) { .status = IBV_WC_SUCCESS, .src_qp = 1, .slid = 1 };
		if (cq == qp.send_cq && sent_taken < sent_count) {
			wc[done].opcode = IBV_WC_SEND;
			wc[done].wr_id = sent_id[sent_taken++ % MAX_WORK];
		} else if (cq == qp.recv_cq && taken_count < filled_count) {
			wc[done].opcode = IBV_WC_RECV;
			wc[done].byte_len = GRH_BYTES + MAD_BYTES;
			wc[done].wr_id = posted[taken_count++ % MAX_WORK].wr_id;
		} else {
			break;
		}
	}
	pthread_mutex_unlock(&work_lock);
	return done;
}

static int req_notify_cq(struct ibv_cq *cq, int solicited)
{
	(void)cq;
	(void)solicited;
	return 0;
}

static int post_send(struct ibv_qp *q, struct ibv_send_wr *wr, struct ibv_send_wr **bad)
{
	const unsigned char *mad = (const unsigned char *)(uintptr_t)wr->sg_list[0].addr;

	(void)bad;
	pthread_mutex_lock(&work_lock);
	sent_id[sent_count++ % MAX_WORK] = wr->wr_id;
	// Byte 3 is the method; the answer to Set (2) is GetResp (0x81).
	if (mad[3] == 2 && filled_count < posted_count) {
		unsigned char *to = (unsigned char *)(uintptr_t)buffers[filled_count++ % MAX_WORK].addr;

		memset(to, 0, GRH_BYTES);
		memcpy(to + GRH_BYTES, mad, MAD_BYTES);
		to[GRH_BYTES + 3] = 0x81;
	}
	pthread_mutex_unlock(&work_lock);
	eventfd_write(q->recv_cq->channel->fd, 1);
	return 0;
}

static int post_recv(struct ibv_qp *q, struct ibv_recv_wr *wr, struct ibv_recv_wr **bad)
{
	(void)q;
	(void)bad;
	pthread_mutex_lock(&work_lock);
	for (; wr; wr = wr->next) {
		posted[posted_count % MAX_WORK] = *wr;
		buffers[posted_count++ % MAX_WORK] = wr->sg_list[0];
	}
	pthread_mutex_unlock(&work_lock);
	return 0;
}

struct ibv_device **ibv_get_device_list(int *count)
{
	struct ibv_device **list = calloc(2, sizeof(*list));

	if (!list)
		return NULL;
	list[0] = &device;
	if (count)
		*count = 1;
	return list;
}
void ibv_free_device_list(struct ibv_device **list) { free(list); }
const char *ibv_get_device_name(struct ibv_device *dev) { return dev->name; }
struct ibv_context *ibv_open_device(struct ibv_device *dev)
{
	context.device = dev;
	context.ops.poll_cq = poll_cq;
	context.ops.req_notify_cq = req_notify_cq;
	context.ops.post_send = post_send;
	context.ops.post_recv = post_recv;
	context.async_fd = eventfd(0, EFD_CLOEXEC);
	return &context;
}
int ibv_close_device(struct ibv_context *c) { return close(c->async_fd); }
// The adapter has no events: this waits, or says so where the file descriptor may not wait.
int ibv_get_async_event(struct ibv_context *c, struct ibv_async_event *event)
{
	eventfd_t value;

	(void)event;
	(void)!eventfd_read(c->async_fd, &value);
	return -1;
}
void ibv_ack_async_event(struct ibv_async_event *event) { (void)event; }
int ibv_get_cq_event(struct ibv_comp_channel *ch, struct ibv_cq **cq, void **cq_context)
{
	eventfd_t value;

	if (eventfd_read(ch->fd, &value))
		return -1;
	*cq = qp.recv_cq;
	*cq_context = qp.recv_cq->cq_context;
	return 0;
}
void ibv_ack_cq_events(struct ibv_cq *cq, unsigned int n) { (void)cq; (void)n; }
struct ibv_pd *ibv_alloc_pd(struct ibv_context *c) { (void)c; return &pd; }
int ibv_dealloc_pd(struct ibv_pd *p) { (void)p; return 0; }
struct ibv_comp_channel *ibv_create_comp_channel(struct ibv_context *c)
{
	(void)c;
	channel.fd = eventfd(0, EFD_CLOEXEC | EFD_SEMAPHORE);
	return &channel;
}
int ibv_destroy_comp_channel(struct ibv_comp_channel *ch) { return close(ch->fd); }
struct ibv_cq *ibv_create_cq(struct ibv_context *c, int cqe, void *cq_context, struct ibv_comp_channel *ch, int vector)
{
	struct ibv_cq *cq = &cqs[cq_count++ % 4];

	(void)vector;
	cq->context = c;
	cq->channel = ch;
	cq->cq_context = cq_context;
	cq->cqe = cqe;
	return cq;
}
int ibv_destroy_cq(struct ibv_cq *cq) { (void)cq; return 0; }
struct ibv_qp *ibv_create_qp(struct ibv_pd *p, struct ibv_qp_init_attr *attr)
{
	qp.pd = p;
	qp.send_cq = attr->send_cq;
	qp.recv_cq = attr->recv_cq;
	return &qp;
}
int ibv_modify_qp(struct ibv_qp *q, struct ibv_qp_attr *attr, int mask) { (void)q; (void)attr; (void)mask; return 0; }
int ibv_destroy_qp(struct ibv_qp *q) { (void)q; return 0; }
struct ibv_ah *ibv_create_ah(struct ibv_pd *p, struct ibv_ah_attr *attr) { (void)p; (void)attr; return &ah; }
int ibv_destroy_ah(struct ibv_ah *a) { (void)a; return 0; }
#undef ibv_reg_mr
struct ibv_mr *ibv_reg_mr(struct ibv_pd *p, void *addr, size_t length, int access)
{
	struct ibv_mr *mr = calloc(1, sizeof(*mr));

	(void)access;
	if (!mr)
		return NULL;
	mr->context = &context;
	mr->pd = p;
	mr->addr = addr;
	mr->length = length;
	return mr;
}
int ibv_dereg_mr(struct ibv_mr *mr) { free(mr); return 0; }
#undef ibv_query_port
int ibv_query_port(struct ibv_context *c, uint8_t port, struct _compat_ibv_port_attr *compat)
{
	struct ibv_port_attr *attr = (struct ibv_port_attr *)compat; // begins like that

	(void)c;
	(void)port;
	attr->state = IBV_PORT_ACTIVE;
	attr->lid = 2;
	attr->sm_lid = 1;
	attr->pkey_tbl_len = 1;
	attr->gid_tbl_len = 1;
	attr->link_layer = IBV_LINK_LAYER_INFINIBAND;
	return 0;
}
int ibv_query_pkey(struct ibv_context *c, uint8_t port, int index, __be16 *pkey)
{
	(void)c;
	(void)port;
	*pkey = htons(0xffff);
	return index ? -1 : 0;
}
int ibv_get_pkey_index(struct ibv_context *c, uint8_t port, __be16 pkey)
{
	(void)c;
	(void)port;
	return pkey == htons(0xffff) ? 0 : -1;
}

// ---- the C library: rdma-core's program looks for SCSI hosts where $SYSFS_PATH does not reach --------------------------------------

DIR *opendir(const char *name)
{
	DIR *(*real)(const char *) = (DIR * (*)(const char *)) dlsym(RTLD_NEXT, "opendir");
	const char *hosts = getenv("BENCH_SCSI_HOSTS");

	return real(hosts && !strncmp(name, "/sys/class/scsi_host", 20) ? hosts : name);
}
