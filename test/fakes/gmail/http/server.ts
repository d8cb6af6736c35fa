import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { World } from '#test/fakes/gmail/world.ts';
import { handlerOf } from './handlers.ts';
import { compressed, readBody, send, sendSpoiled } from './transport.ts';

export interface RunningFake {
  url: string;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

const answerTo = async (
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  say: (line: string) => void,
): Promise<void> => {
  const url = new URL(request.url ?? '/', `http://${HOST}`);
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  response.setHeader('date', new Date(world.clock.ms()).toUTCString());
  const body = await readBody(request);
  const http = request.method ?? 'GET';
  const reply = await handlerOf(url.pathname)(world, {
    http,
    url,
    headers: request.headers,
    body,
    signal: gone.signal,
  });
  response.on('close', reply.release ?? (() => {}));
  const told = reply.fault ? ` (${reply.fault.kind})` : '';
  say(`${http} ${reply.label ?? url.pathname} → ${reply.answer.status}${told}`);
  if (reply.fault) sendSpoiled(response, reply.answer, reply.fault);
  else
    send(
      response,
      world.behaviour.gzip ? compressed(reply.answer, request.headers['accept-encoding']) : reply.answer,
    );
};

/** Serves the world on loopback. */
export const serve = async (
  world: World,
  port: number,
  say: (line: string) => void,
): Promise<RunningFake> => {
  const server: Server = createServer((request, response) => {
    answerTo(world, request, response, say).catch((error: unknown) => {
      say(`the fake itself failed: ${error instanceof Error ? error.stack : String(error)}`);
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
      response.end('the fake itself failed');
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${HOST}:${bound}`,
    close: async () => {
      world.pubsub.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
