/** Names for addresses: each person is asked of the nodes once a page. */

import type { PersonShown, Reading } from '../api.ts';
import { shortAddress } from '../format.ts';
import { t } from '../i18n.ts';

/** The people of one page. */
export class People {
  readonly #known = new Map<string, PersonShown | null>();
  readonly #vault: Reading;
  readonly #changed: () => void;

  constructor(vault: Reading, changed: () => void) {
    this.#vault = vault;
    this.#changed = changed;
  }

  /** What is known of `address`; null while it is being asked for, or when nobody attests it. */
  find(address: string): PersonShown | null {
    const known = this.#known.get(address);
    if (known !== undefined) return known;
    this.#known.set(address, null);
    void this.#ask(address);
    return null;
  }

  /** The name of `address`, or its beginning and end when nobody gives it a name. */
  name(address: string): string {
    return this.find(address)?.name ?? t('Professional {address}', { address: shortAddress(address) });
  }

  /** The institution of `address`, null when there is none. */
  institution(address: string): string | null {
    const person = this.find(address);
    return person === null ? null : institutionOf(person);
  }

  /** That the name of `address` could not be checked; null where it was, and for a stranger. */
  doubt(address: string): string | null {
    const person = this.find(address);
    return person === null ? null : doubtOf(person);
  }

  async #ask(address: string): Promise<void> {
    try {
      this.#known.set(address, await this.#vault.person(address));
      this.#changed();
    } catch {
      // A stranger, or too few nodes answer: the page shows the address, which is true in both cases.
    }
  }
}

/** A person in a sentence: the name with the institution in brackets of its own line is the caller's matter. */
export function nameOf(person: PersonShown): string {
  return person.name ?? t('Professional {address}', { address: shortAddress(person.address) });
}

/** The institution that answers for a person, by its address where its name could not be checked; null for none. */
export function institutionOf({ institution, institutionName }: PersonShown): string | null {
  if (institution === null) return null;
  return institutionName ?? t('Institution {address}', { address: shortAddress(institution) });
}

/** That an institution answers for a person whose name does not follow from what it signed; null otherwise. */
export function doubtOf({ name, institution }: PersonShown): string | null {
  return institution !== null && name === null ? t('The name could not be checked.') : null;
}
