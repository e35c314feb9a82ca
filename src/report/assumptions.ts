/** What every answer about a board states until the verbs use the engine's drivers. */
export const NO_DRIVERS =
  'Drivers: none. This is the board before its drivers come; only what early boot binds is bound.';
