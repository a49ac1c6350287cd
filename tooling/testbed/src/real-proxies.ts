import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect, type Server } from 'node:net';
import { join } from 'node:path';
import { createCommandRunner } from '@device-supervisor/local-engine';
import { freePort } from './free-port.ts';
import { waitFor } from './wait-for.ts';

export interface Credentials {
  readonly login: string;
  readonly password: string;
}

/** A proxy as programs of Debian are. */
export interface RealProxy extends AsyncDisposable {
  readonly port: number;
  /** Everything that it has said. */
  log(): Promise<string>;
}

/** `microsocks`: SOCKS5 for who knows login and password. */
export async function startSocksProxy({ login, password }: Credentials): Promise<RealProxy> {
  const port = await freePort();
  const child = spawn('microsocks', ['-p', String(port), '-u', login, '-P', password], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  await isListening(port);
  return { port, log: async () => said, [Symbol.asyncDispose]: () => ended(child) };
}

/** `tinyproxy`: HTTP CONNECT for who knows login and password. */
export async function startHttpProxy(directory: string, { login, password }: Credentials): Promise<RealProxy> {
  const port = await freePort();
  const [configuration, log] = [join(directory, 'tinyproxy.conf'), join(directory, 'tinyproxy.log')];
  const lines = [`Port ${port}`, `LogFile "${log}"`, 'LogLevel Connect', `BasicAuth ${login} ${password}`];
  await writeFile(configuration, `${lines.join('\n')}\n`);
  const child = spawn('tinyproxy', ['-d', '-c', configuration], { stdio: 'ignore' });
  await isListening(port);
  return { port, log: () => readFile(log, 'utf8'), [Symbol.asyncDispose]: () => ended(child) };
}

/** A web server that answers with the address of who asks. */
export interface Mirror extends AsyncDisposable {
  readonly url: string;
}

/** @param address that this machine gets for as long: one for documentation, which nothing else has */
export async function startMirror(address: string): Promise<Mirror> {
  const server = createServer((request, response) => {
    response.setHeader('connection', 'close').end(request.socket.remoteAddress);
  });
  const commands = createCommandRunner(process.env);
  await commands.run('ip', ['address', 'add', `${address}/32`, 'dev', 'lo']);
  const port = await listen(server, address);
  return {
    url: `http://${address}:${port}/`,
    async [Symbol.asyncDispose]() {
      await closed(server);
      await commands.run('ip', ['address', 'delete', `${address}/32`, 'dev', 'lo']);
    },
  };
}

async function isListening(port: number): Promise<void> {
  await waitFor(`a proxy at port ${port}`, async () => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.destroy();
    return true;
  });
}

async function listen(server: Server, address: string): Promise<number> {
  server.listen(0, address);
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('it has no port');
  return bound.port;
}

async function closed(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}

async function ended(child: ChildProcess): Promise<void> {
  const end = once(child, 'exit');
  child.kill('SIGKILL');
  await end;
}
