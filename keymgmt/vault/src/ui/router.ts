/** Routes in the fragment (`#/restrict/0xab…?return=/patient/`): a fragment never reaches a server. */

/** A fragment taken apart: path segments decoded, and the query. */
export interface Location {
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

/** A registered page; `pattern` has `:name` for a segment that varies. */
export interface RouteEntry<Page> {
  readonly pattern: string;
  /** The layer or part of the header's navigation that is current on this page, if any. */
  readonly nav?: string;
  /** Whose eyes the page is for; a person's own unless it says otherwise. */
  readonly audience?: 'practice';
  /** Whether the page works without an open wallet. */
  readonly open?: boolean;
  readonly page: Page;
}

/** A route that matched, with the values of its `:name` segments and the query. */
export interface Matched<Page> {
  readonly entry: RouteEntry<Page>;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

/** Takes a fragment apart. Malformed percent encoding is kept as it came rather than refused. */
export function parseHash(hash: string): Location {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split('?', 2);
  const segments = path.split('/').filter((segment) => segment !== '');
  return { path: segments.map(decoded), query: Object.fromEntries(new URLSearchParams(query)) };
}

/** Makes the fragment for a path and a query; empty values are left out. */
export function hashFor(path: readonly string[], query: Readonly<Record<string, string>> = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== '');
  const tail = given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
  return `#/${path.map(encodeURIComponent).join('/')}${tail}`;
}

/** Returns the first route that matches, null when none does. */
export function match<Page>(routes: readonly RouteEntry<Page>[], hash: string): Matched<Page> | null {
  const { path, query } = parseHash(hash);
  for (const entry of routes) {
    const params = matchSegments(entry.pattern.split('/').filter(Boolean), path);
    if (params !== null) return { entry, params, query };
  }
  return null;
}

/**
 * Returns a value of a link as an address, undefined when it is none: the words of a link never reach a page, or a
 * crafted link could put its own into what a person agrees to.
 */
export function addressOf(value: string | undefined): string | undefined {
  return value !== undefined && /^0x[0-9a-fA-F]{40}$/.test(value) ? value : undefined;
}

/**
 * Returns `path` as an address of the platform, or null when it is not plainly a path of it: `return` comes from a link
 * and must never lead to another origin.
 */
export function platformPath(platform: string, path: string | undefined): string | null {
  if (path === undefined || !/^\/(?![/\\])/.test(path)) return null;
  const base = new URL(platform);
  const target = new URL(path, base);
  return target.origin === base.origin ? target.href : null;
}

function matchSegments(pattern: readonly string[], path: readonly string[]): Record<string, string> | null {
  if (pattern.length !== path.length) return null;
  const params: Record<string, string> = {};
  for (const [index, segment] of pattern.entries()) {
    const value = path[index] ?? '';
    if (segment.startsWith(':')) params[segment.slice(1)] = value;
    else if (segment !== value) return null;
  }
  return params;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // A stray percent sign is part of a name nobody made by hashFor; it matches no route.
  }
}
