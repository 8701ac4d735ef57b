// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* RoCE, iWARP and IPoIB addresses: the RDMA connection manager. */
#include <linux/err.h>
#include <linux/inet.h>
#include <linux/netdevice.h>
#include "srp_connect.h"
#include "srp_count.h"
#include "srp_log.h"
#include "srp_login.h"
#include "srp_target.h"

#define SRP_RESOLVE_MS	1000

/* --- addresses -------------------------------------------------------------- */

/* Interface index of a scope, 0 if there is no such interface. */
static unsigned int srp_scope_id(struct net *net, const char *scope)
{
	struct net_device *dev;
	unsigned int index = 0;

	if (!kstrtouint(scope, 0, &index))
		return index;
	rcu_read_lock();
	dev = dev_get_by_name_rcu(net, scope);
	if (dev)
		index = dev->ifindex;
	rcu_read_unlock();
	return index;
}

static int srp_to_sockaddr(struct srp_ch *ch, const struct srp_addr *addr,
			   struct sockaddr_storage *ss)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ss;
	struct sockaddr_in *in = (struct sockaddr_in *)ss;

	memset(ss, 0, sizeof(*ss));
	switch (addr->family) {
	case SRP_ADDR_IPV4:
		in->sin_family = AF_INET;
		in->sin_port = htons(addr->port);
		memcpy(&in->sin_addr, addr->ip, sizeof(in->sin_addr));
		return 0;
	case SRP_ADDR_IPV6:
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(addr->port);
		memcpy(&in6->sin6_addr, addr->ip, sizeof(in6->sin6_addr));
		if (!addr->scope[0])
			return 0;
		in6->sin6_scope_id = srp_scope_id(ch->target->net, addr->scope);
		if (in6->sin6_scope_id)
			return 0;
		srp_path_err(ch->target, "there is no network interface %s; correct the scope of the address",
			     addr->scope);
		return -ENODEV;
	default:
		return -EINVAL;
	}
}

/* --- CM handler -------------------------------------------------------------- */

static int srp_rdma_rejected(struct srp_ch *ch, struct rdma_cm_event *event)
{
	const void *data = event->param.conn.private_data;
	u8 len = event->param.conn.private_data_len;
	u32 reason;

	/* iWARP has no numbers for reasons, but it carries what the target says. */
	if (event->status < 0) {
		if (!srp_parse_login_rej(data, len, &reason))
			return srp_login_rejected(ch, IB_CM_REJ_CONSUMER_DEFINED, data, len, "");
		ch->refused = true;
		srp_path_err(ch->target, "connection to %s refused (%d); check the port number and that the target is running",
			     ch->target->name, event->status);
		return -ECONNREFUSED;
	}
	data = rdma_consumer_reject_data(ch->rdma.cm_id, event, &len);
	return srp_login_rejected(ch, data ? IB_CM_REJ_CONSUMER_DEFINED : event->status,
				  data, len, "");
}

/* Workqueue context; never destroys its own identifier, hence returns 0. */
static int srp_rdma_cm_handler(struct rdma_cm_id *cm_id, struct rdma_cm_event *event)
{
	struct srp_ch *ch = cm_id->context;

	switch (event->event) {
	case RDMA_CM_EVENT_ADDR_RESOLVED:
	case RDMA_CM_EVENT_ROUTE_RESOLVED:
		srp_cm_end(ch, 0);
		break;
	case RDMA_CM_EVENT_ADDR_ERROR:
	case RDMA_CM_EVENT_ROUTE_ERROR:
		srp_path_err(ch->target, "%s for %s; check that the address answers on a network of this adapter",
			     rdma_event_msg(event->event), ch->target->name);
		srp_cm_end(ch, -ENXIO);
		break;
	case RDMA_CM_EVENT_UNREACHABLE:
		srp_path_err(ch->target, "no answer from %s; check the path and that the target is running",
			     ch->target->name);
		srp_cm_end(ch, -EHOSTUNREACH);
		/* Also told of a live connection whose neighbour moved. */
		srp_ch_fail(ch);
		break;
	case RDMA_CM_EVENT_CONNECT_ERROR:
		srp_dbg(ch->shost, "Sending CM REQ failed\n");
		srp_path_err(ch->target, "connecting to %s failed (%d); check the path and that the target is running",
			     ch->target->name, event->status);
		srp_cm_end(ch, -ECONNRESET);
		break;
	case RDMA_CM_EVENT_REJECTED:
		srp_cm_end(ch, srp_rdma_rejected(ch, event));
		break;
	case RDMA_CM_EVENT_ESTABLISHED:
		ch->cm_connected = true;
		srp_cm_end(ch, srp_login_granted(ch, event->param.conn.private_data,
						 event->param.conn.private_data_len));
		break;
	case RDMA_CM_EVENT_DISCONNECTED:
		if (ch->cm_connected)
			srp_warn(ch->shost, "received DREQ\n");
		srp_cm_closed(ch);
		rdma_disconnect(cm_id);		/* answers it */
		break;
	case RDMA_CM_EVENT_TIMEWAIT_EXIT:
		srp_err(ch->shost, "connection closed\n");
		srp_cm_closed(ch);
		break;
	case RDMA_CM_EVENT_ADDR_CHANGE:
	case RDMA_CM_EVENT_DEVICE_REMOVAL:
		srp_path_err(ch->target, "connection to %s lost: %s; check the network interface",
			     ch->target->name, rdma_event_msg(event->event));
		srp_cm_closed(ch);
		break;
	default:
		srp_warn(ch->shost, "Unhandled CM event %d\n", event->event);
		break;
	}
	return 0;
}

