/** The practice's pages of the top-level document. */

import type { Vault } from '../api.ts';
import type { RouteEntry } from '../router.ts';
import type { PageFactory } from '../stage.ts';

/** Routes where a practice signs. */
export const practiceTopRoutes: readonly RouteEntry<PageFactory<Vault>>[] = [];
