/** Locking because a portal asked for it: its own "Lock now" ends the session there and leads here. */

import { html } from 'lit-html';

import { t } from '../i18n.ts';
import { pending } from '../parts/waiting.ts';
import { pageHead } from '../shell.ts';
import type { Page, TopStage } from '../stage.ts';

/** `#/lock?return=/`. A portal can lock the vault at any time: that never harms. */
export function lockPage(stage: TopStage): Page {
  // Locking shows this route again, with the vault locked: the second time leads back.
  if (stage.status().state === 'unlocked') void stage.vault.lock();
  else stage.leave(stage.back());
  return {
    title: () => t('Locked'),
    render: () => html`${pageHead(t('Locked'))} ${pending(t('Your keys are put away …'))}`,
  };
}
