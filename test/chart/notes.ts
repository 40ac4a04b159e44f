import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyOfChart } from './render';

/**
 * A copy of the chart that renders its NOTES.txt as a manifest of its own: `helm template` leaves the notes out, and
 * `helm install --dry-run` wants a cluster.
 */
export function chartWithNotes(): string {
  const copy = copyOfChart();
  writeFileSync(
    join(copy, 'templates', 'notes.yaml'),
    'notes: {{ include (print $.Template.BasePath "/NOTES.txt") . | quote }}\n',
  );
  return copy;
}
