/** Where keys stand in the text of a config file: dotted key → line, from 1. As good as it can be without a full parser. */
export type KeyLines = ReadonlyMap<string, number>;

const BARE_KEY = /^(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*(?:\.\s*)?/;

const keyParts = (text: string): string[] => {
  const parts: string[] = [];
  let rest = text.trim();
  for (let found = BARE_KEY.exec(rest); found; found = BARE_KEY.exec(rest)) {
    parts.push(found[1] ?? found[2] ?? found[3] ?? '');
    rest = rest.slice(found[0].length);
  }
  return parts;
};

const note = (lines: Map<string, number>, path: readonly string[], line: number): void => {
  const key = path.join('.');
  if (!lines.has(key)) lines.set(key, line);
};

/** TOML: `[table]` headers and `key =` lines; keys inside an inline table have the line of that table. */
export const tomlLines = (text: string): KeyLines => {
  const lines = new Map<string, number>();
  let table: string[] = [];
  let openString: string | undefined;
  for (const [index, raw] of text.split('\n').entries()) {
    if (openString !== undefined) {
      if (raw.includes(openString)) openString = undefined;
      continue;
    }
    const header = /^\s*\[\[?([^\]]*)\]/.exec(raw);
    const assignment = /^\s*((?:"[^"]*"|'[^']*'|[A-Za-z0-9_.\s-])+?)\s*=(.*)$/.exec(raw);
    if (assignment?.[1] !== undefined) {
      const path = [...table, ...keyParts(assignment[1])];
      for (let depth = 1; depth <= path.length; depth++) note(lines, path.slice(0, depth), index + 1);
      const quotes = /"""|'''/.exec(assignment[2] ?? '')?.[0];
      if (quotes && (assignment[2] ?? '').split(quotes).length === 2) openString = quotes;
    } else if (header?.[1] !== undefined) {
      table = keyParts(header[1]);
      note(lines, table, index + 1);
    }
  }
  return lines;
};

const JSON_TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|\n|[^\s"{}[\]:,]+/g;

const unquote = (token: string): string => {
  try {
    return String(JSON.parse(token));
  } catch {
    return token;
  }
};

/** JSON: every key of every object that is not inside a list. */
export const jsonLines = (text: string): KeyLines => {
  const lines = new Map<string, number>();
  const path: string[] = [];
  let line = 1;
  let last = '';
  let inList = 0;
  for (const [token] of text.matchAll(JSON_TOKEN)) {
    if (token === '\n') line++;
    else if (token === '[') inList++;
    else if (token === ']') inList--;
    else if (inList > 0) continue;
    else if (token === '{') path.push('');
    else if (token === '}') path.pop();
    else if (token === ':' && path.length > 0) {
      path[path.length - 1] = unquote(last);
      note(lines, path, line);
    } else last = token;
  }
  return lines;
};
