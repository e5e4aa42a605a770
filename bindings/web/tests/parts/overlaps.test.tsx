/** Calls that overlap, are answered late, or not as they should be: nothing typed is lost, and nothing untrue is said. */

import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import type { ConnectionReport } from '../../src/api/contract';
import { ApiProblem } from '../../src/api/problem';
import type { Stored } from '../../src/settings/draft';
import { box, button, later, press, returnToPage, show, type } from '../support/component';
import { fakeServer, REPORT } from '../support/fakeApi';

const OTHERS = /Somebody else has saved/;
const OUTDATED = 'The settings have changed since this test.';

test.each(['Save', 'Test connection'])('%s pressed twice at once asks once', async (name) => {
  const server = fakeServer({ broker_host: 'broker.example' });
  await show(server);
  await type('Topic prefix', 'mine');
  await act(async () => {
    fireEvent.click(button(name));
    fireEvent.click(button(name));
  });
  await screen.findByText(name === 'Save' ? 'The settings are saved.' : 'The connection does not work.');
  expect(name === 'Save' ? server.api.save : server.api.test).toHaveBeenCalledOnce();
});

test('Try now pressed twice at once asks once', async () => {
  const server = fakeServer({ broker_host: 'broker.example' });
  server.status = { ...server.status, state: 'waiting' };
  await show(server);
  await screen.findByText('Try now');
  await act(async () => {
    fireEvent.click(button('Try now'));
    fireEvent.click(button('Try now'));
  });
  await screen.findByText('Connecting now.');
  expect(server.api.reconnect).toHaveBeenCalledOnce();
});

test('settings that are saved while they are tested are those of the test, also with a password', async () => {
  const server = fakeServer({ broker_host: 'broker.example', username: 'me' });
  const report = later<ConnectionReport>();
  vi.mocked(server.api.test).mockReturnValueOnce(report.answer);
  await show(server);
  await type('Password', 'secret');
  await press('Test connection');
  await press('Save');
  await screen.findByText('The settings are saved.');
  expect(screen.getAllByText('Testing…')).not.toHaveLength(0);
  await report.give(REPORT);
  await screen.findByText('The connection does not work.');
  expect(screen.queryByText(OUTDATED)).toBeNull();
  await type('Password', 'other');
  expect(screen.getByText(OUTDATED)).toBeTruthy();
});

test('what is typed during a test that goes on while saving makes it an old one', async () => {
  const server = fakeServer({ broker_host: 'broker.example' });
  const saved = later<Stored>();
  vi.mocked(server.api.save).mockImplementationOnce((changes) => {
    server.saveElsewhere(changes);
    return saved.answer;
  });
  await show(server);
  await type('Topic prefix', 'mine');
  await press('Save');
  await press('Test connection');
  await type('Topic prefix', 'later');
  await saved.give(server.stored);
  await screen.findByText(OUTDATED);
  expect(box('Topic prefix').value).toBe('later');
});

test('what is loaded before a save and arrives after it is not shown', async () => {
  const server = fakeServer({ broker_host: 'broker.example' });
  await show(server);
  const before = server.stored;
  const loaded = later<Stored>();
  vi.mocked(server.api.load).mockReturnValueOnce(loaded.answer);
  await returnToPage();
  await type('Topic prefix', 'mine');
  await press('Save');
  await screen.findByText('The settings are saved.');
  await loaded.give(before);
  expect(box('Topic prefix').value).toBe('mine');
  expect(screen.getByText('All changes are saved')).toBeTruthy();
  expect(screen.queryByText(OTHERS)).toBeNull();
});

test('of two answers to the same question, the later question counts', async () => {
  const server = fakeServer({ broker_host: 'broker.example' });
  await show(server);
  const [slow, quick] = [later<Stored>(), later<Stored>()];
  server.saveElsewhere({ topic_prefix: 'first' });
  const first = server.stored;
  vi.mocked(server.api.load).mockReturnValueOnce(slow.answer).mockReturnValueOnce(quick.answer);
  await returnToPage();
  server.saveElsewhere({ topic_prefix: 'second' });
  await returnToPage();
  await quick.give(server.stored);
  await slow.give(first);
  expect(box('Topic prefix').value).toBe('second');
});

