/* SPDX-License-Identifier: Apache-2.0 */
/*
 * golang.h - what an executable tells of a Go program and of its heap.
 */
#ifndef HS_GOLANG_GOLANG_H
#define HS_GOLANG_GOLANG_H

#include "model/snapshot.h"

/* Reads SNAPSHOT's executable, if it has one: fills snapshot->program, and
 * with a heap that it fits, snapshot->names.  Call it once, when all inputs
 * are decoded.  False with ERR filled if the executable is of no use
 * (HS_EDATA: it is damaged, or not the one that the heap came from;
 * HS_EUNSUPPORTED: not a Go program, or of a version not known); the snapshot
 * is as good without it. */
bool hs_golang_name(struct hs_snapshot *snapshot, struct hs_err *err);

#endif
