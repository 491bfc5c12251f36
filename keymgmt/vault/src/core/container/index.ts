/**
 * The record container, version 1 (docs/spec/container.md): R = (Kc, S, D) of whitepaper section 4.
 *
 * Writing: {@link newHeader}, {@link seal}, {@link sealKey}, {@link sealEnvelope}. Reading: {@link RecordReader},
 * {@link openToBlob}, {@link readMetadata}. The address of the result: {@link addTree}, {@link ContentHasher}. Keys are
 * Umbral's: `await initUmbral()` first.
 */

export {
  addressed,
  addTree,
  CID_SIZE,
  cidFromText,
  cidToText,
  type ContentAddress,
  ContentHasher,
  InvalidCid,
  LEAF_SIZE,
  TreeBuilder,
} from './contentAddress.ts';
export {
  ContainerDamaged,
  ContainerError,
  ContainerTooLong,
  InvalidHeader,
  InvalidPreamble,
  SealedBoxUnopenable,
  WrongRecord,
  WrongRecordKey,
} from './errors.ts';
export { type OpenedFile, type OpenOptions, openToBlob, openToWritable } from './files.ts';
export {
  commitmentOf,
  Header,
  HEADER_SIZE,
  type HeaderFields,
  Layer,
  newHeader,
  parseHeader,
  SCHEME,
} from './header.ts';
export {
  isRecordType,
  NAME_SIZE,
  parsePreamble,
  Preamble,
  PREAMBLE_SIZE,
  RecordType,
  requireSafeName,
  shortenedName,
} from './preamble.ts';
export { KEY_SIZE } from './primitives.ts';
export { openProvenance, type Provenance, sealProvenance } from './provenance.ts';
export {
  hashOf,
  openEnvelope,
  openKey,
  openReencryptedEnvelope,
  openReencryptedKey,
  parseSealedBox,
  type Reencrypted,
  sealEnvelope,
  sealKey,
} from './sealedBox.ts';
export { ExactReader, type Source, streamOf } from './sources.ts';
export {
  bodySize,
  CHUNK_SIZE,
  type Expected,
  FIRST_CHUNK_END,
  type Progress,
  readMetadata,
  RecordReader,
  seal,
  sealedSize,
  type SealOptions,
} from './stream.ts';
