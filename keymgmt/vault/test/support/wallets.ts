/** The two people of the vectors. */

import { WalletKeys } from '../../src/core/keys/derivation.ts';
import { initUmbral } from '../../src/core/pre/index.ts';

await initUmbral();

const counting = (start: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length: 32 }, (_, index) => start + index);

export const PATIENT = new WalletKeys(counting(0));
export const DOCTOR = new WalletKeys(counting(32));
export const CHAIN_ID = 31337;
export const NOW = 1_795_000_000;
