// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* IB/CM: listens under a service id on one InfiniBand device. */
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <rdma/ib_cm.h>
#include "peer_ch.h"
#include "peer_cm.h"
#include "peer_compat.h"
#include "peer_login.h"

static LIST_HEAD(devices);
static LIST_HEAD(listeners);
static DEFINE_MUTEX(listeners_lock);	/* devices; listeners; their cm_id */

struct known_device {
	struct list_head entry;
	struct ib_device *dev;
};

struct listener {
	struct list_head entry;
	struct peer_port *port;
	struct ib_device *dev;		/* only compared, unless cm_id is there */
	struct ib_cm_id *cm_id;		/* NULL: the device is gone */
};

/* ---- queue pair ------------------------------------------------------------------------------------------- */

static int modify_qp(struct peer_ch *ch, struct ib_qp *qp, enum ib_qp_state state)
{
	struct ib_qp_attr attr = { .qp_state = state };
	int mask, ret;

	ret = ib_cm_init_qp_attr(ch->cm_id, &attr, &mask);
	if (ret)
		return ret;
	/* As the REP will say: where the other side begins to count. */
	if (state == IB_QPS_RTR)
		attr.rq_psn = qp->qp_num;
	return ib_modify_qp(qp, &attr, mask);
}

static int create_qp(struct peer_ch *ch, struct ib_qp_init_attr *attr)
{
	struct ib_qp *qp = ib_create_qp(ch->pd.pd, attr);
	int ret;

	if (IS_ERR(qp))
		return PTR_ERR(qp);
	ret = modify_qp(ch, qp, IB_QPS_INIT);
	if (ret)
		ib_destroy_qp(qp);
	else
		ch->qp = qp;
	return ret;
}

static void destroy_qp(struct peer_ch *ch)
{
	ib_destroy_qp(ch->qp);
}

static void disconnect(struct peer_ch *ch)
{
	/* Fails if the other side was first. */
	if (ib_send_cm_dreq(ch->cm_id, NULL, 0))
		ib_send_cm_drep(ch->cm_id, NULL, 0);
}

static void destroy_id(struct peer_ch *ch)
{
	ib_destroy_cm_id(ch->cm_id);
}

/* ---- connections ------------------------------------------------------------------------------------------ */

static int channel_event(struct ib_cm_id *id, kc_cm_event_t *event)
{
	struct peer_ch *ch = id->context;

	switch (event->event) {
	case IB_CM_RTU_RECEIVED:
	case IB_CM_USER_ESTABLISHED:
		peer_ch_up(ch);
		break;
	case IB_CM_DREQ_RECEIVED:
	case IB_CM_REJ_RECEIVED:
	case IB_CM_REP_ERROR:
		peer_ch_close(ch);
		break;
	default:
		break;
	}
	return 0;
}

static void own(struct peer_ch *ch)
{
	struct ib_cm_id *id = ch->cm_id;

	id->context = ch;
	id->cm_handler = channel_event;		/* inherited from the listener until now */
}

static const struct peer_cm_ops ib_ops = {
	.create_qp = create_qp,
	.destroy_qp = destroy_qp,
	.disconnect = disconnect,
	.destroy_id = destroy_id,
	.own = own,
};

static bool read_request(struct peer_login *login, const struct srp_login_req *req)
{
	if (req->opcode != SRP_OP_LOGIN_REQ)
		return false;
	peer_login_read(login, req);
	return true;
}

static int send_rep(struct peer_ch *ch, const struct ib_cm_req_event_param *req, const struct peer_login *login)
{
	struct ib_cm_rep_param param = {
		.qp_num = ch->qp->qp_num,
		.starting_psn = ch->qp->qp_num,
		.private_data = login->data,
		.private_data_len = login->len,
		.responder_resources = req->responder_resources,
		.initiator_depth = min_t(int, req->initiator_depth, ch->max_rd_atom),
		.flow_control = 1,
		.rnr_retry_count = 7,
	};
	int ret = modify_qp(ch, ch->qp, IB_QPS_RTR);

	/* Before the RTU, so that an answer to the first command finds the queue pair ready. */
	if (!ret)
		ret = modify_qp(ch, ch->qp, IB_QPS_RTS);
	return ret ? : ib_send_cm_rep(ch->cm_id, &param);
}

static int accept(struct peer_port *port, struct ib_cm_id *id, const struct ib_cm_req_event_param *req, struct peer_login *login)
{
	struct peer_ch *ch = peer_login_channel(port, id->device, &ib_ops, id, login);
	int ret;

	if (IS_ERR(ch))
		return PTR_ERR(ch);
	ret = login->verdict == PEER_ACCEPT ? send_rep(ch, req, login) : 0;
	if (ret) {
		pr_warn("srp_peer: %s: accepting failed (%d)\n", port->name, ret);
		peer_ch_close(ch);
	}
	return 0;
}

