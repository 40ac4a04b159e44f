import { execFileSync } from 'node:child_process';
import * as net from 'node:net';
import * as path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Programs } from '../programs';

/** A running emulator of AWS. */
export interface Emulator {
  readonly endpoint: string;
  readonly account: string;
  readonly region: string;

  /** CloudFormation types that it makes. */
  readonly types: ReadonlySet<string>;

  /** Of ministack. */
  readonly version: string;

  /** Environment variables of every program that talks to it: its address, and credentials that fit nothing else. */
  readonly env: Readonly<Record<string, string>>;

  /** Empties the account. */
  readonly reset: () => Promise<void>;
}

export interface EmulatorProps {
  /** Runs it. */
  readonly programs: Programs;

  /** Folder of the Python environment that it is installed in. */
  readonly python: string;

  /** 12 digits, which it reads from the access key. */
  readonly account: string;

  /** Region that it plays for whoever names none. */
  readonly region: string;

  /** Folder of Node.js packages that functions find, as Lambda brings the AWS SDK. */
  readonly modules: string;
}

/** How often, and every how many milliseconds, to look whether it answers. */
const LOOKS = 150;
const PAUSE = 200;

const DESCRIBE = `
import importlib.metadata, json, logging
logging.disable()
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS as handlers
print(json.dumps({"version": importlib.metadata.version("ministack"), "types": sorted(handlers)}))`;

const NO_WARNING = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' } as const;

/** Starts ministack on a free port of the loopback interface. */
export async function startEmulator(props: EmulatorProps): Promise<Emulator> {
  const { programs, python: folder, account, region, modules } = props;
  const python = path.join(folder, 'bin', 'python');
  const described = execFileSync(python, ['-c', DESCRIBE], { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
  const { version, types } = JSON.parse(described.trim().split('\n').at(-1) ?? '') as {
    version: string;
    types: string[];
  };
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const program = programs.start('emulator', python, ['-m', 'ministack'], {
    env: {
      ...NO_WARNING,
      NODE_PATH: modules,
      BIND_HOST: '127.0.0.1',
      MINISTACK_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      MINISTACK_REGION: region,
      // It would listen for MQTT on all interfaces.
      IOT_MTLS_ENABLED: '0',
    },
  });
  for (let look = 0; !(await answers(endpoint)); look++) {
    if (look === LOOKS || program.hasEnded()) {
      await program.stop();
      throw new Error(`The emulator does not start; its log: ${program.log}`);
    }
    await pause(PAUSE);
  }
  return {
    endpoint,
    account,
    region,
    types: new Set(types),
    version,
    env: {
      ...NO_WARNING,
      TERM: 'xterm',
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: account,
      AWS_SECRET_ACCESS_KEY: 'rehearsal',
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_EC2_METADATA_DISABLED: 'true',
      CDK_DISABLE_CLI_TELEMETRY: '1',
      NPM_CONFIG_UPDATE_NOTIFIER: 'false',
    },
    reset: async () => {
      await fetch(`${endpoint}/_ministack/reset`, { method: 'POST' });
    },
  };
}

async function answers(endpoint: string): Promise<boolean> {
  try {
    return (await fetch(`${endpoint}/_ministack/health`)).ok;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
