/**
 * All texts of the page. A translation has the same form, or leaves out what stays English. Titles, help and messages of
 * the settings come from the library's schema; `settings` replaces them.
 */

import type { StepName, StepResult } from '../api/contract';
import type { SectionName } from '../settings/sections';

export interface SettingTexts {
  title?: string;
  help?: string;
  /** What to say of a value that is not allowed; it follows the title. */
  message?: string;
}

const sections: Record<SectionName, { title: string; about: string }> = {
  broker: { title: 'Broker', about: 'Where your MQTT broker is.' },
  login: { title: 'Login', about: 'Leave both empty if the broker lets everyone in.' },
  encryption: { title: 'Encryption', about: 'Protects the password and the events on their way to the broker.' },
  topics: { title: 'Topics', about: 'Where events are published.' },
  events: { title: 'Events', about: 'How events are delivered, and for how long they are worth it.' },
  availability: { title: 'Availability', about: 'Tells others whether this system is online.' },
  homeAssistant: { title: 'Home Assistant', about: 'Lets cameras appear in Home Assistant by themselves.' },
  advanced: { title: 'Advanced', about: 'Rarely needs a change.' },
};

const steps: Record<StepName, string> = {
  name: 'Find the broker’s address',
  tcp: 'Reach the broker',
  tls: 'Encrypt the connection',
  mqtt: 'Speak MQTT',
  login: 'Log in',
  publish: 'Send a message',
  subscribe: 'Subscribe to a topic',
};

const results: Record<StepResult, string> = {
  passed: 'works',
  failed: 'failed',
  unproven: 'not proven',
  skipped: 'not needed',
  not_reached: 'not reached',
};

