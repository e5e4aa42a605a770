/** A real Chromium: the system's, or the one that tools/debian unpacked. */

import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { REPOSITORY } from './repository';

const UNPACKED = `${REPOSITORY}target/debian`;
const PROGRAM = `${UNPACKED}/usr/lib/chromium/chromium`;
const ON_SYSTEM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const OPTIONS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function startChromium(): Promise<Browser> {
  const program = existsSync(PROGRAM) ? PROGRAM : ON_SYSTEM.find((path) => existsSync(path));
  if (!program) throw new Error('Chromium is missing: run tools/debian chromium, or install it');
  return chromium.launch({
    executablePath: program,
    args: OPTIONS,
    env: { ...process.env, FONTCONFIG_FILE: fonts(), ...(program === PROGRAM && { LD_LIBRARY_PATH: libraries() }) },
  });
}

function libraries(): string {
  const system = [`${UNPACKED}/usr/lib`, `${UNPACKED}/lib`].flatMap((directory) =>
    (existsSync(directory) ? readdirSync(directory) : [])
      .filter((name) => name.includes('-linux-'))
      .map((name) => `${directory}/${name}`),
  );
  // That of PulseAudio, which its package finds by an absolute path.
  return [...system, ...system.map((directory) => `${directory}/pulseaudio`)].join(':');
}

/** One font for all machines: pictures look alike, and none is needed on the system. */
function fonts(): string {
  const directory = `${REPOSITORY}target/web`;
  const file = `${directory}/fonts.conf`;
  mkdirSync(directory, { recursive: true });
  const aliases = ['sans-serif', 'system-ui'].map(
    (family) => `<alias binding="same"><family>${family}</family><prefer><family>Inter</family></prefer></alias>`,
  );
  writeFileSync(
    file,
    `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>${UNPACKED}/usr/share/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${directory}/fonts</cachedir>
  ${aliases.join('\n  ')}
</fontconfig>
`,
  );
  return file;
}
