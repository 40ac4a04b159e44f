/** Answer of an HTTP request. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** GET of an address; redirects are not followed. */
export type Request = (url: string) => Promise<HttpAnswer>;
