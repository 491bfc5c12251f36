/** The boundary: everything the vault renders stands in one `.vault` section, with the person's own two words. */

import { html, nothing, type TemplateResult } from 'lit-html';

import { t } from '../i18n.ts';
import { icon } from '../icons.ts';

/** Whose eyes a frame is for. */
export type Audience = 'person' | 'practice';

/** The private frame around `content`. `words` are null before they are chosen. */
export function vaultFrame(words: string | null, content: unknown, audience: Audience = 'person'): TemplateResult {
  const tab = audience === 'person' ? t('Only you can see this') : t('Your patients let you see this');
  const label =
    audience === 'person'
      ? t('Private frame: only you can see this')
      : t('Private frame: your patients let you see this');
  return html`<section class="vault" aria-label=${label}>
    <p class="vault-tab">${icon('lock')} ${tab}</p>
    ${words === null ? nothing : html`<p class="vault-sign">${t('Your words:')} <b>${words}</b></p>`} ${content}
  </section>`;
}
