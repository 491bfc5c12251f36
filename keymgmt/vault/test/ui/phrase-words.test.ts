import assert from 'node:assert/strict';
import { test } from 'node:test';

import { completed, isPhraseWord, pastedWords, placesToAsk, wrongPlaces } from '../../src/ui/phrase-words.ts';
import { readWords, suggestWords } from '../../src/ui/two-words.ts';

test('four letters are enough for a word of the list', () => {
  assert.equal(completed('Aban'), 'abandon');
  assert.equal(completed(' zoo '), 'zoo');
});

test('what begins no word, or several, stays as it was typed', () => {
  assert.equal(completed('xyzz'), 'xyzz');
  assert.equal(completed('aba'), 'aba');
});

test('pasted words come apart at numbers, dots and lines', () => {
  assert.deepEqual(pastedWords('1. abandon 2. ability\n3) able, zoo'), ['abandon', 'ability', 'able', 'zoo']);
});

test('wrong words are named by their place', () => {
  assert.deepEqual(wrongPlaces(['abandon', 'abandonn', '', 'zoo']), [2, 3]);
  assert.ok(!isPhraseWord('password'));
});

test('places asked for are different, in order, and in the phrase', () => {
  for (let round = 0; round < 200; round += 1) {
    const places = placesToAsk(3);
    assert.equal(new Set(places).size, 3);
    assert.deepEqual(
      [...places],
      [...places].sort((a, b) => a - b),
    );
    assert.ok(places.every((place) => place >= 1 && place <= 24));
  }
});

test('suggested words are two, and are read as they are', () => {
  for (let round = 0; round < 200; round += 1) {
    const words = suggestWords();
    assert.equal(readWords(words), words);
  }
  assert.equal(readWords('  quiet   heron '), 'quiet heron');
  for (const wrong of ['heron', 'a quiet heron', 'a b', '']) assert.equal(readWords(wrong), null, wrong);
});
