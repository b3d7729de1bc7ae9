/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_sound.h - what every decoder of profiles promises, as a check.
 *
 * For tests and fuzzing: a decoded profile has no number that leads out of its
 * arrays, so nothing that reads one needs to ask.
 */
#ifndef HS_MODEL_PROFILE_SOUND_H
#define HS_MODEL_PROFILE_SOUND_H

#include "model/profile.h"

/* NULL, or what of PROFILE leads nowhere. */
const char *hs_profile_unsound(const struct hs_profile *profile);

#endif
