/** How bytes travel: `fetch`, and for uploads whose progress is watched, XMLHttpRequest (a Worker has both). */

/** Called while bytes go out, with those sent and all there are. */
export type BytesSent = (done: number, total: number) => void;

/** One upload. */
export interface Upload {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Blob;
  readonly progress?: BytesSent | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What the SDK needs of the network; throws TypeError where nobody answers, as `fetch` does. */
export interface Network {
  fetch(url: string, init: RequestInit): Promise<Response>;
  upload(url: string, upload: Upload): Promise<Response>;
  /** Wait; throws the signal's reason when it is aborted meanwhile. */
  pause(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** No cookie, no cache, no redirect and no referrer: the platform learns what the request says and nothing else. */
const PLAIN: RequestInit = { credentials: 'omit', cache: 'no-store', redirect: 'error', referrerPolicy: 'no-referrer' };

/** The network of a Worker; outside browsers uploads go by `fetch` and say nothing of their progress before the end. */
export const network: Network = {
  fetch: (url, init) => fetch(url, { ...PLAIN, ...init }),
  upload: (url, upload) =>
    typeof XMLHttpRequest === 'undefined' ? uploadByFetch(url, upload) : uploadByXhr(url, upload),
  pause,
};

async function uploadByFetch(url: string, { headers, body, progress, signal }: Upload): Promise<Response> {
  const response = await fetch(url, {
    ...PLAIN,
    method: 'POST',
    headers: { ...headers },
    body,
    signal: signal ?? null,
  });
  progress?.(body.size, body.size);
  return response;
}

function uploadByXhr(url: string, { headers, body, progress, signal }: Upload): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', url);
    request.responseType = 'arraybuffer';
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    const abort = (): void => request.abort();
    signal?.addEventListener('abort', abort, { once: true });
    request.upload.onprogress = (event) => progress?.(event.loaded, body.size);
    request.onload = () => resolve(responseOf(request));
    request.onerror = () => reject(new TypeError('the upload failed'));
    request.onabort = () => reject(signal?.reason ?? new DOMException('The upload was aborted', 'AbortError'));
    request.onloadend = () => signal?.removeEventListener('abort', abort);
    if (signal?.aborted) request.abort();
    else request.send(body);
  });
}

function responseOf(request: XMLHttpRequest): Response {
  const headers = new Headers();
  for (const line of request.getAllResponseHeaders().trim().split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  // These statuses may have no body, and a Response refuses even an empty one.
  const body = [204, 205, 304].includes(request.status) ? null : (request.response as ArrayBuffer);
  return new Response(body, { status: request.status, headers });
}

function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal!.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', abort, { once: true });
  });
}
