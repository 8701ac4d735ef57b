// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* InfiniBand: path record query and the IB connection manager (IBA 12, 15). */
#include <linux/err.h>
#include <linux/random.h>
#include <rdma/ib_cache.h>
#include "srp_connect.h"
#include "srp_count.h"
#include "srp_log.h"
#include "srp_login.h"
#include "srp_target.h"

#define SRP_PATH_QUERY_MS	1000
#define SRP_CM_RETRIES		15
#define SRP_MAX_REDIRECTS	8
#define SRP_DEFAULT_SUBNET_TIMEOUT	18

/* --- path ------------------------------------------------------------------ */

static void srp_path_done(int status, struct sa_path_rec *path, KC_NUM_PRS_ARG void *ch_ptr)
{
	struct srp_ch *ch = ch_ptr;

	if (status)
		srp_path_err(ch->target, "Got failed path rec status %d; is the subnet manager running, and does the target share the P_Key?",
			     status);
	else
		ch->ib.path = *path;
	srp_cm_end(ch, status);
	complete(&ch->ib.query_done);	/* last: @ch may go after this */
}

static int srp_query_path(struct srp_ch *ch)
{
	struct srp_target *target = ch->target;
	struct ib_sa_query *query;
	int ret;

	srp_cm_begin(ch);
	init_completion(&ch->ib.query_done);
	ret = ib_sa_path_rec_get(&srp_sa_client, target->sdev->dev, target->port_num,
				 &ch->ib.path,
				 IB_SA_PATH_REC_SERVICE_ID | IB_SA_PATH_REC_DGID |
				 IB_SA_PATH_REC_SGID | IB_SA_PATH_REC_NUMB_PATH |
				 IB_SA_PATH_REC_PKEY,
				 SRP_PATH_QUERY_MS, GFP_KERNEL, srp_path_done, ch, &query);
	if (ret >= 0) {
		ret = srp_cm_wait(ch);
		/*
		 * Interrupted or not, it must not write to a channel that may be gone. It ends
		 * within its time-out, and that of a local service (ibacm) if there is one.
		 * ib_sa_cancel_query() touches freed memory if it ends at this moment.
		 */
		wait_for_completion(&ch->ib.query_done);
	}
	if (ret)
		srp_warn(ch->shost,
			 "Path record query failed: sgid %pI6, dgid %pI6, pkey %#04x, service_id %#16llx\n",
			 ch->ib.path.sgid.raw, ch->ib.path.dgid.raw,
			 be16_to_cpu(ch->ib.path.pkey), be64_to_cpu(ch->ib.path.service_id));
	return ret;
}

static void srp_path_init(struct srp_ch *ch)
{
	struct srp_target *target = ch->target;
	struct sa_path_rec *path = &ch->ib.path;

	memset(path, 0, sizeof(*path));
	kc_path_set_type(path, target->sdev->dev, target->port_num);
	path->sgid = target->sgid;
	memcpy(path->dgid.raw, target->opt.dgid, sizeof(path->dgid.raw));
	path->pkey = cpu_to_be16(target->opt.pkey);
	path->service_id = cpu_to_be64(target->opt.service_id);
	path->numb_path = 1;
}

/* --- CM handler ------------------------------------------------------------ */

/* @ari of reject reason 24 and 25 is a ClassPortInfo (IBA 12.6.8): GID, LID, P_Key, QPN. */
static int srp_port_cm_redirect(struct srp_ch *ch, kc_cm_event_t *event)
{
	const struct ib_class_port_info *cpi = event->param.rej_rcvd.ari;
	u16 dlid;

	if (!cpi || event->param.rej_rcvd.ari_length < sizeof(*cpi)) {
		srp_warn(ch->shost, "redirect without an address ignored\n");
		return -ECONNRESET;
	}
	dlid = be16_to_cpu(cpi->redirect_lid);
	kc_path_set_dlid(&ch->ib.path, dlid);
	ch->ib.path.pkey = cpi->redirect_pkey;
	ch->ib.remote_cm_qpn = be32_to_cpu(cpi->redirect_qp) & 0x00ffffff;
	memcpy(ch->ib.path.dgid.raw, cpi->redirect_gid, sizeof(cpi->redirect_gid));
	return dlid ? SRP_CM_DLID_REDIRECT : SRP_CM_PORT_REDIRECT;
}

/* Topspin and Cisco targets put the GID of another port there. Return: 0 if there is none. */
static int srp_port_redirect(struct srp_ch *ch, kc_cm_event_t *event)
{
	const struct ib_cm_rej_event_param *rej = &event->param.rej_rcvd;

	if (!ch->target->topspin || !rej->ari ||
	    rej->ari_length < sizeof(ch->ib.path.dgid.raw))
		return 0;
	memcpy(ch->ib.path.dgid.raw, rej->ari, sizeof(ch->ib.path.dgid.raw));
	srp_dbg(ch->shost, "Topspin/Cisco redirect to target port GID %016llx%016llx\n",
		be64_to_cpu(ch->ib.path.dgid.global.subnet_prefix),
		be64_to_cpu(ch->ib.path.dgid.global.interface_id));
	return SRP_CM_PORT_REDIRECT;
}

