/**
 * The headers of every file, as `medixain/vault/headers.py` has them.
 *
 * A hash says nothing about headers, so the worker writes them itself: correct bytes under a lax policy would let through
 * what the policy is there to stop. Both tables are held together by `tests/vectors/vault/headers.json`.
 */

import { isObject, type Json, parseAnyForm } from '../core/canonical.ts';
import { BadManifest } from './manifest.ts';

const DENIED = [
  'accelerometer',
  'autoplay',
  'browsing-topics',
  'camera',
  'clipboard-read',
  'display-capture',
  'encrypted-media',
  'fullscreen',
  'gamepad',
  'geolocation',
  'gyroscope',
  'hid',
  'identity-credentials-get',
  'idle-detection',
  'keyboard-map',
  'local-fonts',
  'magnetometer',
  'microphone',
  'midi',
  'otp-credentials',
  'payment',
  'picture-in-picture',
  'screen-wake-lock',
  'serial',
  'storage-access',
  'usb',
  'window-management',
  'xr-spatial-tracking',
] as const;
const ALLOWED = ['clipboard-write', 'publickey-credentials-create', 'publickey-credentials-get'] as const;

/** The policies that make what a document runs or parses: templates, its Worker's address, its service worker's. */
const TRUSTED_TYPES = ['lit-html', 'medixain-worker', 'vault-service-worker'] as const;

const FIXED: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-cache',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-site',
  'Permissions-Policy': [...DENIED.map((name) => `${name}=()`), ...ALLOWED.map((name) => `${name}=(self)`)].join(', '),
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  ico: 'image/x-icon',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
  mjs: 'text/javascript; charset=utf-8',
  pdf: 'application/pdf',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
  ttf: 'font/ttf',
  wasm: 'application/wasm',
  webmanifest: 'application/manifest+json',
  woff2: 'font/woff2',
};

/** The one page that the platform may frame. */
export const FRAME = '/frame.html';

/** Where the vault's pages connect to, by the signed configuration. */
export interface Places {
  readonly platform: string;
  /** The origins of the nodes and of the JSON-RPC door. */
  readonly asked: readonly string[];
}

/** The places of a configuration; throws {@link BadManifest} when it lacks one. */
export function placesOf(configBytes: Uint8Array): Places {
  const parsed = parseAnyForm(configBytes);
  const config = isObject(parsed) ? parsed : {};
  const { platform, node_set: nodeSet, rpc_url: door } = config;
  const nodes = isObject(nodeSet) ? nodeSet['nodes'] : undefined;
  if (typeof platform !== 'string' || !Array.isArray(nodes))
    throw new BadManifest('the configuration names no platform');
  return { platform, asked: [...nodes.map((node) => (isObject(node) ? node['url'] : undefined)), door].map(originOf) };
}

function originOf(address: Json | undefined): string {
  const url = typeof address === 'string' ? URL.parse(address) : null;
  if (url === null) throw new BadManifest('the configuration names no address of a node or of the JSON-RPC door');
  return url.origin;
}

/** The headers of the file at `path`. */
export function headersOf(path: string, places: Places): Record<string, string> {
  const headers: Record<string, string> = {
    ...FIXED,
    'Content-Security-Policy': policyOf(path, places),
    'Content-Type': CONTENT_TYPES[path.slice(path.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
  };
  if (places.platform.startsWith('https://'))
    headers['Strict-Transport-Security'] = 'max-age=63072000; includeSubDomains';
  return headers;
}

/** The content security policy of the file at `path`. */
export function policyOf(path: string, { platform, asked }: Places): string {
  const directives: readonly (readonly [string, string])[] = [
    ['default-src', "'none'"],
    ['script-src', "'self' 'wasm-unsafe-eval'"],
    ['style-src', "'self'"],
    ['img-src', "'self' blob: data:"],
    ['font-src', "'self'"],
    ['connect-src', [...new Set(["'self'", platform, ...asked])].join(' ')],
    ['worker-src', "'self'"],
    ['manifest-src', "'self'"],
    ['object-src', "'none'"],
    ['frame-src', 'blob:'],
    ['base-uri', "'none'"],
    ['form-action', "'none'"],
    ['frame-ancestors', path === FRAME ? platform : "'none'"],
    ['require-trusted-types-for', "'script'"],
    ['trusted-types', TRUSTED_TYPES.join(' ')],
  ];
  return directives.map(([name, value]) => `${name} ${value}`).join('; ');
}
