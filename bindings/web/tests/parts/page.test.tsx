/** The component, with a server in memory. */

import { act, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { ApiProblem } from '../../src/api/problem';
import { MqttSettings } from '../../src/MqttSettings';
import { box, press, returnToPage, show, type } from '../support/component';
import { fakeServer } from '../support/fakeApi';

test('the first save sends all that is not left to its default, on the condition that it is the first', async () => {
  const server = fakeServer(null);
  await show(server);
  await type('Host', 'broker.example');
  await press('Save');
  await screen.findByText('The settings are saved.');
  const [changes, version] = vi.mocked(server.api.save).mock.calls[0] ?? [];
  expect(version).toBeNull();
  expect(changes).toMatchObject({ enabled: true, broker_host: 'broker.example', message_expiry_seconds: 300 });
  expect(changes).not.toHaveProperty('client_id');
  expect(changes).not.toHaveProperty('password');
  // What the server fills in is of nobody else.
  expect(box('Port').value).toBe('1883');
  expect(screen.queryByText(/Somebody else has saved/)).toBeNull();
});

test('later saves send what was changed, on top of the version that was loaded', async () => {
  const server = fakeServer({ broker_host: 'broker.example' });
  const onDirtyChange = vi.fn();
  await show(server, { onDirtyChange });
  await type('Event lifetime in seconds', '600');
  expect(screen.getByText('10 minutes')).toBeTruthy();
  expect(screen.getByText('1 unsaved change')).toBeTruthy();
  expect(onDirtyChange).toHaveBeenLastCalledWith(true);
  await press('Save');
  await screen.findByText('All changes are saved');
  expect(server.api.save).toHaveBeenCalledExactlyOnceWith({ message_expiry_seconds: 600 }, '"1"');
  expect(onDirtyChange).toHaveBeenLastCalledWith(false);
});

test('a value out of range is told at its field, linked, and not sent', async () => {
  const server = fakeServer({ broker_host: 'broker.example' });
  await show(server);
  const expiry = box('Event lifetime in seconds');
  await type('Event lifetime in seconds', '30');
  expect(expiry.getAttribute('aria-invalid')).toBeNull();
  act(() => expiry.blur());
  const fault = await screen.findByText('Must be a whole number from 60 to 3600');
  expect(expiry.getAttribute('aria-invalid')).toBe('true');
  expect(expiry.getAttribute('aria-describedby')?.split(' ')).toContain(fault.closest('p')?.id);
  await press('Save');
  await waitFor(() => expect(document.activeElement).toBe(expiry));
  expect(server.api.save).not.toHaveBeenCalled();
  await type('Event lifetime in seconds', '60');
  expect(expiry.getAttribute('aria-invalid')).toBeNull();
});

test('what the library has against settings is told at the fields, and the first is brought into sight', async () => {
  const server = fakeServer({ broker_host: 'broker.example' });
  await show(server);
  await type('Payload when online', 'offline');
  server.faults = [{ field: 'will_message', code: 'conflict', message: '"offline" is also the birth_message' }];
  await press('Save');
  const fault = await screen.findByText(/is also the/);
  const will = box('Payload when offline');
  expect(will.getAttribute('aria-describedby')?.split(' ')).toContain(fault.closest('p')?.id);
  await waitFor(() => expect(document.activeElement).toBe(will));
  // Mended at the other field, it goes away by itself.
  server.faults = [];
  await type('Payload when online', 'up');
  await waitFor(() => expect(screen.queryByText(/is also the/)).toBeNull());
});

test('nothing is held against somebody who has not come to a field yet', async () => {
  const server = fakeServer(null);
  server.faults = [{ field: 'broker_host', code: 'missing', message: 'is required' }];
  await show(server);
  await waitFor(() => expect(server.api.check).toHaveBeenCalled());
  expect(box('Host').getAttribute('aria-invalid')).toBeNull();
  act(() => box('Host').focus());
  act(() => box('Host').blur());
  await waitFor(() => expect(box('Host').getAttribute('aria-invalid')).toBe('true'));
  // What was said of another value is not said of the new one, before the library has been asked again.
  await type('Host', 'broker.example');
  expect(box('Host').getAttribute('aria-invalid')).toBeNull();
});

test('the words of the program stay when the library has its own, and those of the schema do not', async () => {
  const server = fakeServer({ broker_host: 'broker.example', topic_prefix: 'argus' });
  const names = ['broker_host', 'topic_prefix', 'discovery_prefix'];
  server.faults = names.map((field) => ({ field, code: 'wrong', message: 'says the library' }));
  const settings = { topic_prefix: { message: 'Ohne # und +' } };
  await show(server, { texts: { form: { missing: 'darf nicht fehlen' }, settings } });
  await type('Host', '');
  await type('Topic prefix', 'a/#');
  await type('Discovery prefix', 'b/#');
  act(() => box('Discovery prefix').blur());
  await screen.findByText('Says the library');
  expect(screen.getByText('Darf nicht fehlen')).toBeTruthy();
  expect(screen.getByText('Ohne # und +')).toBeTruthy();
  expect(screen.queryAllByText(/says the library/i)).toHaveLength(1);
});

test('what somebody else saves is shown, and never overwrites what is typed', async () => {
  const server = fakeServer({ broker_host: 'broker.example' });
  await show(server);
  await type('Host', 'mine.example');
  server.saveElsewhere({ broker_host: 'theirs.example', topic_prefix: 'house' });
  await returnToPage();
  await screen.findByText(/Changed by both of you: Host/);
  expect(screen.getByText(/Now shown as they saved it: Topic prefix/)).toBeTruthy();
  expect(box('Host').value).toBe('mine.example');
  expect(box('Topic prefix').value).toBe('house');
  const theirs = screen.getByText(/Saved by somebody else: theirs.example/);
  await act(async () => void fireEvent.click(within(theirs).getByText('Use that')));
  expect(box('Host').value).toBe('theirs.example');
  expect(screen.getByText('All changes are saved')).toBeTruthy();
});

test('a save that comes too late stores nothing, keeps what is typed, and goes through the next time', async () => {
  const server = fakeServer({ broker_host: 'broker.example' });
  await show(server);
  await type('Topic prefix', 'mine');
  server.saveElsewhere({ broker_host: 'theirs.example' });
  await press('Save');
  await screen.findByText(/Now shown as they saved it: Host/);
  expect(box('Topic prefix').value).toBe('mine');
  expect(server.stored.settings.topic_prefix).toBe('argusai');
  await press('Save');
  await screen.findByText('The settings are saved.');
  expect(server.stored.settings).toMatchObject({ topic_prefix: 'mine', broker_host: 'theirs.example' });
});

test('of a save without an answer it is found out whether it was stored', async () => {
  const server = fakeServer({ broker_host: 'broker.example' });
  await show(server);
  await type('Topic prefix', 'mine');
  server.storeWithoutAnswer();
  await press('Save');
  await screen.findByText(/the settings had been saved/);
  expect(screen.getByText('All changes are saved')).toBeTruthy();

  await type('Topic prefix', 'other');
  vi.mocked(server.api.save).mockRejectedValueOnce(new ApiProblem('unreachable', 'the connection broke'));
  await press('Save');
  await screen.findByText(/had not been saved/);
  expect(box('Topic prefix').value).toBe('other');
  expect(screen.getByText('1 unsaved change')).toBeTruthy();
});

test('blanks that were pasted with an address or a number are taken away', async () => {
  const server = fakeServer({ broker_host: 'broker.example' });
  await show(server);
  await type('Host', ' other.example\u00a0');
  await type('Event lifetime in seconds', '120 ');
  act(() => box('Event lifetime in seconds').blur());
  expect(box('Host').value).toBe('other.example');
  expect(box('Event lifetime in seconds').value).toBe('120');
  await press('Save');
  await screen.findByText('The settings are saved.');
  const changes = { broker_host: 'other.example', message_expiry_seconds: 120 };
  expect(server.api.save).toHaveBeenCalledExactlyOnceWith(changes, '"1"');
});

test('they are also taken away when Enter saves without leaving the field', async () => {
  const server = fakeServer({ broker_host: 'broker.example' });
  await show(server);
  await type('Host', 'broker.example ');
  expect(screen.getByText('All changes are saved')).toBeTruthy();
  await type('Host', '\tother.example\n');
  await type('Event lifetime in seconds', ' 180');
  expect(screen.getByText('3 minutes')).toBeTruthy();
  await act(async () => void fireEvent.submit(screen.getByRole('form')));
  await screen.findByText('The settings are saved.');
  const changes = { broker_host: 'other.example', message_expiry_seconds: 180 };
  expect(server.api.save).toHaveBeenCalledExactlyOnceWith(changes, '"1"');
  expect(box('Host').value).toBe('other.example');
  const asked = vi.mocked(server.api.check).mock.calls.map(([draft]) => draft.broker_host);
  expect(asked).not.toContain('\tother.example\n');
});

test('blanks that were stored are not taken for something typed', async () => {
  const server = fakeServer({ broker_host: ' broker.example' });
  await show(server);
  expect(screen.getByText('All changes are saved')).toBeTruthy();
  act(() => box('Host').focus());
  act(() => box('Host').blur());
  expect(box('Host').value).toBe(' broker.example');
  expect(screen.getByText('All changes are saved')).toBeTruthy();
  await type('Host', ' broker.example ');
  act(() => box('Host').blur());
  expect(box('Host').value).toBe('broker.example');
  expect(screen.getByText('1 unsaved change')).toBeTruthy();
});

test.each(['forbidden', 'foreign'] as const)('a session that has ended while one types: %s', async (kind) => {
  const server = fakeServer({ broker_host: 'broker.example' });
  await show(server);
  await type('Topic prefix', 'mine');
  vi.mocked(server.api.save).mockRejectedValueOnce(new ApiProblem(kind, 'HTTP 200'));
  await press('Save');
  await screen.findByText(/The settings were not saved: .* What you typed is still here/);
  expect(box('Topic prefix').value).toBe('mine');
});

test('leaving with something unsaved is asked about', async () => {
  const server = fakeServer({ broker_host: 'broker.example' });
  await show(server);
  const leave = () => {
    const event = new Event('beforeunload', { cancelable: true });
    window.dispatchEvent(event);
    return event.defaultPrevented;
  };
  expect(leave()).toBe(false);
  await type('Host', 'other');
  expect(leave()).toBe(true);
  await press('Discard changes');
  expect(leave()).toBe(false);
  expect(box('Host').value).toBe('broker.example');
});

test('a stored password is said, replaced or removed, and never shown', async () => {
  const server = fakeServer({ broker_host: 'broker.example', username: 'me' });
  server.stored.hasPassword = true;
  await show(server);
  const password = screen.getByLabelText<HTMLInputElement>('Password');
  expect(password.value).toBe('');
  await press('Remove the stored password');
  await press('Save');
  await screen.findByText('All changes are saved');
  expect(server.api.save).toHaveBeenLastCalledWith({ password: null }, '"1"');
  expect(screen.queryByText('A password is stored')).toBeNull();
  await type('Password', 'secret');
  await press('Save');
  await screen.findByText('A password is stored');
  expect(server.api.save).toHaveBeenLastCalledWith({ password: 'secret' }, '"2"');
  expect(password.value).toBe('');
});

test('the connection test tells steps, cause and remedy, and leads to the field', async () => {
  const server = fakeServer({ broker_host: 'broker.example' });
  await show(server);
  await press('Test connection');
  await screen.findByText('The connection does not work.');
  const steps = screen.getAllByRole('listitem').map((item) => item.textContent);
  expect(steps).toContain('✕Reach the brokerfailed0.4 ms');
  fireEvent.click(screen.getByText('“Host”'));
  expect(document.activeElement).toBe(box('Host'));
  await type('Host', 'other');
  expect(screen.getByText('The settings have changed since this test.')).toBeTruthy();
});

test('notices go to the host if it wants them', async () => {
  const server = fakeServer({ broker_host: 'broker.example' });
  const notify = vi.fn();
  await show(server, { notify });
  await press('Publish discovery');
  await waitFor(() => expect(notify).toHaveBeenCalledWith({ kind: 'success', text: '2 cameras were made known.' }));
  vi.mocked(server.api.sendTestMessage).mockRejectedValueOnce(new ApiProblem('offline', ''));
  await press('Send a test message');
  const text = 'There is no connection to the broker.';
  await waitFor(() => expect(notify).toHaveBeenCalledWith({ kind: 'error', text }));
});

test('settings that cannot be loaded can be asked for again', async () => {
  const server = fakeServer({ broker_host: 'broker.example' });
  vi.mocked(server.api.load).mockRejectedValueOnce(new ApiProblem('unreachable', ''));
  render(<MqttSettings api={server.api} />);
  await screen.findByText('The settings can’t be loaded: The server does not answer.');
  await press('Try again');
  await screen.findByLabelText('Host');
});

test('a switched-on encryption shows its settings and takes its port', async () => {
  const server = fakeServer({ broker_host: 'broker.example', broker_port: 1883 });
  await show(server);
  expect(screen.queryByLabelText('CA certificates')).toBeNull();
  fireEvent.click(screen.getByLabelText('Use TLS'));
  expect(box('CA certificates')).toBeTruthy();
  expect(box('Port').value).toBe('8883');
});
