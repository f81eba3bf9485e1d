/**
 * npm run test:everything, each night: what npm test leaves out for time. Browser tests that are only in it have the
 * tag "@nightly"; others go more rounds.
 */
export const isEverything = Boolean(process.env.TEST_EVERYTHING);
