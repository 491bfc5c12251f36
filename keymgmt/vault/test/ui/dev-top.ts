/** The top-level page on the fake vault: `?state=empty|locked|unlocked`, `&years=20` for a long history. */

import { startTop } from '../../src/ui/top.ts';
import { DEPLOYMENT, fakeVault } from './fake.ts';

const query = new URLSearchParams(location.search);
const state = query.get('state');
void startTop(
  fakeVault(state === 'empty' || state === 'locked' ? state : 'unlocked', Number(query.get('years') ?? 0)),
  DEPLOYMENT,
  document.getElementById('app') as HTMLElement,
);