static int srp_ib_rejected(struct srp_ch *ch, kc_cm_event_t *event)
{
	unsigned int reason = event->param.rej_rcvd.reason;
	char name[96];
	int ret = 0;

	if (reason == IB_CM_REJ_PORT_CM_REDIRECT)
		ret = srp_port_cm_redirect(ch, event);
	else if (reason == IB_CM_REJ_PORT_REDIRECT)
		ret = srp_port_redirect(ch, event);
	if (ret)
		return ret;
	snprintf(name, sizeof(name), "from %pI6 to %pI6 ", ch->ib.path.sgid.raw,
		 ch->ib.path.dgid.raw);
	return srp_login_rejected(ch, reason, event->private_data,
				  IB_CM_REJ_PRIVATE_DATA_SIZE, name);
}

/* Workqueue context; never destroys its own identifier. */
static int srp_ib_cm_handler(struct ib_cm_id *cm_id, kc_cm_event_t *event)
{
	struct srp_ch *ch = cm_id->context;

	switch (event->event) {
	case IB_CM_REQ_ERROR:
		srp_dbg(ch->shost, "Sending CM REQ failed\n");
		srp_path_err(ch->target, "no answer from %s; check the path and that the target is running",
			     ch->target->name);
		srp_cm_end(ch, -ECONNRESET);
		break;
	case IB_CM_REP_RECEIVED:
		ch->cm_connected = true;
		srp_cm_end(ch, srp_login_granted(ch, event->private_data,
						 IB_CM_REP_PRIVATE_DATA_SIZE));
		break;
	case IB_CM_REJ_RECEIVED:
		if (ch->cm_connected) {
			srp_warn(ch->shost, "REJ received - connection closed (reason %u)\n",
				 event->param.rej_rcvd.reason);
			srp_cm_closed(ch);
			break;
		}
		srp_cm_end(ch, srp_ib_rejected(ch, event));
		break;
	case IB_CM_DREQ_RECEIVED:
		srp_warn(ch->shost, "DREQ received - connection closed\n");
		srp_cm_closed(ch);
		if (ib_send_cm_drep(cm_id, NULL, 0))
			srp_err(ch->shost, "Sending CM DREP failed\n");
		break;
	case IB_CM_TIMEWAIT_EXIT:
		srp_err(ch->shost, "connection closed\n");
		srp_cm_closed(ch);
		break;
	case IB_CM_MRA_RECEIVED:
	case IB_CM_DREQ_ERROR:
	case IB_CM_DREP_RECEIVED:
		break;
	default:
		srp_warn(ch->shost, "Unhandled CM event %d\n", event->event);
		break;
	}
	return 0;
}

/* --- connection ------------------------------------------------------------- */

static int srp_ib_resolve(struct srp_ch *ch)
{
	const struct srp_ch *first = &ch->target->ch[0];
	struct ib_cm_id *cm_id;

	cm_id = ib_create_cm_id(ch->sdev->dev, srp_ib_cm_handler, ch);
	if (IS_ERR(cm_id))
		return PTR_ERR(cm_id);
	srp_count_add(SRP_OBJ_CM_ID, 1);
	ch->ib.cm_id = cm_id;
	if (ch->index) {
		/* The first channel was led there just now; one query is enough for all. */
		ch->ib.path = first->ib.path;
		ch->ib.remote_cm_qpn = first->ib.remote_cm_qpn;
		return 0;
	}
	ch->ib.remote_cm_qpn = cm_id->remote_cm_qpn;
	srp_path_init(ch);
	return srp_query_path(ch);
}

static void srp_ib_release(struct srp_ch *ch)
{
	if (!ch->ib.cm_id)
		return;
	ib_destroy_cm_id(ch->ib.cm_id);
	ch->ib.cm_id = NULL;
	srp_count_add(SRP_OBJ_CM_ID, -1);
}

/* State INIT with the P_Key of the path, also for the second time after a redirect. */
static int srp_ib_init_qp(struct srp_ch *ch, struct ib_qp *qp)
{
	struct srp_target *target = ch->target;
	u16 pkey = be16_to_cpu(ch->ib.path.pkey);
	struct ib_qp_attr attr = {
		.qp_state = IB_QPS_INIT,
		.qp_access_flags = IB_ACCESS_REMOTE_READ | IB_ACCESS_REMOTE_WRITE,
		.port_num = target->port_num,
	};
	int ret;

	ret = ib_find_cached_pkey(ch->sdev->dev, target->port_num, pkey, &attr.pkey_index);
	if (ret) {
		srp_path_err(target, "P_Key %#06x is not in the table of %s port %u; check the partitions of the subnet manager",
			     pkey, dev_name(&ch->sdev->dev->dev), target->port_num);
		return ret;
	}
	ch->ib.pkey_index = attr.pkey_index;
	return ib_modify_qp(qp, &attr, IB_QP_STATE | IB_QP_PKEY_INDEX | IB_QP_ACCESS_FLAGS |
			    IB_QP_PORT);
}

