/** What a rehearsal is made of; `--only` takes one of them. */
export const PARTS = ['aws', 'cluster', 'capacity'] as const;

export type PartName = (typeof PARTS)[number];

/**
 * - `ok`: as AWS and Kubernetes would have it
 * - `fault`: this repository's own, to be mended here
 * - `gap`: the rehearsal cannot tell; it says nothing about the repository
 * - `note`: neither, but worth to know
 * - `not run`: the rehearsal itself stopped, which is no pass
 */
export type Verdict = 'ok' | 'fault' | 'gap' | 'note' | 'not run';

/** One line of the report. */
export interface Row {
  readonly part: PartName;

  /** Step or scenario. */
  readonly what: string;
  readonly verdict: Verdict;

  /** What was found; may have several lines. */
  readonly detail: string;

  /**
   * How long it took.
   *
   * @default - nobody waits for it
   */
  readonly seconds?: number;
}

/** A bar of the timeline. */
export interface Span {
  /** Row that it is drawn in, such as a stack or a release. */
  readonly lane: string;

  /** Such as `create` or `update`. */
  readonly what: string;

  /** Seconds since the rehearsal began. */
  readonly start: number;
  readonly end: number;
  readonly verdict: Verdict;
}

/** How true to life something is: `stand-in` behaves alike as far as it matters, `stubbed` does nothing. */
export type Likeness = 'real' | 'stand-in' | 'stubbed';

/** Something that the rehearsal uses, and how true to life it is. */
export interface Prop {
  readonly part: PartName;
  readonly what: string;
  readonly likeness: Likeness;

  /** Why it is not the real thing; for a real one, its version. */
  readonly why: string;

  /**
   * How many there are.
   *
   * @default 1
   */
  readonly count?: number;
}

/** A picture of the HTML report. */
export interface Picture {
  readonly title: string;

  /** SVG or HTML, its texts escaped. */
  readonly markup: string;

  /**
   * Rules of CSS for it.
   *
   * @default - those of the page
   */
  readonly style?: string;
}

/** Takes what the parts of a rehearsal find, and tells it at once to whoever waits. */
export class Journal {
  readonly rows: Row[] = [];
  readonly spans: Span[] = [];
  readonly props: Prop[] = [];
  readonly pictures: Picture[] = [];

  /** How to reach what `--keep` leaves up, one line each. */
  readonly kept: string[] = [];

  /**
   * @param print prints a line of progress
   * @param now seconds since the rehearsal began
   */
  constructor(
    private readonly print: (line: string) => void,
    readonly now: () => number,
  ) {}

  /** Says what is under way. */
  say(text: string): void {
    this.print(`${this.now().toFixed(0).padStart(5)} s  ${text}`);
  }

  row(row: Row): void {
    this.rows.push(row);
    this.say(`${row.verdict.padEnd(7)}  ${row.part}: ${row.what}: ${row.detail.split('\n')[0]}`);
  }
}
