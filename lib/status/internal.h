/* internal - what the printers of status share. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_STATUS_INTERNAL_H
#define BAL_STATUS_INTERNAL_H

#include "status/status.h"

/* Lost rounds in per cent, rounded; @p has at least one round. */
uint32_t bal_status_loss(const struct bal_status_probes *p);

/* Why the uplink is not alive, "" if it is; lives as long as @row's uplink. */
const char *bal_status_reason(const struct bal_status_row *row);

#endif
