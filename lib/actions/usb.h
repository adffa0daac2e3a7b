/* usb - which USB device an uplink is, by sysfs. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_USB_H
#define BAL_USB_H

#include "base/text.h"
#include "base/error.h"
#include "health/revive.h"

/*
 * The USB device of the network device @dev, such as "1-1.2", into @usb of
 * BAL_USB_STRLEN; "": it is none of USB.  False: there is no such device now.
 */
bool bal_usb_find(const char *dev, char *usb);

/* Is there a network device @dev? */
bool bal_usb_has_net(const char *dev);

/* May the USB device @usb be deauthorized: is it there, and its file? */
bool bal_usb_can_reset(const char *usb);

/* Authorize the USB device @usb, or deauthorize it.  -1 with @err. */
int bal_usb_authorize(const char *usb, bool yes, struct bal_err *err);

#endif
