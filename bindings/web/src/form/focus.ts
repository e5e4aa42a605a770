/** The id of a setting's input; those of its texts begin with it. */
export function fieldId(name: string): string {
  return `mqtt-${name}`;
}

/** Bring a setting into sight and the focus into it, also where it is folded away. */
export function focusField(name: string): void {
  const field = document.getElementById(fieldId(name));
  for (let fold = field?.closest('details'); fold; fold = fold.parentElement?.closest('details')) fold.open = true;
  field?.scrollIntoView({ block: 'center' });
  field?.focus();
}
