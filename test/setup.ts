// CloudFormation Validate starts a rule engine of some seconds per test file; one test of its own runs it.
process.env.CDK_VALIDATION = 'false';
