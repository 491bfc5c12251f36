/** What a frame's Worker answers, and the top-level page's too: state, and reading. Nothing here signs. */

import type { Context } from '../sdk/context.ts';
import { type NewsMark, newsMark, setNewsMark } from '../sdk/news.ts';
import { listPatients } from '../sdk/practice/patients.ts';
import { listAppointments } from '../sdk/practice/appointments.ts';
import { listColleagues } from '../sdk/practice/colleagues.ts';
import { sentRequests } from '../sdk/practice/requests.ts';
import { reviewPatient } from '../sdk/practice/review.ts';
import { Reader } from '../sdk/reader.ts';
import { listOwnTeams } from '../sdk/teams.ts';
import type { RecordMetadata } from '../sdk/results.ts';
import { Kept } from './kept.ts';
import type { Keeper } from './keeper.ts';
import type { Call } from './rpc.ts';

/** Return the reading methods over one keeper. */
// The return type is what the document's side is typed by; writing it out would only repeat it.
export function readingMethods(keeper: Keeper) {
  const reader = perContext(keeper, (context) => new Reader(context));
  const keptOf = perContext(keeper, () => new Kept());
  const kept = async <T>(key: string, read: (reader: Reader) => Promise<T>, sizeOf?: SizeOf<T>): Promise<T> => {
    const found = await reader();
    return (await keptOf()).read(key, () => read(found), sizeOf);
  };
  return {
    status: () => keeper.status(),
    touch: () => keeper.touch(),
    walletShow: () => kept('wallet', (one) => one.walletShow()),
    standing: async () => (await reader()).standing(),
    recordList: async (_: Call, patient?: string) =>
      patient === undefined ? kept('records', (one) => one.recordList()) : (await reader()).recordList(patient),
    recordView: (call: Call, record: string) =>
      kept(
        `view/${record}`,
        (one) => one.recordView(record, call),
        ({ metadata }) => ownSize(metadata, 0),
      ),
    recordGet: (call: Call, record: string) =>
      kept(
        `file/${record}`,
        (one) => one.recordGet(record, call),
        (opened) => ownSize(opened, opened.size),
      ),
    recordGists: async () => (await reader()).recordGists(),
    newsMark: async () => newsMark(await keeper.context()),
    setNewsMark: async (_: Call, mark: NewsMark) => setNewsMark(await keeper.context(), mark),
    profileShow: async (_: Call, patient?: string) =>
      patient === undefined ? kept('profile', (one) => one.profileShow()) : (await reader()).profileShow(patient),
    accessList: () => kept('access', (one) => one.accessList()),
    accessLog: () => kept('looks', (one) => one.accessLog()),
    linkOpenings: () => kept('openings', (one) => one.linkOpenings()),
    exportLog: async (_: Call, form: 'csv' | 'fhir') => (await reader()).exportLog(form),
    verifyFile: async (call: Call, file: File) => (await reader()).verifyFile(file, call),
    verifyWallet: async (_: Call, wallet: string) => (await reader()).verifyWallet(wallet),
    person: (_: Call, address: string) => kept(`person/${address}`, (one) => one.person(address)),
    team: (_: Call, id: string) => kept(`team/${id}`, (one) => one.team(id)),
    teamList: () => kept('teams', (one) => one.teamList()),
    search: async (_: Call, text: string) => (await reader()).search(text),
    seriesList: () => kept('series', (one) => one.seriesList()),
    patientList: async () => listPatients(await keeper.context()),
    patientReview: async (call: Call, wallet: string) => reviewPatient(await keeper.context(), wallet, call),
    appointmentList: async () => {
      const context = await keeper.context();
      return (await keptOf()).read('appointments', () => listAppointments(context));
    },
    colleagueList: async () => listColleagues(await keeper.context()),
    ownTeamList: async () => listOwnTeams(await keeper.context()),
    sentRequests: async () => sentRequests(await keeper.context()),
  };
}

type SizeOf<T> = (value: T) => number | null;

/** The bytes that an own record's answer holds; null for another's, whose owner may have stopped sharing meanwhile. */
function ownSize({ nodes }: Pick<RecordMetadata, 'nodes'>, bytes: number): number | null {
  return nodes.length === 0 ? bytes : null;
}

/** The reading methods. */
export type ReadingMethods = ReturnType<typeof readingMethods>;

/** Return a function that makes one object for each context: a lock and an unlock make another. */
export function perContext<T>(keeper: Keeper, make: (context: Context) => T): () => Promise<T> {
  const made = new WeakMap<Context, T>();
  return async () => {
    const context = await keeper.context();
    const found = made.get(context) ?? make(context);
    made.set(context, found);
    return found;
  };
}
