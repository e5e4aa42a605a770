import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const REPOSITORY = fileURLToPath(new URL('../../../../', import.meta.url));

/** The library that the tests run with. */
export const LIBRARY = process.env.ARGUS_MQTT_LIBRARY ?? `${REPOSITORY}target/debug/libargus_mqtt.so`;

/** The Python that has what the API needs. */
export const PYTHON = `${REPOSITORY}target/venv/bin/python`;

/** The environment in which Python finds the package, and the package the library. */
export const PYTHON_ENVIRONMENT = {
  ...process.env,
  ARGUS_MQTT_LIBRARY: LIBRARY,
  PYTHONPATH: `${REPOSITORY}bindings/python`,
  PYTHONUNBUFFERED: '1',
};
