/** The vault's own top-level page: everything that unlocks, consents, signs, imports and exports. */

import { html } from 'lit-html';

import type { Vault } from './api.ts';
import { App, type Surface } from './app.ts';
import { hashFor } from './router.ts';
import { topRoutes } from './routes-top.ts';
import { shell } from './shell.ts';
import type { Deployment, Page, PageFactory } from './stage.ts';
import { unlockPage } from './top/unlock.ts';

/** Draws the vault's page into `root` and keeps it going. */
export async function startTop(vault: Vault, deployment: Deployment, root: HTMLElement): Promise<App<Vault>> {
  const app = new App(vault, deployment, await vault.status(), surface, root);
  app.start();
  return app;
}

const surface: Surface<Vault> = {
  routes: topRoutes,
  home: (status) => (status.state === 'empty' ? '#/welcome' : status.state === 'locked' ? '#/unlock' : '#/settings'),
  closed: (app) => (app.status.state === 'empty' ? sentToWelcome : unlockPage),
  frame: (app, matched, content) =>
    shell(
      {
        deployment: app.deployment,
        status: app.status,
        audience: matched?.entry.audience ?? 'person',
        nav: matched?.entry.nav,
        lock: () => void app.vault.lock(),
        speak: (code) => {
          app.speak(code);
          if (app.status.state !== 'empty') void app.vault.setLanguage(code);
        },
      },
      content,
    ),
};

/** A device without a wallet has nothing to unlock: it begins with the welcome, unless one was made since this was asked. */
const sentToWelcome: PageFactory<Vault> = (stage): Page => {
  void stage.refresh().then(() => {
    if (stage.status().state === 'empty') stage.go(hashFor(['welcome']));
  });
  return { title: () => '', render: () => html`` };
};
