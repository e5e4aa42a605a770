/** Takes the schema from the library itself, so that no copy can fall behind. */

import { execFileSync } from 'node:child_process';
import type { TestProject } from 'vitest/node';
import { PYTHON_ENVIRONMENT } from './repository';

declare module 'vitest' {
  export interface ProvidedContext {
    schema: string;
  }
}

const PROGRAM = 'import argus_mqtt, json; print(json.dumps(argus_mqtt.settings_schema()))';

export default function setup(project: TestProject): void {
  const schema = execFileSync(process.env.PYTHON ?? 'python3', ['-B', '-c', PROGRAM], { env: PYTHON_ENVIRONMENT });
  project.provide('schema', schema.toString());
}