static int srp_ib_create_qp(struct srp_ch *ch, struct ib_qp_init_attr *init_attr)
{
	struct ib_qp *qp;
	int ret;

	qp = ib_create_qp(ch->sdev->pd.pd, init_attr);
	if (IS_ERR(qp))
		return PTR_ERR(qp);
	ret = srp_ib_init_qp(ch, qp);
	if (ret)
		goto destroy_qp;
	ch->qp = qp;
	return 0;

destroy_qp:
	ib_destroy_qp(qp);
	return ret;
}

static void srp_ib_destroy_qp(struct srp_ch *ch, struct ib_qp *qp)
{
	ib_destroy_qp(qp);
}

static u8 srp_cm_response_timeout(struct srp_ch *ch)
{
	struct ib_port_attr attr;
	u8 subnet_timeout = SRP_DEFAULT_SUBNET_TIMEOUT;

	if (!ib_query_port(ch->sdev->dev, ch->target->port_num, &attr))
		subnet_timeout = attr.subnet_timeout;
	return min(subnet_timeout + 2, 31);
}

static int srp_ib_send_req(struct srp_ch *ch, bool multi)
{
	struct srp_login_params login = srp_login_params(ch, multi);
	u8 timeout = srp_cm_response_timeout(ch);
	struct srp_login_req req;
	struct ib_cm_req_param param = {
		.primary_path = &ch->ib.path,
		.service_id = cpu_to_be64(ch->target->opt.service_id),
		.qp_num = ch->qp->qp_num,
		.qp_type = ch->qp->qp_type,
		.starting_psn = get_random_u32() & 0x00ffffff,
		.private_data = &req,
		.private_data_len = sizeof(req),
		.flow_control = 1,
		.responder_resources = 4,
		.retry_count = ch->target->opt.tl_retry_count,
		.rnr_retry_count = 7,
		.max_cm_retries = SRP_CM_RETRIES,
		.local_cm_response_timeout = timeout,
		.remote_cm_response_timeout = timeout,
	};
	int ret;

	srp_build_login_req(&req, &login);
	ch->ib.cm_id->remote_cm_qpn = ch->ib.remote_cm_qpn;
	srp_cm_begin(ch);
	ret = ib_send_cm_req(ch->ib.cm_id, &param);
	return ret ? : srp_cm_wait(ch);
}

/* A reject ends the life of a CM identifier; the next request needs another. */
static int srp_ib_renew_cm_id(struct srp_ch *ch)
{
	struct ib_cm_id *cm_id;

	cm_id = ib_create_cm_id(ch->sdev->dev, srp_ib_cm_handler, ch);
	if (IS_ERR(cm_id))
		return PTR_ERR(cm_id);
	ib_destroy_cm_id(ch->ib.cm_id);
	ch->ib.cm_id = cm_id;
	return 0;
}

static int srp_ib_login(struct srp_ch *ch, bool multi)
{
	int redirects, ret;

	for (redirects = 0; redirects <= SRP_MAX_REDIRECTS; redirects++) {
		ret = srp_ib_send_req(ch, multi);
		if (ret <= 0)
			return ret;
		if (ret == SRP_CM_PORT_REDIRECT) {
			ret = srp_query_path(ch);
			if (ret)
				return ret;
		}
		ret = srp_ib_init_qp(ch, ch->qp);
		if (!ret)
			ret = srp_ib_renew_cm_id(ch);
		if (ret)
			return ret;
	}
	srp_path_err(ch->target, "giving up after %d redirects; check the configuration of the target",
		     SRP_MAX_REDIRECTS);
	return -ECONNRESET;
}

static int srp_ib_modify_qp(struct srp_ch *ch, enum ib_qp_state state)
{
	struct ib_qp_attr attr = { .qp_state = state };
	int mask, ret;

	ret = ib_cm_init_qp_attr(ch->ib.cm_id, &attr, &mask);
	return ret ? : ib_modify_qp(ch->qp, &attr, mask);
}

static int srp_ib_connect(struct srp_ch *ch, bool multi)
{
	int ret;

	ret = srp_ib_login(ch, multi);
	if (ret)
		return ret;
	ret = srp_ch_post_all_recv(ch, ch->grant.max_ti_iu_len);
	if (!ret)
		ret = srp_ib_modify_qp(ch, IB_QPS_RTR);
	if (!ret)
		ret = srp_ib_modify_qp(ch, IB_QPS_RTS);
	if (!ret)
		ret = ib_send_cm_rtu(ch->ib.cm_id, NULL, 0);
	return ret;
}

static void srp_ib_disconnect(struct srp_ch *ch)
{
	if (ib_send_cm_dreq(ch->ib.cm_id, NULL, 0))
		srp_dbg(ch->shost, "Sending CM DREQ failed\n");
}

const struct srp_cm_ops srp_cm_ib_ops = {
	.resolve = srp_ib_resolve,
	.create_qp = srp_ib_create_qp,
	.destroy_qp = srp_ib_destroy_qp,
	.connect = srp_ib_connect,
	.disconnect = srp_ib_disconnect,
	.release = srp_ib_release,
};
