/** Where named values lie: IndexedDB in browsers, memory in tests. Values are whatever a structured clone carries. */

/** A small key-value store. Several documents and Workers may have the same shelf open. */
export interface Shelf {
  /** Return the value called `name`, undefined when there is none. */
  get(name: string): Promise<unknown>;
  /** Put every entry, all or none; one whose value is undefined is deleted. */
  put(entries: Readonly<Record<string, unknown>>): Promise<void>;
  /**
   * Run `work` while nobody else, in any document, runs work on this shelf; or, if `what` names something, while nobody
   * else works on that. Work on the shelf may be done within the latter, and not the other way round.
   */
  exclusively<T>(work: () => Promise<T>, what?: string): Promise<T>;
}

/** The shelves of this origin. */
export interface Shelves {
  /** What stays: the keystore, the sealed state, the two words, the language. */
  readonly home: Shelf;
  /** What a document resumes from without asking, until it is locked or idle for too long. */
  readonly session: Shelf;
}

/** Runs work one after the other, also over documents; `navigator.locks.request` in browsers. */
export type Exclusion = <T>(name: string, work: () => Promise<T>) => Promise<T>;

const DATABASE = 'medixain';
const STORES = ['home', 'session'] as const;

/** Open (or make) this origin's database; `factory` and `exclusion` are the browser's own, but for tests. */
export async function openShelves(
  factory: IDBFactory = indexedDB,
  exclusion: Exclusion = (name, work) => navigator.locks.request(name, work) as ReturnType<typeof work>,
): Promise<Shelves> {
  const opening = factory.open(DATABASE, 1);
  opening.onupgradeneeded = () => {
    for (const store of STORES) opening.result.createObjectStore(store);
  };
  const database = await result(opening);
  // Another tab that deletes or upgrades the database must not wait for this one for ever.
  database.onversionchange = () => database.close();
  return {
    home: new DatabaseShelf(database, 'home', exclusion),
    session: new DatabaseShelf(database, 'session', exclusion),
  };
}

class DatabaseShelf implements Shelf {
  readonly #database: IDBDatabase;
  readonly #store: string;
  readonly #exclusion: Exclusion;

  constructor(database: IDBDatabase, store: string, exclusion: Exclusion) {
    this.#database = database;
    this.#store = store;
    this.#exclusion = exclusion;
  }

  get(name: string): Promise<unknown> {
    return result(this.#database.transaction(this.#store, 'readonly').objectStore(this.#store).get(name));
  }

  put(entries: Readonly<Record<string, unknown>>): Promise<void> {
    const transaction = this.#database.transaction(this.#store, 'readwrite', { durability: 'strict' });
    const store = transaction.objectStore(this.#store);
    return new Promise((resolve, reject) => {
      try {
        for (const [name, value] of Object.entries(entries)) {
          if (value === undefined) store.delete(name);
          else store.put(value, name);
        }
      } catch (error) {
        // A value that cannot be cloned throws here, and the entries before it would be committed without the rest.
        transaction.abort();
        reject(error as Error);
      }
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new DOMException('The change was aborted', 'AbortError'));
    });
  }

  exclusively<T>(work: () => Promise<T>, what = ''): Promise<T> {
    return this.#exclusion(`${DATABASE}/${this.#store}${what === '' ? '' : `/${what}`}`, work);
  }
}

function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new DOMException('The browser gave no reason', 'UnknownError'));
  });
}
