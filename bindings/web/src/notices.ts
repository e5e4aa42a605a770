/** What the page has to say once: to the host, or in a line of its own. */

export interface Notice {
  kind: 'success' | 'info' | 'error';
  text: string;
}

export type Notify = (notice: Notice) => void;
