/** What pages do to the document: focus, announcements, saving a file, copying. Nothing here takes HTML. */

/** Moves the focus to the element with this id, if it is there. */
export function focusOn(id: string): void {
  document.getElementById(id)?.focus();
}

/** Says `text` by the polite live region; the same text again is said again. */
export function announce(text: string): void {
  say('live', text);
}

/** Says `text` at once. */
export function alarm(text: string): void {
  say('alarm', text);
}

function say(id: string, text: string): void {
  const region = document.getElementById(id);
  if (region === null) return;
  region.textContent = '';
  setTimeout(() => {
    region.textContent = text;
  }, 50);
}

/** Lets the person keep `file`: a blob address, used once. */
export function save(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Puts `text` on the clipboard; false when the browser does not let it. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // The text stands on the page and can be selected by hand; the caller says so.
  }
}

/** The value of a form's field as text; missing fields are empty. */
export function fieldOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value.trim() : '';
}
