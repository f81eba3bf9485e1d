/** npm run test:everything, each night: what npm test leaves out for time. Tests that are only in it have the tag "@nightly". */
export const isEverything = Boolean(process.env.TEST_EVERYTHING);
