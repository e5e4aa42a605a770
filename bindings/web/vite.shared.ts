/** Browsers with `light-dark()`, which the style sheet uses as it is. */
export const BROWSERS = ['chrome123', 'edge123', 'firefox120', 'safari17.5'];
