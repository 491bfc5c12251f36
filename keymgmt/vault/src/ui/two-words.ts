/** Suggestions for the person's own two words, which an imitation of the frame cannot know. */

const FIRST =
  'amber brave bright calm clear copper coral curious dapper early fern gentle golden green hazel hidden honest humble indigo ivory jolly keen kind late lively lucky lunar mellow merry mild misty modest noble northern olive open patient plain proud quick quiet rapid ready rosy round rustic scarlet silent silver simple slow small smooth snowy soft solid southern stable steady still sunny swift tidy violet warm western wide winter wise young'.split(
    ' ',
  );
const SECOND =
  'acorn anchor badger beacon beaver birch bison bridge canyon cedar clover comet condor crane cricket dolphin eagle falcon ferry finch fjord fox garden gecko glacier harbour hare hawk heron island jay kestrel kite lantern lark lemur lighthouse lynx magpie maple marten meadow meteor moose newt oak orchard orca osprey otter owl panda pebble pelican pine plover puffin quail raven reef river robin salmon seal sparrow spruce stork swan thrush tiger trout tulip turtle valley walnut whale willow wren'.split(
    ' ',
  );

/** Fewest and most characters of the two words together. */
export const WORDS_LENGTH = { least: 5, most: 40 } as const;

/** Two words, drawn by the browser's secure generator. */
export function suggestWords(): string {
  return `${drawn(FIRST)} ${drawn(SECOND)}`;
}

/** Returns the words in one spelling (single spaces, no others around), null when they are not two words. */
export function readWords(text: string): string | null {
  const words = text.trim().split(/\s+/);
  const joined = words.join(' ');
  const fits = joined.length >= WORDS_LENGTH.least && joined.length <= WORDS_LENGTH.most;
  return words.length === 2 && fits ? joined : null;
}

/** One of `list`, each as likely: numbers that would favour the first ones are drawn again. */
function drawn(list: readonly string[]): string {
  const limit = Math.floor(2 ** 32 / list.length) * list.length;
  const box = new Uint32Array(1);
  do crypto.getRandomValues(box);
  while ((box[0] ?? 0) >= limit);
  return list[(box[0] ?? 0) % list.length] ?? '';
}
