/** The frame on the fake vault: `?state=empty|locked|unlocked`, `&years=20` for a long history. */

import { startFrame } from '../../src/ui/framed.ts';
import { DEPLOYMENT, fakeVault } from './fake.ts';

const query = new URLSearchParams(location.search);
const state = query.get('state');
void startFrame(
  fakeVault(state === 'empty' || state === 'locked' ? state : 'unlocked', Number(query.get('years') ?? 0)),
  DEPLOYMENT,
  document.getElementById('app') as HTMLElement,
);
