/** Stands in for `node:assert/strict` in a browser: what the tests that run there use of it. */

import { equalBytes } from '../../src/core/bytes.ts';

type Expected = (new (...values: never[]) => Error) | ((error: unknown) => boolean);

class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

function fail(what: string, message: string | undefined): never {
  throw new AssertionError(message === undefined ? what : `${message}: ${what}`);
}

function ok(value: unknown, message?: string): void {
  if (!value) fail('expected something true', message);
}

function equal(actual: unknown, expected: unknown, message?: string): void {
  if (!Object.is(actual, expected)) fail(`${show(actual)} is not ${show(expected)}`, message);
}

function deepEqual(actual: unknown, expected: unknown, message?: string): void {
  if (!same(actual, expected)) fail(`${show(actual)} is not ${show(expected)}`, message);
}

function notDeepEqual(actual: unknown, unexpected: unknown, message?: string): void {
  if (same(actual, unexpected)) fail(`${show(actual)} was not expected`, message);
}

function notEqual(actual: unknown, unexpected: unknown, message?: string): void {
  if (Object.is(actual, unexpected)) fail(`${show(actual)} was not expected`, message);
}

function match(text: string, form: RegExp, message?: string): void {
  if (!form.test(text)) fail(`${show(text)} does not match ${form}`, message);
}

function throws(run: () => unknown, expected?: Expected, message?: string): void {
  try {
    run();
  } catch (error) {
    asExpected(error, expected);
    return;
  }
  fail('nothing was thrown', message);
}

async function rejects(
  promise: Promise<unknown> | (() => Promise<unknown>),
  expected?: Expected,
  message?: string,
): Promise<void> {
  try {
    await (typeof promise === 'function' ? promise() : promise);
  } catch (error) {
    asExpected(error, expected);
    return;
  }
  fail('nothing was thrown', message);
}

function asExpected(error: unknown, expected: Expected | undefined): void {
  if (expected === undefined) return;
  if (isErrorClass(expected) ? !(error instanceof expected) : !expected(error)) throw error;
}

function isErrorClass(expected: Expected): expected is new (...values: never[]) => Error {
  const prototype: unknown = expected.prototype;
  return expected === Error || prototype instanceof Error;
}

/** As Node's strict deep equality: the same kinds, the same own values, sets and maps in any order of simple keys. */
function same(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Object.getPrototypeOf(left) !== Object.getPrototypeOf(right)) return false;
  if (left instanceof Uint8Array && right instanceof Uint8Array) return equalBytes(left, right);
  if (left instanceof Map && right instanceof Map) {
    return left.size === right.size && [...left].every(([key, value]) => right.has(key) && same(value, right.get(key)));
  }
  if (left instanceof Set && right instanceof Set) {
    return left.size === right.size && [...left].every((value) => right.has(value));
  }
  const [names, others] = [Reflect.ownKeys(left), Reflect.ownKeys(right)];
  return (
    names.length === others.length &&
    names.every((name) => Object.hasOwn(right, name) && same(read(left, name), read(right, name)))
  );
}

function read(holder: object, name: PropertyKey): unknown {
  return (holder as Record<PropertyKey, unknown>)[name];
}

function show(value: unknown): string {
  const text = JSON.stringify(value, (_name, item: unknown) => (typeof item === 'bigint' ? `${item}n` : item));
  return (text ?? String(value)).slice(0, 400);
}

const assert = { ok, equal, notEqual, deepEqual, notDeepEqual, match, throws, rejects };

// Node's module is a default export, and the tests import it as that.
export default assert;
