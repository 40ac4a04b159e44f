import { cpSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chart } from './render';

/**
 * A copy of the chart that renders its NOTES.txt as a manifest of its own: `helm template` leaves the notes out, and
 * `helm install --dry-run` wants a cluster.
 */
export function chartWithNotes(): string {
  const copy = join(mkdtempSync(join(tmpdir(), 'chart-')), 'erp-microservices');
  cpSync(chart, copy, { recursive: true });
  writeFileSync(
    join(copy, 'templates', 'notes.yaml'),
    'notes: {{ include (print $.Template.BasePath "/NOTES.txt") . | quote }}\n',
  );
  return copy;
}
