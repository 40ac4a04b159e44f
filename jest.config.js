const project = (displayName, testMatch, more = {}) => ({
  displayName,
  testMatch,
  transform: { '^.+\\.tsx?$': '@swc/jest' },
  testEnvironment: 'node',
  modulePathIgnorePatterns: ['<rootDir>/cdk.out'],
  ...more,
});

/** One project per kind of test: the platform and the chart need Node only, the employee service a real database. */
module.exports = {
  // A busy machine is slow, not wrong.
  testTimeout: 120_000,
  projects: [
    project('platform', ['<rootDir>/test/{bin,lib}/**/*.test.ts'], { setupFiles: ['<rootDir>/test/setup.ts'] }),
    project('chart', ['<rootDir>/test/chart/**/*.test.ts']),
    project('employee', ['<rootDir>/test/lambda/**/*.test.ts'], {
      globalSetup: '<rootDir>/test/lambda/employee/global-setup.ts',
      globalTeardown: '<rootDir>/test/lambda/employee/global-teardown.ts',
    }),
  ],
};
