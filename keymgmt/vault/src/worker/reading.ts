/** What a frame's Worker answers, and the top-level page's too: state, and reading. Nothing here signs. */

import type { Context } from '../sdk/context.ts';
import { type NewsMark, newsMark, setNewsMark } from '../sdk/news.ts';
import { listPatients } from '../sdk/practice/patients.ts';
import { listAppointments } from '../sdk/practice/appointments.ts';
import { listColleagues } from '../sdk/practice/colleagues.ts';
import { sentRequests } from '../sdk/practice/requests.ts';
import { reviewPatient } from '../sdk/practice/review.ts';
import { Reader } from '../sdk/reader.ts';
import type { Keeper } from './keeper.ts';
import type { Call } from './rpc.ts';

/** Return the reading methods over one keeper. */
// The return type is what the document's side is typed by; writing it out would only repeat it.
export function readingMethods(keeper: Keeper) {
  const reader = perContext(keeper, (context) => new Reader(context));
  return {
    status: () => keeper.status(),
    touch: () => keeper.touch(),
    walletShow: async () => (await reader()).walletShow(),
    standing: async () => (await reader()).standing(),
    recordList: async (_: Call, patient?: string) => (await reader()).recordList(patient),
    recordView: async (call: Call, record: string) => (await reader()).recordView(record, call),
    recordGet: async (call: Call, record: string) => (await reader()).recordGet(record, call),
    recordGists: async () => (await reader()).recordGists(),
    newsMark: async () => newsMark(await keeper.context()),
    setNewsMark: async (_: Call, mark: NewsMark) => setNewsMark(await keeper.context(), mark),
    profileShow: async (_: Call, patient?: string) => (await reader()).profileShow(patient),
    accessList: async () => (await reader()).accessList(),
    accessLog: async () => (await reader()).accessLog(),
    linkOpenings: async () => (await reader()).linkOpenings(),
    exportLog: async (_: Call, form: 'csv' | 'fhir') => (await reader()).exportLog(form),
    verifyFile: async (call: Call, file: File) => (await reader()).verifyFile(file, call),
    verifyWallet: async (_: Call, wallet: string) => (await reader()).verifyWallet(wallet),
    person: async (_: Call, address: string) => (await reader()).person(address),
    search: async (_: Call, text: string) => (await reader()).search(text),
    seriesList: async () => (await reader()).seriesList(),
    patientList: async () => listPatients(await keeper.context()),
    patientReview: async (call: Call, wallet: string) => reviewPatient(await keeper.context(), wallet, call),
    appointmentList: async () => listAppointments(await keeper.context()),
    colleagueList: async () => listColleagues(await keeper.context()),
    sentRequests: async () => sentRequests(await keeper.context()),
  };
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
