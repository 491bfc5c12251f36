import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LAYERS } from '../../src/core/keys/layers.ts';
import { SECTION_IDS, isSensitive, sectionTitle } from '../../src/ui/names.ts';

const PROTOCOL = [...LAYERS.values()].flatMap((layer) =>
  [...layer.sections.values()].map((section) => ({
    id: `${layer.name}/${section.name}`,
    sensitive: section.sensitive,
  })),
);

test('every section of the protocol has a name on pages, and no page names another', () => {
  assert.deepEqual([...SECTION_IDS].sort(), PROTOCOL.map(({ id }) => id).sort());
});

test('what the protocol calls sensitive is off unless chosen on pages', () => {
  for (const { id, sensitive } of PROTOCOL.filter((section) => !section.id.startsWith('sealed/'))) {
    assert.equal(isSensitive(id), sensitive, id);
  }
});

test('a section that this version does not know is shown by its id, never hidden', () => {
  assert.equal(sectionTitle('profile/new-thing'), 'profile/new-thing');
});
