/** The whole number that a text is, written in digits; `null` for any other text. */
export function wholeNumber(text: string): number | null {
  const number = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(number) ? number : null;
}
