import { cleanup, configure } from '@testing-library/react';
import { afterEach } from 'vitest';

configure({
  asyncUtilTimeout: 20_000,
  // The whole page is too much to print.
  getElementError: (message) => new Error(message?.split('\n')[0]),
});

afterEach(cleanup);
