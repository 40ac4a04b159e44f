/** Which room may look into which: docs/architecture.md. */
const only = (name, from, ...to) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: '^lib/', pathNot: [...to, '^lib/cache\\.ts$'] },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: { pathNot: '^lambda/' }, to: { circular: true } },
    {
      // Types are gone when the function runs.
      name: 'no-cycles-at-run-time',
      severity: 'error',
      from: { path: '^lambda/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    only('config-stands-alone', '^lib/config/', '^lib/config/'),
    only('platform-knows-config', '^lib/platform/', '^lib/(platform|config)/'),
    only('assembly-knows-what-it-builds', '^lib/assembly/', '^lib/(assembly|platform|config)/'),
    only('report-stands-alone', '^lib/report/', '^lib/report/'),
    only(
      'tools-know-no-other-tool',
      '^lib/tools/([^/]+)/',
      '^lib/tools/$1/',
      '^lib/(platform|assembly|report|config)/',
    ),
    only('commands-know-no-tool', '^lib/command/', '^lib/(command|assembly|report|config)/'),
    {
      name: 'employee-stands-alone',
      severity: 'error',
      from: { path: '^lambda/' },
      to: { path: '^(bin|lib|test)/' },
    },
    {
      name: 'lib-knows-no-bin',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: '^(bin|test)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
