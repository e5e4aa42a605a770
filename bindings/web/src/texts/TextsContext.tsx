import { createContext, useContext } from 'react';
import { english, type GivenTexts, type Texts } from './english';

const TextsContext = createContext<Texts>(english);

export const TextsProvider = TextsContext.Provider;

export function useTexts(): Texts {
  return useContext(TextsContext);
}

/** The English texts with those given in their places. */
export function completeTexts(given: GivenTexts | undefined): Texts {
  return given ? (filledIn(english, given) as Texts) : english;
}

function filledIn(base: unknown, given: unknown): unknown {
  if (given === undefined) return base;
  if (!isRecord(base) || !isRecord(given)) return given;
  const names = [...new Set([...Object.keys(base), ...Object.keys(given)])];
  return Object.fromEntries(names.map((name) => [name, filledIn(base[name], given[name])]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
