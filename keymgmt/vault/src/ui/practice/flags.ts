/** What does not fit together, in words: a hint for a professional, never a decision. */

import { html, nothing, type TemplateResult } from 'lit-html';

import type { ConsistencyFlag, FlagKind } from '../../sdk/clinical/model.ts';
import { t } from '../i18n.ts';
import { icon } from '../icons.ts';

/** Alerts as a stop note, the rest as rows. */
export function flagList(flags: readonly ConsistencyFlag[]): unknown {
  if (flags.length === 0) return nothing;
  const alerts = flags.filter((flag) => flag.severity === 'alert');
  const rest = flags.filter((flag) => flag.severity !== 'alert');
  return html`
    ${alerts.map(
      (flag) =>
        html`<section class="note stop gap-below">
          <h2 class="h3">${icon('warn')} ${titleOf(flag)}</h2>
          <p>${sentence(flag)}</p>
        </section>`,
    )}
    ${
      rest.length === 0
        ? nothing
        : html`<section class="sec" aria-labelledby="flags">
            <h2 id="flags">${t('Records that do not agree')}</h2>
            <ul class="rows" role="list">
              ${rest.map(row)}
            </ul>
          </section>`
    }
  `;
}

function row(flag: ConsistencyFlag): TemplateResult {
  return html`<li class="row flag">
    <div>
      <h3>${titleOf(flag)}</h3>
      <p>${sentence(flag)}</p>
    </div>
    <div class="end">
      <span class="tag ${flag.severity === 'info' ? '' : 'warn'}"
        >${flag.severity === 'info' ? t('To know') : t('Look at it')}</span
      >
    </div>
  </li>`;
}

function titleOf({ kind }: ConsistencyFlag): string {
  const titles: Readonly<Record<FlagKind, string>> = {
    'blood-group-change': t('The blood group changes'),
    'sex-specific-condition': t('A condition does not fit the recorded sex'),
    'overlapping-appointments': t('Two visits overlap'),
    'duplicate-prescription': t('Prescribed twice'),
    'drug-against-allergy': t('Check before the next dose'),
    'disputed-entry': t('The patient says this is wrong'),
  };
  return titles[kind];
}

/** The values as they came, in the order in which the flag gives them. */
function sentence({ values }: ConsistencyFlag): string {
  return Object.values(values).filter(Boolean).join(' · ');
}
