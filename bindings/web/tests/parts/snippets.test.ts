// @vitest-environment node
/** The code that the documentation shows is checked as a program's would be that has installed the package. */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { REPOSITORY } from '../support/repository';

const WEB = `${REPOSITORY}bindings/web`;
const DOCUMENTS = [`${WEB}/README.md`, `${REPOSITORY}docs/settings.md`];

function snippetsOf(document: string): string[] {
  const text = existsSync(document) ? readFileSync(document, 'utf8') : '';
  return [...text.matchAll(/```tsx\n(.*?)```/gs)].map((match) => match[1] ?? '');
}

test('the snippets of the documentation compile', () => {
  const directory = `${REPOSITORY}target/web/snippets`;
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(`${directory}/node_modules`, { recursive: true });
  symlinkSync(WEB, `${directory}/node_modules/argus-mqtt-settings`);
  for (const name of ['react', '@types']) {
    symlinkSync(`${WEB}/node_modules/${name}`, `${directory}/node_modules/${name}`);
  }
  const snippets = DOCUMENTS.flatMap(snippetsOf);
  expect(snippets.length).toBeGreaterThan(0);
  for (const [index, snippet] of snippets.entries()) writeFileSync(`${directory}/snippet${index}.tsx`, snippet);
  const options = {
    strict: true,
    noEmit: true,
    jsx: 'react-jsx',
    module: 'esnext',
    moduleResolution: 'bundler',
    target: 'es2022',
    types: [],
  };
  writeFileSync(`${directory}/css.d.ts`, "declare module '*.css';\n");
  writeFileSync(`${directory}/tsconfig.json`, JSON.stringify({ compilerOptions: options, include: ['*'] }));
  try {
    execFileSync(`${WEB}/node_modules/.bin/tsc`, ['-p', directory]);
  } catch (error) {
    throw new Error((error as { stdout: Buffer }).stdout.toString());
  }
});