test('what somebody else saves during a save of mine that fails is shown after it', async () => {
  const server = fakeServer({ broker_host: 'broker.example' });
  await show(server);
  const saving = later<never>();
  vi.mocked(server.api.save).mockReturnValueOnce(
    saving.answer.then(() => Promise.reject(new ApiProblem('failed', 'no'))),
  );
  await type('Host', 'mine.example');
  await press('Save');
  server.saveElsewhere({ topic_prefix: 'theirs' });
  server.status = { ...server.status, etag: server.stored.version };
  await act(async () => void document.dispatchEvent(new Event('visibilitychange')));
  await saving.give(undefined as never);
  await waitFor(() => expect(box('Topic prefix').value).toBe('theirs'));
  expect(box('Host').value).toBe('mine.example');
});

test('what a save was refused for stays, though a check from before finds nothing', async () => {
  const server = fakeServer({ broker_host: 'broker.example' });
  await show(server);
  await waitFor(() => expect(server.api.check).toHaveBeenCalled());
  const checked = later<{ valid: true; settings: null; faults: []; notes: [] }>();
  vi.mocked(server.api.check).mockReturnValueOnce(checked.answer);
  await type('Topic prefix', 'mine');
  await waitFor(() => expect(server.api.check).toHaveBeenCalledTimes(2));
  const fault = { field: 'topic_prefix', code: 'x', message: 'is taken' };
  vi.mocked(server.api.save).mockRejectedValueOnce(new ApiProblem('invalid', '', { faults: [fault] }));
  await press('Save');
  await screen.findByText('Is taken');
  await checked.give({ valid: true, settings: null, faults: [], notes: [] });
  expect(screen.getByText('Is taken')).toBeTruthy();
});

test('what is typed while a save is refused is judged all the same', async () => {
  const server = fakeServer({ broker_host: 'broker.example' });
  await show(server);
  await type('Topic prefix', 'mine');
  const saving = later<Stored>();
  const taken = { field: 'topic_prefix', code: 'x', message: 'is taken' };
  vi.mocked(server.api.save).mockReturnValueOnce(
    saving.answer.then(() => Promise.reject(new ApiProblem('invalid', '', { faults: [taken] }))),
  );
  await press('Save');
  await type('Host', 'other.example');
  const fault = { field: 'broker_host', code: 'x', message: 'is not allowed' };
  vi.mocked(server.api.check).mockResolvedValue({ valid: false, settings: null, faults: [fault], notes: [] });
  await saving.give(server.stored);
  await screen.findByText('Is not allowed');
});

test('notes on what stood there before are not kept when the server does not answer', async () => {
  const server = fakeServer({ broker_host: 'broker.example' });
  const noted = { valid: true, settings: null, faults: [], notes: ['broker_host "broker.example" is a name'] };
  vi.mocked(server.api.check).mockResolvedValueOnce(noted);
  await show(server);
  await screen.findByText(/is a name/);
  vi.mocked(server.api.check).mockRejectedValueOnce(new ApiProblem('unreachable', ''));
  await type('Host', '192.0.2.1');
  await waitFor(() => expect(screen.queryByText(/is a name/)).toBeNull());
});

test('a save that was stored without an answer is known again, whatever is typed meanwhile', async () => {
  const server = fakeServer({ broker_host: 'broker.example' });
  await show(server);
  await type('Topic prefix', 'first');
  server.storeWithoutAnswer();
  const loaded = later<Stored>();
  vi.mocked(server.api.load).mockReturnValueOnce(loaded.answer);
  await press('Save');
  await screen.findByText(/It is not known whether the settings were saved/);
  await type('Topic prefix', 'second');
  await type('Host', 'other.example');
  await loaded.give(server.stored);
  await screen.findByText(/the settings had been saved/);
  expect(screen.queryByText(OTHERS)).toBeNull();
  expect(box('Topic prefix').value).toBe('second');
  expect(screen.getByText('2 unsaved changes')).toBeTruthy();
});

