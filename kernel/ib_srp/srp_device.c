// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* One HCA. */
#include <linux/err.h>
#include <linux/log2.h>
#include <linux/slab.h>
#include "srp_device.h"
#include "srp_log.h"
#include "srp_params.h"

#define SRP_MIN_MR_PAGE_SIZE	4096u
#define SRP_MAX_PAGES_PER_MR	512u

/* The smallest page that the HCA can register, but not below 4 KiB. */
static unsigned int srp_mr_page_size(const struct ib_device_attr *attr)
{
	u64 smallest = attr->page_size_cap & -attr->page_size_cap;

	return clamp_t(u64, smallest, SRP_MIN_MR_PAGE_SIZE, SZ_1M);
}

static unsigned int srp_max_pages_per_mr(struct ib_device *dev, const struct ib_device_attr *attr,
					 unsigned int page_size)
{
	u64 pages = attr->max_mr_size;

	do_div(pages, page_size);
	return min3((u64)SRP_MAX_PAGES_PER_MR, pages, (u64)kc_max_reg_pages(dev, attr));
}

static int srp_device_probe(struct srp_device *sdev)
{
	const struct ib_device_attr *attr;
	struct ib_device_attr buf;
	unsigned int page_size, pages;
	bool has_fr;
	int ret;

	ret = kc_query_device(sdev->dev, &buf, &attr);
	if (ret)
		return ret;
	page_size = srp_mr_page_size(attr);
	pages = srp_max_pages_per_mr(sdev->dev, attr, page_size);
	has_fr = kc_can_register(sdev->dev, attr) && pages >= 2;

	sdev->hca.mr_page_size = page_size;
	sdev->hca.max_pages_per_mr = has_fr ? pages : 0;
	sdev->hca.max_qp_wr = attr->max_qp_wr;
	sdev->hca.max_cqe = attr->max_cqe;
	sdev->hca.sg_gaps = has_fr && kc_has_sg_gaps(attr);
	sdev->mr_type = kc_mr_type(sdev->dev, attr, sdev->hca.sg_gaps);

	sdev->reg.fast_reg = has_fr && !srp_param_never_register;
	sdev->reg.global_rkey = srp_param_never_register || !srp_param_register_always ||
		!has_fr;
	if (!has_fr && !srp_param_never_register)
		dev_warn(&sdev->dev->dev, "FR is not supported\n");
	return 0;
}

struct srp_device *srp_device_create(struct ib_device *dev)
{
	struct srp_device *sdev = kzalloc(sizeof(*sdev), GFP_KERNEL);
	int ret;

	if (!sdev)
		return ERR_PTR(-ENOMEM);
	sdev->dev = dev;
	INIT_LIST_HEAD(&sdev->hosts);
	ret = srp_device_probe(sdev);
	if (ret)
		goto free_sdev;
	ret = kc_pd_alloc(&sdev->pd, dev, sdev->reg.global_rkey);
	if (ret)
		goto free_sdev;
	return sdev;

free_sdev:
	kfree(sdev);
	return ERR_PTR(ret);
}

void srp_device_destroy(struct srp_device *sdev)
{
	kc_pd_free(&sdev->pd);
	kfree(sdev);
}
