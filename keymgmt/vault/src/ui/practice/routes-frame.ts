/** The practice's pages of the frame: reading only. */

import type { Reading } from '../api.ts';
import type { RouteEntry } from '../router.ts';
import type { PageFactory } from '../stage.ts';
import { patientPage } from './patient.ts';
import { patientsPage } from './patients.ts';
import { practiceRecordPage } from './record.ts';
import { requestsPage } from './requests.ts';
import { todayPage } from './today.ts';

/** Routes where a practice reads. */
export const practiceFrameRoutes: readonly RouteEntry<PageFactory<Reading>>[] = [
  { pattern: 'today', audience: 'practice', page: todayPage },
  { pattern: 'patients', audience: 'practice', page: patientsPage },
  { pattern: 'patient/:slug', audience: 'practice', page: patientPage },
  { pattern: 'practice-record/:slug/:record', audience: 'practice', page: practiceRecordPage },
  { pattern: 'requests', audience: 'practice', page: requestsPage },
];
