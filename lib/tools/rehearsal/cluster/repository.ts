import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';
import type { Programs } from '../programs';

/** A chart that the platform installs from a repository, as its template names it. */
export interface WantedChart {
  readonly name: string;
  readonly version: string;
}

export interface ChartRepositoryOptions {
  /** Runs Helm. */
  readonly programs: Programs;

  /** Path of Helm. */
  readonly helm: string;

  /** Folder for the packages. */
  readonly folder: string;

  /** What the platform installs. */
  readonly wanted: readonly WantedChart[];

  /**
   * Folder with the published charts, each as folder `<name>` or package `<name>-<version>.tgz`.
   *
   * @default - a stand-in of each
   */
  readonly charts?: string;
}

/** Folder with a stand-in of each controller's chart, named as the chart. */
export const STAND_IN_CHARTS = path.join(__dirname, 'stand-ins');

/** A chart of the repository, and whether it is the published one. */
export interface ServedChart extends WantedChart {
  readonly real: boolean;
}

/** A Helm repository on 127.0.0.1 with the charts of the controllers. */
export class ChartRepository {
  readonly served: ServedChart[] = [];
  private server?: http.Server;

  constructor(private readonly options: ChartRepositoryOptions) {}

  /** Packages the charts and serves them; what `Repository` of a release becomes is returned. */
  async start(): Promise<string> {
    const { folder, wanted, helm, programs } = this.options;
    fs.mkdirSync(folder, { recursive: true });
    for (const chart of wanted) {
      const published = this.published(chart);
      this.served.push({ ...chart, real: published !== undefined });
      if (published?.endsWith('.tgz')) {
        fs.copyFileSync(published, path.join(folder, path.basename(published)));
        continue;
      }
      const source = published ?? path.join(STAND_IN_CHARTS, chart.name);
      const args = ['package', source, '--version', chart.version, '--destination', folder];
      const { code, output } = await programs.run(`package ${chart.name}`, helm, args, { limit: 60 });
      if (code !== 0) throw new Error(`helm cannot package ${source}: ${output.trim()}`);
    }
    fs.writeFileSync(path.join(folder, 'index.yaml'), JSON.stringify(indexOf(wanted)));
    const server = http.createServer((request, response) => {
      const file = path.join(folder, path.basename(request.url ?? ''));
      if (!fs.existsSync(file)) return void response.writeHead(404).end();
      response.end(fs.readFileSync(file));
    });
    this.server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server?.close();
    this.server?.closeAllConnections();
  }

  private published({ name, version }: WantedChart): string | undefined {
    const { charts } = this.options;
    if (charts === undefined) return undefined;
    return [path.join(charts, `${name}-${version}.tgz`), path.join(charts, name)].find(
      (file) => fs.existsSync(file) && (file.endsWith('.tgz') || fs.existsSync(path.join(file, 'Chart.yaml'))),
    );
  }
}

/** The index of a Helm repository; JSON is YAML. */
function indexOf(wanted: readonly WantedChart[]): object {
  return {
    apiVersion: 'v1',
    entries: Object.fromEntries(
      wanted.map(({ name, version }) => [
        name,
        [{ apiVersion: 'v2', name, version, urls: [`${name}-${version}.tgz`] }],
      ]),
    ),
  };
}
