/** Milliseconds after which a person wonders whether anything still happens. */
const SILENCE = 2_000;

/** Where progress goes: standard error, so that the output of a command stays its report. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly write: (text: string) => unknown;
}

/** Says what is under way: on a terminal in one line that goes again, elsewhere as plain lines. */
export class Progress {
  constructor(private readonly stream: ProgressStream) {}

  /** Says what takes its time once it has taken two seconds. */
  async during<T>(what: string, work: Promise<T>): Promise<T> {
    let clear = () => {};
    const timer = setTimeout(() => {
      clear = this.show(what);
    }, SILENCE);
    try {
      return await work;
    } finally {
      clearTimeout(timer);
      clear();
    }
  }

  /** Says beforehand what will take longer and holds up this process, so that no timer could. */
  blocking<T>(what: string, work: () => T): T {
    const clear = this.show(what);
    try {
      return work();
    } finally {
      clear();
    }
  }

  /** @returns takes a line off a terminal again */
  private show(what: string): () => void {
    if (!this.stream.isTTY) {
      this.stream.write(`${what} …\n`);
      return () => {};
    }
    this.stream.write(`${what} …`);
    return () => this.stream.write('\r\u001b[K');
  }
}
