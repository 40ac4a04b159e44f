// Prints what kube-score found (its JSON on standard input) beyond the ignore list given as argument, and what that list
// ignores in vain. Exits with 1 if there is either.
const { readFileSync } = require('node:fs');

const entries = readFileSync(process.argv[2], 'utf8')
  .split('\n')
  .filter((line) => line && !line.startsWith('#'))
  .map((line) => {
    const [check, objects] = line.split(/ +/);
    const pattern = new RegExp(`^${objects.split('*').join('.*')}$`);
    return { line, check, pattern, used: false };
  });

const problems = [];
const scored = JSON.parse(readFileSync(0, 'utf8'));
for (const { type_meta, object_meta, checks } of scored) {
  const object = `${object_meta.namespace ?? '-'}/${type_meta.kind}/${object_meta.name}`;
  for (const { check, grade, skipped, comments } of checks) {
    if (skipped || grade === 10) continue;
    const entry = entries.find((entry) => entry.check === check.id && entry.pattern.test(object));
    if (entry) entry.used = true;
    else problems.push(`${check.id} ${object}: ${(comments ?? []).map(({ summary }) => summary).join('; ')}`);
  }
}
problems.push(...entries.filter(({ used }) => !used).map(({ line }) => `ignored in vain: ${line}`));

console.log(`${scored.length} objects, ${problems.length} problems`);
for (const problem of problems) console.log(`  ${problem}`);
process.exitCode = problems.length > 0 || scored.length === 0 ? 1 : 0;
