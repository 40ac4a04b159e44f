/** How a line is meant: it decides about its colour. */
export type Tone = 'danger' | 'warning' | 'added' | 'removed' | 'muted' | 'good';

export interface Line {
  readonly text: string;
  readonly tone?: Tone;

  /** Lines that belong to it, one level deeper. */
  readonly below?: readonly Line[];
}

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];

  /** Columns of numbers. */
  readonly right?: readonly number[];

  /** Rows at the end that sum up. */
  readonly totals?: readonly (readonly string[])[];

  /**
   * Characters per column, at which a terminal breaks cells at spaces.
   *
   * @default - as wide as the longest cell
   */
  readonly widths?: readonly number[];
}

/** A part of a document, the same for terminal, Markdown and HTML. */
export type Block =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'lines'; readonly lines: readonly Line[] }
  | { readonly kind: 'table'; readonly table: Table }
  /** Folded where the medium can fold. */
  | { readonly kind: 'details'; readonly summary: string; readonly blocks: readonly Block[] };

export interface Document {
  readonly title: string;
  readonly subtitle: string;
  readonly blocks: readonly Block[];
}

/** A part of a document that another tool has made, with a line for the top. */
export interface Section {
  readonly headline: string;
  readonly blocks: readonly Block[];
}

export const heading = (text: string): Block => ({ kind: 'heading', text });
export const lines = (items: readonly Line[]): Block => ({ kind: 'lines', lines: items });
export const table = (content: Table): Block => ({ kind: 'table', table: content });
export const details = (summary: string, blocks: readonly Block[]): Block => ({ kind: 'details', summary, blocks });
