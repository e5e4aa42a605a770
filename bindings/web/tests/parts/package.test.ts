// @vitest-environment node
/** What is packed: `npm run build` has made it before. */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { REPOSITORY } from '../support/repository';

const WEB = `${REPOSITORY}bindings/web`;
const PAGE = `${REPOSITORY}bindings/python/argus_mqtt/settings/page`;
const LIMIT = 40_000;

function built(path: string): string {
  if (!existsSync(path)) throw new Error(`${path} is missing: run npm run build`);
  return readFileSync(path, 'utf8');
}

describe('component', () => {
  const code = built(`${WEB}/dist/index.js`);

  test('weighs at most 40 kB besides React', () => {
    expect(gzipSync(code).length + gzipSync(built(`${WEB}/dist/style.css`)).length).toBeLessThan(LIMIT);
  });

  test('imports React alone, and runs in the browser', () => {
    const imported = [...code.matchAll(/^import .*? from "([^"]+)"/gm)].map((match) => match[1]);
    expect(new Set(imported)).toEqual(new Set(['react', 'react/jsx-runtime']));
    expect(code.startsWith("'use client';")).toBe(true);
  });

  test('asks for no package but React', () => {
    const { dependencies, peerDependencies } = JSON.parse(built(`${WEB}/package.json`));
    expect(dependencies).toBeUndefined();
    expect(Object.keys(peerDependencies)).toEqual(['react']);
  });

  test('is packed with what its package names', () => {
    const packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--loglevel=error'], { cwd: WEB });
    const [{ files }] = JSON.parse(packed.toString());
    const paths = files.map((file: { path: string }) => file.path);
    for (const path of ['dist/index.js', 'dist/style.css', 'dist/types/index.d.ts', 'README.md', 'LICENSE-MIT']) {
      expect(paths).toContain(path);
    }
    expect(paths.filter((path: string) => /tests|src\//.test(path))).toEqual([]);
  });
});

test('the page finds its parts below any address', () => {
  const html = built(`${PAGE}/index.html`);
  const paths = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
  const parts = paths.filter((path) => !path.startsWith('data:'));
  expect(parts.length).toBeGreaterThan(1);
  for (const part of parts) {
    expect(part.startsWith('./')).toBe(true);
    expect(existsSync(`${PAGE}/${part}`)).toBe(true);
  }
});
