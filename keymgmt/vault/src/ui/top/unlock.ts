/** Unlocking: by passkey, by password, or back from the phrase. After it, the person goes on to where they were. */

import { html, type TemplateResult } from 'lit-html';

import { t } from '../i18n.ts';
import { vaultFrame } from '../parts/frame.ts';
import { UnlockerForm } from '../parts/unlocker.ts';
import { pending } from '../parts/waiting.ts';
import { parseHash } from '../router.ts';
import { pageHead } from '../shell.ts';
import type { Page, TopStage } from '../stage.ts';

/** `#/unlock?return=/patient/`, and what stands in place of a page that needs an open vault. */
export function unlockPage(stage: TopStage): Page {
  // Somebody whose session at the portal ended comes here with an open vault: nothing is asked, it leads on.
  const leadsOn = stage.status().state === 'unlocked';
  if (leadsOn) void toPortal(stage, stage.back());
  const form = new UnlockerForm(stage, async (password) => {
    const { vault } = stage;
    await (password === null ? vault.unlockPasskey() : vault.unlockPassword(password));
    await goOn(stage);
  });

  return {
    title: () => t('Unlock'),
    stop: () => form.clear(),
    render: () =>
      leadsOn
        ? html`${pageHead(t('Unlock your vault'))} ${pending(t('It is open. Signing in to the portal …'))}`
        : html`
            ${pageHead(t('Unlock your vault'), t('Your keys are on this device, encrypted. Unlocking opens them here only.'))}
            ${vaultFrame(
              stage.status().words,
              stage.status().state === 'empty'
                ? noWallet()
                : html`<div class="narrow stack">
                    ${form.render({ passkey: t('Unlock with your passkey'), password: t('Unlock') })}
                    <p class="hint">
                      ${t(
                        'It locks again after {minutes} minutes without a key press or movement, or when you press “Lock now”.',
                        {
                          minutes: Math.round(stage.status().idle / 60),
                        },
                      )}
                    </p>
                    <p><a href="#/restore">${t('I cannot open it: use my 24 words')}</a></p>
                  </div>`,
            )}
          `,
  };
}

function noWallet(): TemplateResult {
  return html`<div class="stack">
    <p>${t('There is no wallet on this device.')}</p>
    <div class="btns">
      <a class="btn" href="#/welcome">${t('Make a wallet')}</a>
      <a class="btn second" href="#/restore">${t('Bring mine back')}</a>
    </div>
  </div>`;
}

/** Leads from unlocking to the page that was asked for: of this document, or of the portal. */
async function goOn(stage: TopStage): Promise<void> {
  const isAsked = parseHash(location.hash).path[0] !== 'unlock';
  await stage.refresh();
  if (isAsked) return;
  // Nothing in the portal is as urgent: this device is still the only place where the words are.
  if (!stage.status().phraseConfirmed) stage.go('#/welcome');
  else await toPortal(stage, stage.back());
}

/** Signs in to the portal and goes to `path` there; offline it stays here, where settings and keys work. */
export async function toPortal(stage: TopStage, path: string): Promise<void> {
  try {
    location.href = await stage.vault.pageLink(path);
  } catch {
    // The keys are open whatever the platform says; its page tells the person what is wrong, or the settings do.
    stage.go('#/settings');
    await stage.refresh();
  }
}
