/* Compiler attributes, in one place: the only GNU extensions in use. */

#ifndef CH_ATTR_H
#define CH_ATTR_H

#define CH_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define CH_VPRINTF(fmt)      __attribute__((format(printf, fmt, 0)))
#define CH_MUST_CHECK        __attribute__((warn_unused_result))
#define CH_NORETURN          __attribute__((noreturn))
#define CH_MALLOC            __attribute__((malloc, returns_nonnull))
#define CH_NOINLINE          __attribute__((noinline))
#define CH_UNUSED            __attribute__((unused))

#endif
