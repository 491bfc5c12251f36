/** The frame on the fake vault: `?state=empty|locked|unlocked`. */

import { startFrame } from '../../src/ui/framed.ts';
import { DEPLOYMENT, fakeVault } from './fake.ts';

const state = new URLSearchParams(location.search).get('state');
void startFrame(
  fakeVault(state === 'empty' || state === 'locked' ? state : 'unlocked'),
  DEPLOYMENT,
  document.getElementById('app') as HTMLElement,
);
