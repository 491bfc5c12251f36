/** The Worker of the vault's own page: everything. */

import { actingMethods } from './acting.ts';
import { Keeper } from './keeper.ts';
import { readingMethods } from './reading.ts';
import { serve, workerPort } from './rpc.ts';

const keeper = new Keeper(() => tell('locked'));
const tell = serve(workerPort(), { ...readingMethods(keeper), ...actingMethods(keeper) });
