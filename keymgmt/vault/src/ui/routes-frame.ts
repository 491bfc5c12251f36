/** Pages of the frame, by fragment: reading only. The practice's pages are registered by their folder. */

import type { Reading } from './api.ts';
import type { RouteEntry } from './router.ts';
import type { PageFactory } from './stage.ts';
import { accessPage } from './frame/access.ts';
import { chartsPage } from './frame/charts.ts';
import { homePage } from './frame/home.ts';
import { looksPage } from './frame/looks.ts';
import { profilePage } from './frame/profile.ts';
import { recordPage } from './frame/record.ts';
import { timelinePage } from './frame/timeline.ts';
import { practiceFrameRoutes } from './practice/routes-frame.ts';

/** Every route of the frame. */
export const frameRoutes: readonly RouteEntry<PageFactory<Reading>>[] = [
  { pattern: 'home', page: homePage },
  { pattern: 'timeline', page: timelinePage },
  { pattern: 'timeline/:layer', page: timelinePage },
  { pattern: 'record/:record', page: recordPage },
  { pattern: 'charts', page: chartsPage },
  { pattern: 'profile', page: profilePage },
  { pattern: 'access', page: accessPage },
  { pattern: 'looks', page: looksPage },
  ...practiceFrameRoutes,
];
