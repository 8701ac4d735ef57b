// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* RDMA/CM: listens at an IP address. */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/inet.h>
#include <linux/string.h>
#include <net/net_namespace.h>
#include <rdma/rdma_cm.h>
#include "peer_ch.h"
#include "peer_cm.h"
#include "peer_compat.h"
#include "peer_login.h"

#define BACKLOG	16

static int create_qp(struct peer_ch *ch, struct ib_qp_init_attr *attr)
{
	struct rdma_cm_id *id = ch->cm_id;
	int ret = rdma_create_qp(id, ch->pd.pd, attr);

	if (!ret)
		ch->qp = id->qp;
	return ret;
}

static void destroy_qp(struct peer_ch *ch)
{
	rdma_destroy_qp(ch->cm_id);
}

static void disconnect(struct peer_ch *ch)
{
	rdma_disconnect(ch->cm_id);
}

static void destroy_id(struct peer_ch *ch)
{
	rdma_destroy_id(ch->cm_id);
}

/* ---- connections ------------------------------------------------------------------------------------------ */

static int channel_event(struct rdma_cm_id *id, struct rdma_cm_event *event)
{
	struct peer_ch *ch = id->context;

	switch (event->event) {
	case RDMA_CM_EVENT_ESTABLISHED:
		peer_ch_up(ch);
		break;
	case RDMA_CM_EVENT_TIMEWAIT_EXIT:
		break;
	default:	/* disconnected, rejected, unreachable, device removal */
		peer_ch_close(ch);
	}
	return 0;
}

static void own(struct peer_ch *ch)
{
	struct rdma_cm_id *id = ch->cm_id;

	id->context = ch;
	id->event_handler = channel_event;	/* inherited from the listener until now */
}

static const struct peer_cm_ops rdma_ops = {
	.create_qp = create_qp,
	.destroy_qp = destroy_qp,
	.disconnect = disconnect,
	.destroy_id = destroy_id,
	.own = own,
};

/* ---- login ------------------------------------------------------------------------------------------------ */

static bool read_request(struct peer_login *login, const void *data, u32 len)
{
	const struct srp_login_req_rdma *req = data;

	if (len < sizeof(*req) || req->opcode != SRP_OP_LOGIN_REQ)
		return false;
	peer_login_read(login, req);
	return true;
}

static int accept(struct peer_port *port, struct rdma_cm_id *id, const struct rdma_conn_param *req, struct peer_login *login)
{
	struct rdma_conn_param param = {
		.private_data = login->data,
		.private_data_len = login->len,
		.flow_control = 1,
		.rnr_retry_count = 7,
	};
	struct peer_ch *ch = peer_login_channel(port, id->device, &rdma_ops, id, login);

	if (IS_ERR(ch))
		return PTR_ERR(ch);
	param.initiator_depth = min_t(int, req->initiator_depth, ch->max_rd_atom);
	if (login->verdict == PEER_ACCEPT && rdma_accept(id, &param)) {
		pr_warn("srp_peer: %s: accepting failed\n", port->name);
		peer_ch_close(ch);
	}
	return 0;
}

/* Return: as of an event handler, not 0 destroys the identifier. */
static int connect_request(struct peer_port *port, struct rdma_cm_id *id, const struct rdma_conn_param *req)
{
	struct peer_login login = {};
	int ret = -EPROTO;

	if (!read_request(&login, req->private_data, req->private_data_len)) {
		pr_warn("srp_peer: %s: a connection request without login request\n", port->name);
		return ret;
	}
	peer_login_decide(port, &login);
	if (login.verdict == PEER_REFUSE)
		peer_rdma_reject(id, login.len ? login.data : NULL, login.len, login.cm_reason);
	else
		ret = accept(port, id, req, &login);
	peer_plan_put(&login.plan);
	return ret;
}

/* The listener's. */
static int listener_event(struct rdma_cm_id *id, struct rdma_cm_event *event)
{
	struct peer_port *port = id->context;

	switch (event->event) {
	case RDMA_CM_EVENT_CONNECT_REQUEST:	/* here the identifier is a new one */
		return connect_request(port, id, &event->param.conn);
	case RDMA_CM_EVENT_DEVICE_REMOVAL:	/* the identifier goes with its device */
		return cmpxchg(&port->listener, id, NULL) == id;
	default:
		return 0;
	}
}

/* ---- listening -------------------------------------------------------------------------------------------- */

/* a.b.c.d:port or [v6]:port */
static int parse_address(char *where, struct sockaddr_storage *addr)
{
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)addr;
	struct sockaddr_in *v4 = (struct sockaddr_in *)addr;
	char *colon = strrchr(where, ':');
	unsigned int port;

	if (!colon || kstrtouint(colon + 1, 10, &port) || port > 0xffff)
		return -EINVAL;
	*colon = '\0';
	/* The places of the two ports are the same. */
	v4->sin_port = cpu_to_be16(port);
	if (*where != '[') {
		v4->sin_family = AF_INET;
		return in4_pton(where, -1, (u8 *)&v4->sin_addr, -1, NULL) ? 0 : -EINVAL;
	}
	v6->sin6_family = AF_INET6;
	return in6_pton(where + 1, -1, v6->sin6_addr.s6_addr, ']', NULL) ? 0 : -EINVAL;
}

static int start(struct peer_port *port, char *where, const char **why)
{
	struct sockaddr_storage addr = {};
	struct rdma_cm_id *id;
	int ret;

	*why = "expected ADDRESS:PORT";
	ret = parse_address(where, &addr);
	if (ret)
		return ret;
	id = kc_rdma_create_id(&init_net, listener_event, port);
	*why = "no identifier";
	if (IS_ERR(id))
		return PTR_ERR(id);
	port->listener = id;
	*why = "no RDMA device has this address, or it is in use";
	ret = rdma_bind_addr(id, (struct sockaddr *)&addr);
	if (!ret)
		ret = rdma_listen(id, BACKLOG);
	if (!ret)
		return 0;
	port->listener = NULL;
	rdma_destroy_id(id);
	return ret;
}

static void stop(struct peer_port *port)
{
	struct rdma_cm_id *id = xchg(&port->listener, NULL);

	if (id)
		rdma_destroy_id(id);
}

const struct peer_listen_ops peer_listen_rdma = { .start = start, .stop = stop };
