/** Taking everything along: all records in one file, a patient summary, and the log of who looked. */

import { html, nothing, type TemplateResult } from 'lit-html';

import { announce, save } from '../dom.ts';
import { notice } from '../errors.ts';
import { size } from '../format.ts';
import { t, tn } from '../i18n.ts';
import { icon } from '../icons.ts';
import { vaultFrame } from '../parts/frame.ts';
import { progress } from '../parts/waiting.ts';
import { backLink, pageHead } from '../shell.ts';
import { Act, type Page, type TopStage } from '../stage.ts';
import type { Exported, FullExport } from '../../sdk/results.ts';

/** `#/export`. */
export function exportPage(stage: TopStage): Page {
  const everything = new Act<FullExport>(() => stage.update());
  const single = new Act<Exported>(() => stage.update());

  async function one(make: () => Promise<Exported>): Promise<void> {
    await single.run(make);
    if (single.value !== null) keep(single.value);
  }

  async function all(): Promise<void> {
    await everything.run((options) => stage.vault.exportAll(options));
    if (everything.value !== null) keep(everything.value);
  }

  function keep(file: Exported): void {
    save(file.file, file.name);
    announce(t('“{name}” is saved', { name: file.name }));
  }

  return {
    title: () => t('Export'),
    stop: () => {
      everything.cancel();
      everything.value = null;
      single.value = null;
    },
    render: () => html`
      ${backLink(`${stage.deployment.platform}${stage.back()}`, t('Back to your wallet'))}
      ${pageHead(t('Take your records with you'), t('Made and opened on this device. The files are not encrypted: keep them safe.'))}
      ${vaultFrame(
        stage.status().words,
        html`
          ${single.error === null ? nothing : notice(single.error)}
          <section class="step first">
            <h2>${t('Everything')}</h2>
            <p>
              ${t('Every record as it came, your profile, a summary, who looked, and the proofs that show nothing was changed: one zip file.')}
            </p>
            ${everything.error === null ? nothing : notice(everything.error, () => void all())}
            <div class="gap-top stack">
              ${progress(everything, t('Opening and packing your records'), 'items')} ${packed(everything)}
              <div class="btns">
                <button
                  class="btn"
                  type="button"
                  aria-disabled=${everything.state === 'running' ? 'true' : 'false'}
                  @click=${() => void all()}
                >
                  ${t('Export everything')}
                </button>
              </div>
            </div>
          </section>
          <section class="step">
            <h2>${t('Patient summary (IPS)')}</h2>
            <p>${t('Allergies, medication, conditions, vaccinations and results, as doctors abroad read them.')}</p>
            <div class="btns gap-top">
              <button class="btn second" type="button" @click=${() => void one(() => stage.vault.exportIps('pdf'))}>
                ${t('Save as PDF')}
              </button>
              <button class="btn second" type="button" @click=${() => void one(() => stage.vault.exportIps('json'))}>
                ${t('Save as FHIR (JSON)')}
              </button>
            </div>
          </section>
          <section class="step last">
            <h2>${t('Who looked')}</h2>
            <p>${t('Every look and every refused try, each tied to its root on the ledger.')}</p>
            <div class="btns gap-top">
              <button class="btn second" type="button" @click=${() => void one(() => stage.vault.exportLog('csv'))}>
                ${t('Save as a table (CSV)')}
              </button>
              <button class="btn second" type="button" @click=${() => void one(() => stage.vault.exportLog('fhir'))}>
                ${t('Save as FHIR AuditEvents')}
              </button>
            </div>
          </section>
        `,
      )}
    `,
  };
}

function packed(act: Act<FullExport>): unknown {
  if (act.state !== 'done' || act.value === null) return nothing;
  const { records, leftOut, name, file } = act.value;
  return html`<div class="note ok">
    <h3>${icon('yes')} ${tn('{n} record is in “{name}”', '{n} records are in “{name}”', records, { name })}</h3>
    <p>
      ${size(file.size)}.
      ${leftOut.length === 0 ? t('Nothing is left out.') : tn('{n} is left out:', '{n} are left out:', leftOut.length)}
    </p>
    ${
      leftOut.length === 0
        ? nothing
        : html`<ul class="bullets small">
            ${leftOut.map(({ record, reason }) => leftOutRow(record, reason))}
          </ul>`
    }
  </div>`;
}

function leftOutRow(record: string, reason: string): TemplateResult {
  return html`<li><span class="mono">${record.slice(0, 12)}…</span> ${reason}</li>`;
}
