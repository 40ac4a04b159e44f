const project = (displayName, testMatch, more = {}) => ({
  displayName,
  testMatch,
  transform: { '^.+\\.tsx?$': '@swc/jest' },
  testEnvironment: 'node',
  modulePathIgnorePatterns: ['<rootDir>/cdk.out'],
  ...more,
});

const COMMANDS = '{bin,lib/{assembly,command,report,tools,upgrade}}/**/*.test.ts';
// They run whole apps, moves and scripts too.
const TRIALS =
  'lib/{cloudformation/lifecycle,config/mutations,platform/{data/kafka-moves,delivery/{compliance,scripts}}}.test.ts';
// CloudFormation Validate starts a rule engine of some seconds per test file; one test of its own runs it.
const withoutValidation = { setupFiles: ['<rootDir>/test/setup.ts'] };

/**
 * One project per kind of test: stacks and constructs, commands and trials over whole apps, the chart under helm, what the shipped
 * environments promise, and the employee service, which alone needs more than Node: a real database.
 */
module.exports = {
  // A busy machine is slow, not wrong.
  testTimeout: 300_000,
  // Jest leaves one core idle, of two that is half of the machine.
  maxWorkers: '100%',
  projects: [
    project('unit', ['<rootDir>/test/lib/**/*.test.ts', `!**/test/{${COMMANDS},${TRIALS}}`], withoutValidation),
    project('commands', [`<rootDir>/test/{${COMMANDS},${TRIALS}}`], withoutValidation),
    project('chart', ['<rootDir>/test/chart/**/*.test.ts']),
    project('contract', ['<rootDir>/test/contract/**/*.test.ts'], withoutValidation),
    project('employee', ['<rootDir>/test/lambda/**/*.test.ts'], {
      globalSetup: '<rootDir>/test/lambda/employee/global-setup.ts',
      globalTeardown: '<rootDir>/test/lambda/employee/global-teardown.ts',
    }),
  ],
};
