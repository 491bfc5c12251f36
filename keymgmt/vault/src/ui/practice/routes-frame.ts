/** The practice's pages of the frame: reading only. */

import type { Reading } from '../api.ts';
import type { RouteEntry } from '../router.ts';
import type { PageFactory } from '../stage.ts';

/** Routes where a practice reads. */
export const practiceFrameRoutes: readonly RouteEntry<PageFactory<Reading>>[] = [];
