import { createContext, useContext } from 'react';

export type HeadingLevel = 2 | 3 | 4;

/** The level of the headings of sections, for the page around them. */
export const HeadingLevelContext = createContext<HeadingLevel>(2);

export function useHeading(): `h${HeadingLevel}` {
  return `h${useContext(HeadingLevelContext)}`;
}
