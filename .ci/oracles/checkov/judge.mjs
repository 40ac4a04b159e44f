// judge.mjs SKIPS RESULT…: fails on every finding of checkov that no skip covers, and on every skip that covers nothing.
import { readFileSync } from 'node:fs';

const [skipFile, ...resultFiles] = process.argv.slice(2);
const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
const skips = read(skipFile).map((skip) => ({ ...skip, pattern: new RegExp(skip.resources), used: false }));

const problems = [];
for (const file of resultFiles) {
  const { results, summary } = read(file);
  if (!summary || summary.passed === 0 || summary.parsing_errors > 0) problems.push(`${file}: nothing was checked`);
  for (const { check_id: id, check_name: name, file_path: path, resource } of results?.failed_checks ?? []) {
    const where = `${path.split('/').at(-1)}:${resource}`;
    const skip = skips.find(({ checks, pattern }) => checks.includes(id) && pattern.test(where));
    if (skip) skip.used = true;
    else problems.push(`${id} ${where}: ${name}`);
  }
  console.log(
    `checkov: ${summary?.passed} passed, ${summary?.failed} failed before skips, ${summary?.resource_count} resources`,
  );
}
for (const { checks, resources } of skips.filter(({ used }) => !used)) {
  problems.push(`${skipFile}: ${checks.join(', ')} of ${resources} covers nothing; remove it`);
}
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
