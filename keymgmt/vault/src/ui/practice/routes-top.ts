/** The practice's pages of the top-level document. */

import type { Vault } from '../api.ts';
import type { RouteEntry } from '../router.ts';
import type { PageFactory } from '../stage.ts';
import { addPage } from '../top/add.ts';
import { answerPage } from './answer.ts';
import { appendPage } from './append.ts';
import { applyPage } from './apply.ts';
import { movePage, planPage } from './appointment.ts';
import { proposePage } from './propose.ts';
import { requestPage } from './request.ts';
import { visitPage } from './visit.ts';

/** Routes where a practice signs. */
export const practiceTopRoutes: readonly RouteEntry<PageFactory<Vault>>[] = [
  { pattern: 'request', audience: 'practice', page: requestPage },
  { pattern: 'propose', audience: 'practice', page: proposePage },
  { pattern: 'add/:patient', audience: 'practice', nav: 'patients', page: addPage },
  { pattern: 'append', audience: 'practice', page: appendPage },
  { pattern: 'answer/:event', audience: 'practice', nav: 'patients', page: answerPage },
  { pattern: 'appointment', audience: 'practice', page: planPage },
  { pattern: 'appointment/:event', audience: 'practice', page: visitPage },
  { pattern: 'move/:event', audience: 'practice', page: movePage },
  { pattern: 'apply', audience: 'practice', page: applyPage },
];
