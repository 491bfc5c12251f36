/** The thin run: make a wallet against a running platform, show it as m nodes attest it, bring it back elsewhere. */

import { parseDeployment } from '../../src/sdk/meta.ts';
import { network } from '../../src/sdk/network.ts';
import { Api } from '../../src/sdk/transport.ts';
import { show } from '../../src/sdk/showing.ts';
import { create, restore } from '../../src/sdk/wallet.ts';
import { ShelfHome } from '../../src/store/home.ts';
import { memoryShelves } from '../support/memoryShelf.ts';

const platform = process.argv[2] ?? 'http://localhost:8473';
const meta = (await new Api(platform, null).get('/meta')) as Record<string, never>;
const deployment = parseDeployment({ ...meta, platform });
const here = { deployment, home: new ShelfHome(memoryShelves().home), network };
console.time('create');
const { created, context } = await create(here, { kind: 'password', password: 'correct horse' });
console.timeEnd('create');
console.log(created.wallet, created.state);
for (let tries = 0; tries < 40; tries++) {
  const shown = await show(context);
  console.log(shown.kyc, shown.layers.map((layer) => layer.keysetVersion).join());
  if (shown.layers.every((layer) => layer.keysetVersion === 1)) break;
  await new Promise((resolve) => setTimeout(resolve, 1000));
}
const there = { ...here, home: new ShelfHome(memoryShelves().home) };
const again = await restore(there, created.phrase!, { kind: 'password', password: 'battery staple' });
console.log(again.created.wallet === created.wallet, again.created.state);
