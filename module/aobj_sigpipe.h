/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs are spared a SIGPIPE that is not theirs.
 *
 * A driver that may sleep when it is given a request may send it on a socket there
 * and then, in the context of the program whose touch needs the page.  nvme-tcp does,
 * up to 7.2, without MSG_NOSIGNAL: at the moment that the connection is lost such a
 * program would be killed by SIGPIPE, while its request is merely tried again.
 * (nbd and rbd send with MSG_NOSIGNAL.)
 *
 * So SIGPIPE is blocked while bios are given to devices, and one that comes from that
 * is taken away again; but only while a device is in use below which such a driver may
 * be.  A SIGPIPE that somebody else sends to this very thread meanwhile goes with it.
 */
#ifndef AOBJ_SIGPIPE_H
#define AOBJ_SIGPIPE_H

#include <linux/atomic.h>
#include <linux/blk_types.h>
#include <linux/signal_types.h>

/*
 * The devices in use that may send one.  A count, and no static key, whose code would be
 * patched while others run through it: that saves next to nothing beside a bio, and an
 * emulated CPU has been seen to stay at the breakpoint for ever (QEMU 7.2).
 */
extern atomic_t aobj_sigpipe_expected;

/* What a hold has found; on the stack of who has it. */
struct aobj_sigpipe {
	bool held;
	bool pending;
	sigset_t blocked;
};

/* => a driver that sends may be below; all those below a bio-based one are unknown */
bool aobj_sigpipe_possible(struct block_device *bdev);

/* => such a device comes into use, or goes; never sleeps */
void aobj_sigpipe_expect(void);
void aobj_sigpipe_forget(void);

void __aobj_sigpipe_hold(struct aobj_sigpipe *s);
void __aobj_sigpipe_release(const struct aobj_sigpipe *s);

/* => until the release SIGPIPE is blocked for this thread; they nest; never sleeps */
static inline void aobj_sigpipe_hold(struct aobj_sigpipe *s)
{
	s->held = unlikely(atomic_read(&aobj_sigpipe_expected));
	if (s->held)
		__aobj_sigpipe_hold(s);
}

/* => as before, and one that has come is gone; never sleeps */
static inline void aobj_sigpipe_release(const struct aobj_sigpipe *s)
{
	if (s->held)
		__aobj_sigpipe_release(s);
}

#endif /* AOBJ_SIGPIPE_H */
