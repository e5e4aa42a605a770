/** Numbers as people say them, in the language of the texts. */

const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** `90` as "1 minute, 30 seconds"; at most two units, the smallest a second. */
export function duration(seconds: number, locale: string): string {
  const parts: string[] = [];
  let rest = Math.max(0, Math.round(seconds));
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0 && parts.length < 2) parts.push(quantity(count, unit, locale));
    else if (parts.length > 0) break;
  }
  if (parts.length === 0) return quantity(0, 'second', locale);
  return new Intl.ListFormat(locale, { type: 'unit' }).format(parts);
}

/** A duration that a machine took: `0.0123` as "12 ms". */
export function shortDuration(seconds: number, locale: string): string {
  const [value, unit] = seconds < 1 ? [seconds * 1000, 'millisecond'] : [seconds, 'second'];
  const digits = value < 10 ? 1 : 0;
  return new Intl.NumberFormat(locale, { style: 'unit', unit, maximumFractionDigits: digits }).format(value);
}

/** `67108864` as "64 MiB". */
export function bytes(count: number, locale: string): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'];
  const step = Math.min(Math.floor(Math.log2(Math.max(count, 1)) / 10), units.length - 1);
  const value = count / 1024 ** step;
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(value)} ${units[step]}`;
}

export function number(value: number, locale: string): string {
  return new Intl.NumberFormat(locale).format(value);
}

/** "A, B and C". */
export function list(items: string[], locale: string): string {
  return new Intl.ListFormat(locale).format(items);
}

/** The first letter large, as at the beginning of a sentence; not that of a setting's name. */
export function sentence(text: string): string {
  if (/^\w*_/.test(text)) return text;
  const [first = ''] = text;
  return first.toUpperCase() + text.slice(first.length);
}

function quantity(count: number, unit: string, locale: string): string {
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(count);
}
