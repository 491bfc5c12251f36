/** Pages without a browser: what lit would render, read from the templates, and a stage for a page. */

import type { TemplateResult } from 'lit-html';

import type { Vault } from '../../src/ui/api.ts';
import type { Page, TopStage } from '../../src/ui/stage.ts';
import { DEPLOYMENT } from './fake.ts';

/** The text of what lit would render: pieces of text nodes, nested templates and lists; attributes are left out. */
export function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join('');
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  if (typeof value !== 'object' || value === null || !('strings' in value)) return '';
  const { strings, values } = value as TemplateResult;
  let markup = '';
  let text = '';
  for (const [place, string] of strings.entries()) {
    markup += string;
    text += string.replaceAll(/<[^>]*>?|^[^<]*>/g, ' ');
    const inTag = markup.lastIndexOf('<') > markup.lastIndexOf('>');
    if (!inTag) text += textOf(values[place]);
  }
  return text.replaceAll(/\s+/g, ' ');
}

/** Every value that is put into a page's markup as text, attributes included. */
export function valuesOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(valuesOf);
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null && 'strings' in value
    ? valuesOf((value as TemplateResult).values)
    : [];
}

/** What stands in a page's fields, whose values lit's `live` sets. */
export function typedIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(typedIn);
  if (typeof value !== 'object' || value === null || !('values' in value)) return [];
  const values = value.values as unknown[];
  if ('strings' in value) return values.flatMap(typedIn);
  return values.filter((one) => typeof one === 'string');
}

/** Every listener in a page's markup, in the order of the page. */
export function listenersOf(value: unknown): ((event: Event) => void)[] {
  if (Array.isArray(value)) return value.flatMap(listenersOf);
  if (typeof value === 'function') return [value as (event: Event) => void];
  return typeof value === 'object' && value !== null && 'strings' in value
    ? listenersOf((value as TemplateResult).values)
    : [];
}

/** What a press on the field with this id does; throws where the page has none. */
export function press(value: unknown, id: string, checked = true): void {
  const field = fieldIn(value, id);
  if (field === null) throw new Error(`No field ${id}`);
  const [listener] = listenersOf(field);
  listener?.({ target: { checked } } as unknown as Event);
}

/** The template that draws the field with this id, null for none. */
function fieldIn(value: unknown, id: string): TemplateResult | null {
  if (Array.isArray(value)) return value.map((one) => fieldIn(one, id)).find((one) => one !== null) ?? null;
  if (typeof value !== 'object' || value === null || !('strings' in value)) return null;
  const template = value as TemplateResult;
  return template.values.includes(id) ? template : fieldIn(template.values, id);
}

/** Where a page stands; `left` is told where it leads to. */
export async function stageOn(
  vault: Vault,
  { params = {}, query = {} }: Partial<Pick<TopStage, 'params' | 'query'>>,
  left: (path: string) => void = () => undefined,
): Promise<TopStage> {
  const status = await vault.status();
  return {
    vault,
    deployment: DEPLOYMENT,
    params,
    query,
    status: () => status,
    update: () => undefined,
    refresh: async () => undefined,
    go: left,
    leave: left,
    back: () => '/patient/',
  };
}

/** What a page shows once everything it asks for has come. */
export async function drawn(page: Page): Promise<TemplateResult> {
  textOf(page.render()); // Pages ask for names when they first render.
  await new Promise((resolve) => setTimeout(resolve, 5));
  return page.render();
}
