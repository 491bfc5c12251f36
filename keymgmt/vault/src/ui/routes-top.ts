/** Pages of the vault's own top-level document, by fragment. The practice's pages are registered by their folder. */

import type { Vault } from './api.ts';
import type { RouteEntry } from './router.ts';
import type { PageFactory } from './stage.ts';
import { practiceTopRoutes } from './practice/routes-top.ts';
import { addPage } from './top/add.ts';
import { confirmPage, disputePage } from './top/answer.ts';
import { deletePage } from './top/delete.ts';
import { exportPage } from './top/export.ts';
import { linkPage } from './top/link.ts';
import { lockPage } from './top/lock.ts';
import { restorePage } from './top/restore.ts';
import { removePage } from './top/remove.ts';
import { restrictPage } from './top/restrict.ts';
import { settingsPage } from './top/settings.ts';
import { sharePage } from './top/share.ts';
import { stopPage } from './top/stop.ts';
import { unlockPage } from './top/unlock.ts';
import { welcomePage } from './top/welcome.ts';
import { wordsPage } from './top/words.ts';

/** Every route of the top-level page. */
export const topRoutes: readonly RouteEntry<PageFactory<Vault>>[] = [
  { pattern: 'welcome', open: true, page: welcomePage },
  { pattern: 'unlock', open: true, page: unlockPage },
  { pattern: 'lock', open: true, page: lockPage },
  { pattern: 'restore', open: true, page: restorePage },
  { pattern: 'add', nav: 'records', page: addPage },
  { pattern: 'share', nav: 'access', page: sharePage },
  { pattern: 'stop', nav: 'access', page: stopPage },
  { pattern: 'restrict/:record', nav: 'records', page: restrictPage },
  { pattern: 'delete/:record', nav: 'records', page: deletePage },
  { pattern: 'dispute/:event', nav: 'profile', page: disputePage },
  { pattern: 'confirm/:event', nav: 'profile', page: confirmPage },
  { pattern: 'link', nav: 'access', page: linkPage },
  { pattern: 'export', nav: 'records', page: exportPage },
  { pattern: 'settings', nav: 'settings', page: settingsPage },
  { pattern: 'words', nav: 'settings', page: wordsPage },
  { pattern: 'remove', nav: 'settings', page: removePage },
  ...practiceTopRoutes,
];
