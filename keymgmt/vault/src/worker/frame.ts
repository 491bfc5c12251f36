/** The Worker of a frame in a portal: reading only. */

import { Keeper } from './keeper.ts';
import { readingMethods } from './reading.ts';
import { serve, workerPort } from './rpc.ts';

const tell = serve(workerPort(), readingMethods(new Keeper(() => tell('locked'))));