export const english = {
  /** For numbers and lists, as in BCP 47. */
  locale: 'en',
  /** By the name of the setting. */
  settings: {
    message_expiry_seconds: { title: 'Event lifetime in seconds' },
    password_file: { title: 'File with the password' },
  } as Record<string, SettingTexts>,
  /** The values of settings among which one chooses, by the name of the setting. */
  choices: {
    protocol: { auto: 'Automatic', '5': 'MQTT 5', '3.1.1': 'MQTT 3.1.1' },
    qos: { '0': '0: sent once', '1': '1: sent until the broker confirms it' },
    wait_for_subscriber: { auto: 'Automatic', always: 'Always', never: 'Never' },
    queue_full: { drop_oldest: 'Drop the oldest message', refuse_newest: 'Refuse the new message' },
  } as Record<string, Record<string, string>>,
  sections,
  enabled: {
    section: 'MQTT',
    title: 'Publish over MQTT',
    help: 'While this is off, nothing is sent, and the settings are kept.',
  },
  loading: 'Loading the settings…',
  loadingFailed: (reason: string) => `The settings can’t be loaded: ${reason}`,
  tryAgain: 'Try again',
  form: {
    label: 'MQTT settings',
    save: 'Save',
    saving: 'Saving…',
    discard: 'Discard changes',
    leave: 'What you typed is not saved. Leave this page without it?',
    unsaved: (count: number) => (count === 1 ? '1 unsaved change' : `${count} unsaved changes`),
    allSaved: 'All changes are saved',
    notYetSaved: 'Nothing is saved yet',
    required: 'required',
    missing: 'must not be empty',
    /** Where an empty field is not the default. */
    none: 'none',
    defaultChoice: (value: string) => `Default (${value})`,
    example: (topic: string) => `Example: ${topic}`,
    faults: (count: number) =>
      count === 1 ? 'One setting needs a correction.' : `${count} settings need a correction.`,
    notes: 'Worth knowing',
    more: 'More settings',
  },
  password: {
    stored: 'A password is stored',
    replace: 'Type to replace it',
    remove: 'Remove the stored password',
    removed: 'The stored password will be removed when you save.',
    keep: 'Keep it',
    show: 'Show what I type',
  },
  save: {
    done: 'The settings are saved.',
    doneOff: 'The settings are saved. MQTT is off.',
    unknown: (reason: string) =>
      `It is not known whether the settings were saved. ${reason} What you typed is still here.`,
    wasSaved: 'The server answers again: the settings had been saved.',
    wasNotSaved: 'The server answers again: the settings had not been saved. Please save again.',
    failed: (reason: string) => `The settings were not saved: ${reason}`,
    /** Follows the reason, where the page is left to log in. */
    kept: 'What you typed is still here.',
  },
  others: {
    changed: 'Somebody else has saved these settings in the meantime. What you typed is still here.',
    taken: (titles: string) => `Now shown as they saved it: ${titles}.`,
    conflicts: (titles: string) => `Changed by both of you: ${titles}. Check these before you save.`,
    theirs: (value: string) => `Saved by somebody else: ${value}`,
    useTheirs: 'Use that',
    empty: 'empty',
    close: 'Close',
  },
  on: 'on',
  off: 'off',
  status: {
    title: 'Status',
    unknown: 'Asking for the status…',
    unreachable: 'The server does not answer. Trying again…',
    failed: 'The status can’t be read',
    notSetUp: 'Not set up yet',
    notSetUpHelp: 'Fill in the broker, test the connection, and save.',
    off: 'Switched off',
    offHelp: 'Nothing is sent.',
    unusable: 'The stored settings can’t be used',
    database: 'The settings can’t be read',
    elsewhere: 'In another process',
    stopped: 'Not running',
    online: 'Online',
    onlineFor: (duration: string, broker: string) => `Connected to ${broker} for ${duration}.`,
    onlineAt: (broker: string) => `Connected to ${broker}.`,
    connected: 'Connected',
    connectedHelp: (broker: string) => `Connected to ${broker}; the broker has not confirmed the birth message yet.`,
    connecting: 'Connecting…',
    connectingHelp: (broker: string) => `Connecting to ${broker}.`,
    waiting: 'Not connected',
    waitingHelp: (duration: string) => `Trying again in ${duration}.`,
    waitingSoon: 'Trying again now.',
    attempt: (count: number) => (count === 1 ? 'One attempt has failed.' : `${count} attempts have failed.`),
    refused: 'Refused by the broker',
    refusedHelp: 'Waiting will not solve this: the settings or the broker have to change.',
    shuttingDown: 'Shutting down…',
    reconnect: 'Try now',
    lastError: 'Last problem',
    protocol: (version: string) => `MQTT ${version}`,
    queued: (count: number) => (count === 1 ? '1 message waits to be sent' : `${count} messages wait to be sent`),
    oldest: (duration: string) => `, the oldest for ${duration}`,
    emptyQueue: 'Nothing waits to be sent.',
    certificate: (day: string) => `The broker’s certificate is valid until ${day}.`,
    warnings: 'Warnings',
    counters: {
      delivered: 'Delivered',
      expired: 'Expired',
      lost: 'Dropped',
      rejected: 'Rejected',
    },
    countersLabel: 'Messages since the start',
    countersHelp: {
      expired: 'older than the event lifetime before they could be sent',
      lost: 'dropped or refused because the queue was full',
      rejected: 'not deliverable to this broker',
    },
  },
  test: {
    title: 'Connection test',
    run: 'Test connection',
    running: 'Testing…',
    works: 'The connection works.',
    fails: 'The connection does not work.',
    asTyped: 'Tested with what is in the form, saved or not.',
    outdated: 'The settings have changed since this test.',
    cause: 'Cause',
    remedy: 'What to do',
    proves: 'What this shows',
    doesNotProve: 'What it does not show',
    total: (duration: string) => `It took ${duration}.`,
    certificate: {
      title: 'The broker’s certificate',
      subject: 'Whose it is',
      issuer: 'Who signed it',
      selfSigned: 'nobody but itself',
      valid: 'Valid',
      validFromTo: (from: string, to: string) => `from ${from} to ${to}`,
      fingerprint: 'Fingerprint',
      accept: 'Accept this certificate alone',
      acceptHelp:
        'Compare the fingerprint with that of your broker before you accept it: somebody could stand between.',
    },
    faults: 'The settings need a correction before they can be tested.',
    busy: 'Another test is running, or there were too many. Please try again in a moment.',
    busyFor: (duration: string) => `Another test is running, or there were too many. Please try again in ${duration}.`,
    failed: (reason: string) => `The test could not be made: ${reason}`,
    steps,
    results,
  },
  actions: {
    discovery: 'Publish discovery',
    discoveryHelp: 'Makes all cameras known to Home Assistant again.',
    discoveryDone: (count: number) => (count === 1 ? '1 camera was made known.' : `${count} cameras were made known.`),
    testMessage: 'Send a test message',
    testMessageHelp: 'Publishes a message that you can watch for at the broker.',
    testMessageDone: (topic: string) => `The broker has confirmed a test message to ${topic}.`,
    testMessageFailed: (topic: string, reason: string) => `The test message to ${topic}: ${reason}.`,
    reconnectDone: 'Connecting now.',
    failed: (reason: string) => `That did not work: ${reason}`,
    unsaved: 'This uses the saved settings, not what is in the form.',
  },
  /** Why something did not work. */
  reasons: {
    offline: 'There is no connection to the broker.',
    unreachable: 'The server does not answer.',
    broken: (status: number) => `The server answers with an error (HTTP ${status}).`,
    busy: 'Too many requests. Please try again in a moment.',
    forbidden: 'You are not logged in, or not allowed to do that.',
    foreign: 'The server answers with something else, such as a login page. Log in again in another tab.',
  },
};

export type Texts = typeof english;

type Partially<T> = {
  [K in keyof T]?: T[K] extends (...given: never[]) => unknown ? T[K] : T[K] extends object ? Partially<T[K]> : T[K];
};

export type GivenTexts = Partially<Texts>;