/* Return: as of a CM handler, not 0 destroys the identifier. */
static int connect_request(struct ib_cm_id *id, kc_cm_event_t *event)
{
	struct peer_port *port = id->context;
	struct peer_login login = {};
	int ret = -EPROTO;

	if (event->event != IB_CM_REQ_RECEIVED)
		return 0;
	if (!read_request(&login, event->private_data)) {
		pr_warn("srp_peer: %s: a connection request without login request\n", port->name);
		return ret;
	}
	peer_login_decide(port, &login);
	if (login.verdict == PEER_REFUSE)
		ib_send_cm_rej(id, login.cm_reason, login.ari, login.ari_len, login.data, login.len);
	else
		ret = accept(port, id, &event->param.req_rcvd, &login);
	peer_plan_put(&login.plan);
	return ret;
}

/* ---- listening -------------------------------------------------------------------------------------------- */

static struct ib_device *find_device(const char *name)
{
	struct known_device *d;

	list_for_each_entry(d, &devices, entry)
		if (!strcmp(d->dev->name, name))
			return d->dev;
	return NULL;
}

/* Locking: listeners_lock, under which the device stays. */
static int listen(struct listener *l, const char *dev_name, u64 service_id, const char **why)
{
	struct ib_cm_id *id;
	int ret;

	*why = "no such RDMA device";
	l->dev = find_device(dev_name);
	if (!l->dev)
		return -ENODEV;
	*why = "the connection manager refuses";
	id = ib_create_cm_id(l->dev, connect_request, l->port);
	if (IS_ERR(id))
		return PTR_ERR(id);
	ret = peer_cm_listen(id, cpu_to_be64(service_id));
	if (ret) {
		ib_destroy_cm_id(id);
		return ret;
	}
	l->cm_id = id;
	list_add(&l->entry, &listeners);
	return 0;
}

/* ib:DEVICE:SERVICE_ID */
static int start(struct peer_port *port, char *where, const char **why)
{
	char *dev_name, *service;
	struct listener *l;
	u64 service_id;
	int ret;

	*why = "expected ib:DEVICE:SERVICE_ID";
	strsep(&where, ":");
	dev_name = strsep(&where, ":");
	service = where;
	if (!dev_name || !service || kstrtoull(service, 16, &service_id))
		return -EINVAL;
	*why = "out of memory";
	l = kzalloc(sizeof(*l), GFP_KERNEL);
	if (!l)
		return -ENOMEM;
	l->port = port;
	mutex_lock(&listeners_lock);
	ret = listen(l, dev_name, service_id, why);
	mutex_unlock(&listeners_lock);
	if (ret)
		kfree(l);
	else
		port->listener = l;
	return ret;
}

static void stop(struct peer_port *port)
{
	struct listener *l = port->listener;

	mutex_lock(&listeners_lock);
	list_del(&l->entry);
	if (l->cm_id)
		ib_destroy_cm_id(l->cm_id);
	mutex_unlock(&listeners_lock);
	kfree(l);
}

const struct peer_listen_ops peer_listen_ib = { .start = start, .stop = stop };

/* ---- devices ---------------------------------------------------------------------------------------------- */

static struct ib_client client;

static int add_device(struct ib_device *dev)
{
	struct known_device *d = kzalloc(sizeof(*d), GFP_KERNEL);

	if (!d)
		return -ENOMEM;
	d->dev = dev;
	mutex_lock(&listeners_lock);
	list_add(&d->entry, &devices);
	mutex_unlock(&listeners_lock);
	ib_set_client_data(dev, &client, d);
	return 0;
}

/* Nobody else tells us: neither listeners nor channels may outlive the device. */
static void remove_device(struct ib_device *dev, void *data)
{
	struct known_device *d = data;
	struct listener *l;

	mutex_lock(&listeners_lock);
	list_del(&d->entry);
	kfree(d);
	list_for_each_entry(l, &listeners, entry) {
		if (l->dev != dev || !l->cm_id)
			continue;
		ib_destroy_cm_id(l->cm_id);
		l->cm_id = NULL;
		l->dev = NULL;
		peer_ch_close_all(l->port);
	}
	mutex_unlock(&listeners_lock);
}

static void rename_device(struct ib_device *dev, void *data)
{
}

KC_DEFINE_CLIENT(client, "srp_peer", add_device, remove_device, rename_device);

int peer_cm_ib_init(void)
{
	return ib_register_client(&client);
}

void peer_cm_ib_exit(void)
{
	ib_unregister_client(&client);
}
