/**
 * Whether the tests are exhaustive rather than telling: in the project `long` of vitest.config.ts, which lists the files that look here.
 * Everything that they claim they claim in their small size too.
 */
export const isLong = process.env.TEST_SIZE === 'long'
