/** `#/apply`: ask an institution to answer for this wallet as a professional's. */

import { html, nothing, type TemplateResult } from 'lit-html';

import type { InstitutionRow, ProfessionalApplied } from '../../sdk/results.ts';
import { notice } from '../errors.ts';
import { t } from '../i18n.ts';
import { icon } from '../icons.ts';
import { vaultFrame } from '../parts/frame.ts';
import { errorSummary, focusFaults, select, textField, type Faults } from '../parts/forms.ts';
import { plainSheet } from '../parts/sheet.ts';
import { progress, shown } from '../parts/waiting.ts';
import { backLink, pageHead } from '../shell.ts';
import { Act, Resource, type Page, type TopStage } from '../stage.ts';

/** `#/apply`. */
export function applyPage(stage: TopStage): Page {
  const institutions = new Resource(() => stage.vault.institutionList(), stage.update);
  const act = new Act<ProfessionalApplied>(stage.update);
  const typed = { institution: '', level: 'clinical', name: '' };
  let faults: Faults = {};

  return {
    title: () => t('Work as a professional'),
    render: () => html`
      ${backLink(`${stage.deployment.platform}/practice/`, t('Back to your practice'))}
      ${pageHead(t('Work as a professional'), t('An institution answers for you with its signature. Being authorised opens nothing: each patient decides.'))}
      ${vaultFrame(stage.status().words, act.state === 'done' ? applied() : shown(institutions, form), 'practice')}
    `,
  };

  function form(rows: readonly InstitutionRow[]): TemplateResult {
    const active = rows.filter((row) => row.active);
    typed.institution ||= active[0]?.institution ?? '';
    return html`<form class="split wide-end" @submit=${submit}>
      <div class="stack">
        ${errorSummary(faults)} ${act.error === null ? nothing : notice(act.error)}
        ${progress(act, t('Signing and sending'), 'items', false)}
        ${select(
          'institution',
          t('Institution'),
          active.map((row) => [row.institution, row.name] as const),
          typed.institution,
          (value) => (typed.institution = value),
        )}
        ${select(
          'level',
          t('What for'),
          [
            ['clinical', t('Treating patients')],
            ['senior', t('Treating patients, in a leading position')],
            ['research', t('Research')],
            ['administrative', t('Administration')],
          ],
          typed.level,
          (value) => (typed.level = value),
        )}
        ${textField({ id: 'name', label: t('Your name as patients shall read it'), hint: t('It is public: the register of professionals shows it.'), value: typed.name, faults, input: (value) => (typed.name = value) })}
      </div>
      ${plainSheet(
        t('If you apply'),
        [
          { sign: 'verified', pieces: [t('The institution checks who you are, and signs or does not.')] },
          { sign: 'eye', pieces: [t('Your wallet’s address, name and institution become public.')] },
        ],
        t('Apply'),
        { no: t('Do not apply'), busy: act.state === 'running', refuse: () => stage.leave('/practice/') },
      )}
    </form>`;
  }

  function submit(event: Event): void {
    event.preventDefault();
    const name = typed.name.trim();
    faults = name === '' ? { name: t('Give your name') } : {};
    stage.update();
    if (name === '') {
      focusFaults();
      return;
    }
    void act.run(() => stage.vault.professionalApply(typed.institution, typed.level, name));
  }

  function applied(): TemplateResult {
    return html`<div class="stack done" role="status">
      <h2>${icon('yes')} ${t('Your application waits at the institution')}</h2>
      <p>${t('Show your institution this address, so that it finds your application:')}</p>
      <p class="mono">${stage.status().wallet ?? nothing}</p>
      <div class="btns">
        <button class="btn" type="button" @click=${() => stage.leave('/practice/')}>
          ${t('Back to your practice')}
        </button>
      </div>
    </div>`;
  }
}
