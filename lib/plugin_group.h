/*
 * A plugin's process group when we are interrupted.
 *
 * Being a group of its own, it gets no signal from the terminal; what ends us
 * (INT, TERM, HUP, unless the program handles them itself) is passed on to the
 * guarded group first.  One verb runs at a time, so there is one group.
 */

#ifndef CH_PLUGIN_GROUP_H
#define CH_PLUGIN_GROUP_H

#include <sys/types.h>

void ch_plugin_group_guard(pid_t group);
void ch_plugin_group_release(void);

#endif