/* --- connection --------------------------------------------------------------- */

/* The route decides which device is used; it must be the one that was written to. */
static int srp_rdma_check_device(struct srp_ch *ch)
{
	const struct rdma_cm_id *id = ch->rdma.cm_id;
	const struct srp_target *target = ch->target;

	if (id->device == ch->sdev->dev && id->port_num == target->port_num)
		return 0;
	srp_path_err(ch->target,
		     "%s is reached through %s port %u, not %s port %u; write to the add_target of the former or set src",
		     target->name, id->device ? dev_name(&id->device->dev) : "no device",
		     id->port_num, dev_name(&ch->sdev->dev->dev), target->port_num);
	return -EHOSTUNREACH;
}

static int srp_rdma_resolve(struct srp_ch *ch)
{
	struct srp_target *target = ch->target;
	struct sockaddr_storage src, dst;
	struct rdma_cm_id *cm_id;
	bool has_src = target->opt.src.family != SRP_ADDR_NONE;
	int ret;

	ret = srp_to_sockaddr(ch, &target->opt.dest, &dst);
	if (!ret && has_src)
		ret = srp_to_sockaddr(ch, &target->opt.src, &src);
	if (ret)
		return ret;

	cm_id = kc_rdma_create_id(target->net, srp_rdma_cm_handler, ch);
	if (IS_ERR(cm_id))
		return PTR_ERR(cm_id);
	srp_count_add(SRP_OBJ_CM_ID, 1);
	ch->rdma.cm_id = cm_id;

	srp_cm_begin(ch);
	ret = rdma_resolve_addr(cm_id, has_src ? (struct sockaddr *)&src : NULL,
				(struct sockaddr *)&dst, SRP_RESOLVE_MS);
	if (!ret)
		ret = srp_cm_wait(ch);
	if (ret) {
		if (has_src)
			srp_outcome_err(target, "No route available from %pISpsc to %pISpsc (%d); check both addresses and the routes of this host",
					&src, &dst, ret);
		else
			srp_outcome_err(target, "No route available to %pISpsc (%d); check the address and the routes of this host",
					&dst, ret);
		return ret;
	}
	ret = srp_rdma_check_device(ch);
	if (ret)
		return ret;
	srp_cm_begin(ch);
	ret = rdma_resolve_route(cm_id, SRP_RESOLVE_MS);
	if (!ret)
		ret = srp_cm_wait(ch);
	if (ret)
		srp_outcome_err(target, "Resolving address %pISpsc failed (%d); check the network of this adapter",
				&dst, ret);
	return ret;
}

static void srp_rdma_release(struct srp_ch *ch)
{
	if (!ch->rdma.cm_id)
		return;
	rdma_destroy_id(ch->rdma.cm_id);
	ch->rdma.cm_id = NULL;
	srp_count_add(SRP_OBJ_CM_ID, -1);
}

static int srp_rdma_create_qp(struct srp_ch *ch, struct ib_qp_init_attr *attr)
{
	int ret = rdma_create_qp(ch->rdma.cm_id, ch->sdev->pd.pd, attr);

	if (!ret)
		ch->qp = ch->rdma.cm_id->qp;
	return ret;
}

static void srp_rdma_destroy_qp(struct srp_ch *ch, struct ib_qp *qp)
{
	rdma_destroy_qp(ch->rdma.cm_id);
}

static int srp_rdma_connect(struct srp_ch *ch, bool multi)
{
	struct srp_login_params login = srp_login_params(ch, multi);
	struct srp_login_req_rdma req;
	struct rdma_conn_param param = {
		.private_data = &req,
		.private_data_len = sizeof(req),
		.flow_control = 1,
		.responder_resources = 4,
		.retry_count = ch->target->opt.tl_retry_count,
		.rnr_retry_count = 7,
	};
	int ret;

	srp_build_login_req_rdma(&req, &login);
	srp_cm_begin(ch);
	ret = rdma_connect(ch->rdma.cm_id, &param);
	if (!ret)
		ret = srp_cm_wait(ch);
	if (!ret)
		ret = srp_ch_post_all_recv(ch, ch->grant.max_ti_iu_len);
	return ret;
}

static void srp_rdma_disconnect(struct srp_ch *ch)
{
	if (rdma_disconnect(ch->rdma.cm_id))
		srp_dbg(ch->shost, "Sending CM DREQ failed\n");
}

const struct srp_cm_ops srp_cm_rdma_ops = {
	.resolve = srp_rdma_resolve,
	.create_qp = srp_rdma_create_qp,
	.destroy_qp = srp_rdma_destroy_qp,
	.connect = srp_rdma_connect,
	.disconnect = srp_rdma_disconnect,
	.release = srp_rdma_release,
};
