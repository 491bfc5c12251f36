/** The top-level page on the fake vault: `?state=empty|locked|unlocked`. */

import { startTop } from '../../src/ui/top.ts';
import { DEPLOYMENT, fakeVault } from './fake.ts';

const state = new URLSearchParams(location.search).get('state');
void startTop(
  fakeVault(state === 'empty' || state === 'locked' ? state : 'unlocked'),
  DEPLOYMENT,
  document.getElementById('app') as HTMLElement,
);
