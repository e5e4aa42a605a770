/** What people do on the component, and what they see, with a server in memory. */

import { act, fireEvent, render, screen } from '@testing-library/react';
import { MqttSettings, type MqttSettingsProps } from '../../src/MqttSettings';
import type { FakeServer } from './fakeApi';

export async function show(server: FakeServer, props: Partial<MqttSettingsProps> = {}): Promise<void> {
  render(<MqttSettings api={server.api} {...props} />);
  await screen.findByLabelText('Host');
}

// Real keys and clicks are those of the browser tests; here each would take a second.
export const box = (name: string) => screen.getByLabelText<HTMLInputElement>(name, { selector: 'input' });
export const button = (name: string) => screen.getByText(name, { selector: 'button' });
export const press = (name: string) => act(async () => void fireEvent.click(button(name)));
export const returnToPage = () => act(async () => void window.dispatchEvent(new Event('focus')));

export async function type(name: string, text: string): Promise<void> {
  box(name).focus();
  await act(async () => void fireEvent.change(box(name), { target: { value: text } }));
}

/** An answer that the test gives when it likes. */
export function later<T>() {
  let give: (value: T) => void = () => undefined;
  const answer = new Promise<T>((resolve) => {
    give = resolve;
  });
  return { answer, give: (value: T) => act(async () => give(value)) };
}
