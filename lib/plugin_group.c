#include "plugin_group.h"

#include <signal.h>
#include <stddef.h>

#include "banned.h"

static volatile pid_t active_group;
static const int deadly[] = { SIGINT, SIGTERM, SIGHUP };
static struct sigaction deadly_before[3];

static void
on_deadly(int sig)
{
	if (active_group > 0)
		(void)kill(-active_group, SIGTERM);
	(void)signal(sig, SIG_DFL);
	(void)raise(sig);
}

void
ch_plugin_group_guard(pid_t group)
{
	struct sigaction catch = { .sa_handler = on_deadly };

	active_group = group;
	for (size_t i = 0; i < 3; i++) {
		(void)sigaction(deadly[i], NULL, &deadly_before[i]);
		if (deadly_before[i].sa_handler == SIG_DFL)
			(void)sigaction(deadly[i], &catch, NULL);
	}
}

void
ch_plugin_group_release(void)
{
	for (size_t i = 0; i < 3 && active_group > 0; i++)
		(void)sigaction(deadly[i], &deadly_before[i], NULL);
	active_group = 0;
}
