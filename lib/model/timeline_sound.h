/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timeline_sound.h - what every decoder of traces promises, as a check.
 */
#ifndef HS_MODEL_TIMELINE_SOUND_H
#define HS_MODEL_TIMELINE_SOUND_H

#include "model/timeline.h"

/* NULL if TIMELINE is as timeline.h says, else what is not.  For tests and
 * fuzzing: it looks at everything. */
const char *hs_timeline_unsound(const struct hs_timeline *timeline);

#endif
