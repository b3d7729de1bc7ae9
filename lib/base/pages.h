/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pages.h - what the system is to do about memory that it has given.
 */
#ifndef HS_BASE_PAGES_H
#define HS_BASE_PAGES_H

/* Gives back the memory of the whole pages between FROM and TO, which lie in
 * one block of an arena, of at least HS_ARENA_LARGE bytes, and read as zeroes
 * from then on. */
void hs_pages_forget(void *from, void *to);

/* Has the system clear the pages between FROM and TO now, which lie in one
 * block: a thread that has nothing else to do saves another one the wait.  What
 * is in them stays, and others may write there meanwhile. */
void hs_pages_populate(void *from, void *to);

#endif
