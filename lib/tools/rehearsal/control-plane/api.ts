import * as https from 'node:https';
import type { ObjectMeta } from 'kubernetes-types/meta/v1';

/** What every object of Kubernetes has. */
export interface KubernetesItem {
  readonly metadata?: ObjectMeta;
}

/** An answer of the API that is no success. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Types of a body that changes an object. */
const PATCHES = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
};

type WatchEvent<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK' | 'ERROR'; readonly object: T };

/** The Kubernetes API as one user. */
export class KubernetesApi {
  private readonly agent: https.Agent;
  private readonly watches = new Set<() => void>();
  private date = '';

  /**
   * @param url such as `https://127.0.0.1:6443`
   * @param ca certificate in PEM that the server's is held against
   */
  constructor(
    readonly url: string,
    private readonly token: string,
    ca: string,
  ) {
    this.agent = new https.Agent({ ca, keepAlive: true, maxSockets: 64 });
  }

  /** ISO 8601 time of the server at its last answer. */
  get now(): string {
    return new Date(this.date).toISOString();
  }

  async get<T>(path: string): Promise<T> {
    return (await this.request('GET', path)) as T;
  }

  /** What stands at a path, or undefined where nothing does. */
  async find<T>(path: string): Promise<T | undefined> {
    return this.get<T>(path).catch(absent);
  }

  async list<T>(path: string): Promise<T[]> {
    return (await this.get<{ items: T[] }>(path)).items;
  }

  async create<T>(path: string, body: object): Promise<T> {
    return (await this.request('POST', path, body)) as T;
  }

  async replace<T>(path: string, body: object): Promise<T> {
    return (await this.request('PUT', path, body)) as T;
  }

  async patch(path: string, body: object, kind: keyof typeof PATCHES = 'merge'): Promise<void> {
    await this.request('PATCH', path, body, PATCHES[kind]);
  }

  /** Deletes what may be gone already. */
  async delete(path: string, options?: object): Promise<void> {
    await this.request('DELETE', path, options).catch(absent);
  }

  /**
   * Follows the objects of a kind until the returned function, or `close`, ends it.
   *
   * @param changed called with each object at first and after each change, and whether it is still there
   */
  watch<T extends KubernetesItem>(path: string, changed: (object: T, exists: boolean) => void): () => void {
    let stopped = false;
    let abort = () => {};
    const stop = () => {
      stopped = true;
      abort();
      this.watches.delete(stop);
    };
    this.watches.add(stop);
    const follow = async () => {
      let known = new Map<string, T>();
      while (!stopped) {
        try {
          const { items, metadata } = await this.get<{ items: T[]; metadata: { resourceVersion: string } }>(path);
          const now = new Map(items.map((item) => [item.metadata?.uid ?? '', item]));
          for (const [uid, item] of known) if (!now.has(uid)) changed(item, false);
          for (const item of items) changed(item, true);
          known = now;
          await this.stream<T>(
            path,
            metadata.resourceVersion,
            (end) => (abort = end),
            (type, item) => {
              const uid = item.metadata?.uid ?? '';
              if (type === 'DELETED') known.delete(uid);
              else known.set(uid, item);
              changed(item, type !== 'DELETED');
            },
          );
        } catch {
          // The server is busy, goes, or has forgotten the version: from the start again.
          await new Promise((resolve) => setTimeout(resolve, 200));
        }
      }
    };
    void follow();
    return stop;
  }

  /** Ends what is still followed. */
  close(): void {
    for (const stop of [...this.watches]) stop();
    this.agent.destroy();
  }

  private stream<T>(
    path: string,
    version: string,
    started: (abort: () => void) => void,
    on: (type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T) => void,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const query = `watch=1&allowWatchBookmarks=true&timeoutSeconds=300&resourceVersion=${version}`;
      const separator = path.includes('?') ? '&' : '?';
      const request = https.get(`${this.url}${path}${separator}${query}`, this.options(), (response) => {
        if (response.statusCode !== 200) {
          response.resume();
          return reject(new ApiError(response.statusCode ?? 0, `no watch of ${path}`));
        }
        let rest = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          const lines = (rest + chunk).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines.filter(Boolean)) {
            const event = JSON.parse(line) as WatchEvent<T>;
            if (event.type === 'ERROR') request.destroy();
            else if (event.type !== 'BOOKMARK') on(event.type, event.object);
          }
        });
        response.on('end', resolve);
        response.on('error', reject);
      });
      request.on('error', reject);
      started(() => request.destroy());
    });
  }

  private request(method: string, path: string, body?: object, type = 'application/json'): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const options = { ...this.options(), method };
      const request = https.request(`${this.url}${path}`, options, (response) => {
        let text = '';
        this.date = response.headers.date ?? this.date;
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('error', reject);
        response.on('end', () => {
          const status = response.statusCode ?? 0;
          const answer = text.startsWith('{') ? (JSON.parse(text) as { message?: string }) : text;
          if (status < 300) resolve(answer);
          else reject(new ApiError(status, typeof answer === 'string' ? answer : (answer.message ?? text)));
        });
      });
      request.on('error', reject);
      const content = body && JSON.stringify(body);
      if (content) {
        request.setHeader('content-type', type);
        // Node announces the body of a DELETE in no other way.
        request.setHeader('content-length', Buffer.byteLength(content));
      }
      request.end(content);
    });
  }

  private options(): https.RequestOptions {
    return { agent: this.agent, headers: { authorization: `Bearer ${this.token}` } };
  }
}

function absent(error: unknown): undefined {
  if (error instanceof ApiError && error.status === 404) return undefined;
  throw error;
}
