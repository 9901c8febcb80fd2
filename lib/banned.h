/*
 * Functions that nobody calls here.  Included last in every .c file; modules
 * that are the one home of a function define CH_HOME_MEM or CH_HOME_IO first.
 */

#ifndef CH_BANNED_H
#define CH_BANNED_H

#pragma GCC poison strcpy strcat sprintf vsprintf strncpy strtok gets atoi
#pragma GCC poison atol atoll mktemp tmpnam tempnam system popen localtime
#pragma GCC poison gmtime asctime ctime

#ifndef CH_HOME_MEM
#pragma GCC poison malloc calloc realloc strdup strndup asprintf vasprintf
#endif

#ifndef CH_HOME_IO
#pragma GCC poison rename renameat renameat2 creat truncate ftruncate
#pragma GCC poison syncfs fsync fdatasync linkat symlinkat unlinkat
#endif

#endif