test.each([
  ['Event lifetime in seconds', { message_expiry_seconds: 180 }, '300'],
  ['Port', { broker_port: 1884 }, '1883'],
  ['Port', { broker_port: 8884, use_tls: true }, '8883'],
  ['Username', { username: 'me' }, ''],
])('%s is known to be cleared without an answer', async (label, settings, shown) => {
  const server = fakeServer({ broker_host: 'broker.example', ...settings });
  await show(server);
  await type(label, '');
  server.storeWithoutAnswer();
  await press('Save');
  await screen.findByText(/the settings had been saved/);
  expect(box(label).value).toBe(shown);
  expect(screen.getByText('All changes are saved')).toBeTruthy();
});

test('a password that was removed without an answer is known to be', async () => {
  const server = fakeServer({ broker_host: 'broker.example', username: 'me' });
  server.stored.hasPassword = true;
  await show(server);
  await press('Remove the stored password');
  vi.mocked(server.api.save).mockImplementationOnce(async () => {
    server.saveElsewhere({ password: null });
    throw new ApiProblem('unreachable', 'the connection broke');
  });
  await press('Save');
  await screen.findByText(/the settings had been saved/);
  expect(screen.getByText('All changes are saved')).toBeTruthy();
});

test('a save without an answer beside another one is told apart from it', async () => {
  const server = fakeServer({ broker_host: 'broker.example' });
  await show(server);
  await type('Topic prefix', 'mine');
  vi.mocked(server.api.save).mockImplementationOnce(async () => {
    server.saveElsewhere({ broker_host: 'theirs.example' });
    throw new ApiProblem('unreachable', 'the connection broke');
  });
  await press('Save');
  await screen.findByText(/had not been saved/);
  expect(screen.getByText(/Now shown as they saved it: Host/)).toBeTruthy();
  expect(box('Topic prefix').value).toBe('mine');
});

test.each(['forbidden', 'foreign'] as const)('a server that comes back and lets nobody in: %s', async (kind) => {
  const server = fakeServer({ broker_host: 'broker.example' });
  await show(server);
  await type('Topic prefix', 'mine');
  server.storeWithoutAnswer();
  vi.mocked(server.api.load).mockRejectedValueOnce(new ApiProblem(kind, 'who are you?'));
  await press('Save');
  await screen.findByText(/It is not known whether .* (log|Log).* What you typed is still here/);
  expect(box('Topic prefix').value).toBe('mine');
  // Logged in again, one saves once more what was stored all the time.
  await press('Save');
  await screen.findByText('The settings are saved.');
  expect(screen.queryByText(OTHERS)).toBeNull();
  expect(screen.getByText('All changes are saved')).toBeTruthy();
});

test('a server that fails may have stored the settings: that is found out', async () => {
  const server = fakeServer({ broker_host: 'broker.example' });
  await show(server);
  await type('Topic prefix', 'mine');
  server.storeWithoutAnswer(new ApiProblem('failed', 'Internal Server Error', { status: 500 }));
  await press('Save');
  await screen.findByText(/the settings had been saved/);
  expect(screen.getByText('All changes are saved')).toBeTruthy();
});

test('changes that are being saved are not discarded at the same time', async () => {
  const server = fakeServer({ broker_host: 'broker.example' });
  await show(server);
  const saved = later<Stored>();
  vi.mocked(server.api.save).mockImplementationOnce((changes) => {
    server.saveElsewhere(changes);
    return saved.answer;
  });
  await type('Topic prefix', 'mine');
  await press('Save');
  await press('Discard changes');
  await saved.give(server.stored);
  await screen.findByText('All changes are saved');
  expect(box('Topic prefix').value).toBe('mine');
});

test.each([
  [
    [{ field: 'settings', code: 'database', message: 'has a value that the database does not take' }],
    /database does not take/,
  ],
  [[], /the server says why/],
])('faults that belong to no field are told too: %#', async (faults, says) => {
  const server = fakeServer({ broker_host: 'broker.example' });
  await show(server);
  await type('Topic prefix', 'mine');
  vi.mocked(server.api.save).mockRejectedValueOnce(new ApiProblem('invalid', 'the server says why', { faults }));
  await press('Save');
  await screen.findByText(says);
  expect(box('Topic prefix').value).toBe('mine');
});
