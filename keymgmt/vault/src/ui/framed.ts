/** The vault's frame in a portal's page: display only. What signs is a link that opens the vault's own page on top. */

import { html } from 'lit-html';

import type { Reading } from './api.ts';
import { App, type Surface } from './app.ts';
import { t } from './i18n.ts';
import { icon } from './icons.ts';
import { vaultFrame, type Audience } from './parts/frame.ts';
import { offlineReading } from './parts/offline.ts';
import { parseHash } from './router.ts';
import { frameRoutes } from './routes-frame.ts';
import type { Deployment, Page, PageFactory } from './stage.ts';
import { Parent } from './parent.ts';

/** Draws the frame's page into `root`, keeps it going, and tells the portal its height. */
export async function startFrame(vault: Reading, deployment: Deployment, root: HTMLElement): Promise<App<Reading>> {
  const parent = new Parent(deployment.platform, root);
  const surface: Surface<Reading> = {
    routes: frameRoutes,
    home: () => '#/timeline',
    closed: () => lockedPage,
    frame: (app, matched, content) => {
      const audience: Audience = matched?.entry.audience ?? 'person';
      return html`<div id="main">${vaultFrame(app.status.words, html`${offlineReading()}${content}`, audience)}</div>`;
    },
    rendered: (app) => parent.tell(app.status.state === 'unlocked' ? 'ready' : 'locked'),
  };
  const app = new App(vault, deployment, await vault.status(), surface, root);
  app.start();
  parent.listen();
  return app;
}

/** What a frame shows while the vault is locked: nothing private, and the way to unlock. */
const lockedPage: PageFactory<Reading> = (stage): Page => ({
  title: () => t('Locked'),
  render: () => {
    const empty = stage.status().state === 'empty';
    const back = returnPath();
    return html`<div class="locked stack">
      <h1 class="h2" data-heading>
        ${icon('lock')} ${empty ? t('No wallet on this device') : t('Your vault is locked')}
      </h1>
      <p>
        ${
          empty
            ? t(
                'Your records open where your keys are. Make a wallet on this device, or bring yours back with its 24 words.',
              )
            : t('What stands here is decrypted on this device only, and only while the vault is open.')
        }
      </p>
      <div class="btns">
        ${
          empty
            ? html`<a class="btn" target="_top" href="/#/welcome">${t('Make or bring back a wallet')}</a>`
            : html`<a class="btn" target="_top" href="/#/unlock?return=${encodeURIComponent(back)}">${t('Unlock')}</a>`
        }
      </div>
      <p class="hint">
        ${t('Unlocking happens on a page of its own. Look for your two words there, and type nothing where they are missing.')}
      </p>
    </div>`;
  },
});

/** The portal's page that holds this view: it hides its own address, and the frame's route tells as much. */
function returnPath(): string {
  const view = parseHash(location.hash).path[0] ?? '';
  return RETURNS[view] ?? '/patient/';
}

const RETURNS: Readonly<Record<string, string>> = {
  profile: '/patient/profile/',
  access: '/patient/access/',
  looks: '/patient/looks/',
  today: '/practice/',
  patients: '/practice/patients/',
  patient: '/practice/patients/',
  'practice-record': '/practice/patients/',
  requests: '/practice/requests/',
};
