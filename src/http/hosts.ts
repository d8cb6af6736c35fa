import type { Config } from '#config/config.ts';

interface Host {
  /** Lower case, an IPv6 address in its brackets, without a dot at the end. */
  name: string;
  port: string | null;
}

const HOST = /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253})(?::(\d{1,5}))?$/;

const parseHost = (text: string | undefined): Host | null => {
  const found = HOST.exec((text ?? '').trim().toLowerCase());
  return found?.[1] ? { name: found[1].replace(/\.$/, ''), port: found[2] ?? null } : null;
};

const inBrackets = (host: string): string =>
  host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;

/**
 * Tells whether a Host header names this server (T13, DNS rebinding). Loopback names and the configured address count with
 * our own port only; names that the owner configured count with any, since a proxy may stand in front.
 */
export const hostList = (
  app: Pick<Config['app'], 'host' | 'base_url' | 'allowed_hosts'>,
  port: number,
): ((host: string | undefined) => boolean) => {
  const exact = new Set<string>();
  const anyPort = new Set<string>();
  for (const host of ['127.0.0.1', 'localhost', '[::1]', app.host]) {
    exact.add(`${inBrackets(host).toLowerCase()}:${port}`);
  }
  const configured = [...app.allowed_hosts, ...(app.base_url ? [new URL(app.base_url).hostname] : [])];
  for (const text of configured) {
    const host = parseHost(inBrackets(text)) ?? parseHost(text);
    if (host?.port) exact.add(`${host.name}:${host.port}`);
    else if (host) anyPort.add(host.name);
  }
  return (header) => {
    const host = parseHost(header);
    return host !== null && (anyPort.has(host.name) || exact.has(`${host.name}:${host.port ?? 80}`));
  };
};

/** What tells where a request comes from. */
export interface RequestSource {
  method: string;
  host: string | undefined;
  origin: string | undefined;
  /** Sec-Fetch-Site, which no page can set itself. */
  fetchSite: string | undefined;
  /** Whether the browser would sign it in by itself. */
  hasCookie: boolean;
}

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

const isOurs = (origin: string, host: string | undefined): boolean => {
  const url = URL.parse(origin);
  return url !== null && /^https?:$/.test(url.protocol) && url.host === (host ?? '').toLowerCase();
};

/**
 * Whether a request that changes something comes from our own pages, or from a program that is no browser (T14, CSRF).
 * The Origin must be the host that was asked, which is on the list already. Where it is hidden (`null`: a form of a page
 * without referrers) or absent, the browser itself must say that the page is ours; a request with neither is no browser's,
 * and must not carry a cookie.
 */
export const mayChange = (from: RequestSource): boolean => {
  if (READS.has(from.method)) return true;
  if (from.origin !== undefined && from.origin !== 'null') return isOurs(from.origin, from.host);
  if (from.fetchSite !== undefined) return from.fetchSite === 'same-origin';
  return from.origin === undefined && !from.hasCookie;
};
