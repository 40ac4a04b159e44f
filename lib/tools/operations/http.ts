/** Answer of an HTTP request. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** GET of an address; redirects are not followed. */
export type Request = (url: string) => Promise<HttpAnswer>;

/** Asks the network, at most ten seconds long. */
export const request: Request = async (url) => {
  const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(10_000) });
  return { status: response.status, body: await response.text() };
};
