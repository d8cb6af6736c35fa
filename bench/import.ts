/**
 * The whole pipeline on an archive (split, parse, text, store, index, decide, act) beside a bare MIME parser on the same
 * mail. Rounds alternate; every round of ours imports into an empty database with full durability.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { createAccount } from '#accounts/store.ts';
import { loadConfig } from '#config/load.ts';
import { processSurroundings } from '#config/process-env.ts';
import { importJob } from '#ingest/import.job.ts';
import { openArchive } from '#mail/archive/archive.ts';
import { readRulesFile } from '#rules/file.ts';
import { createRules } from '#rules/store.ts';
import { memoryLog } from '#telemetry/log-memory.ts';
import { openApp } from '../src/app.ts';
import { workerOf } from '../src/main.ts';
import { writeCorpus } from './corpus.ts';
import { type Bench, median } from './figure.ts';
import { peer } from './peer.ts';

const QUICK = { bytes: 60e6, rounds: 3 };
const FULL = { bytes: 120e6, rounds: 5 };

interface Round {
  seconds: number;
  messages: number;
}

/** Times `work`, not what it needs to be ready. */
const timed = async (work: () => Promise<number>): Promise<Round> => {
  const start = performance.now();
  const messages = await work();
  return { seconds: (performance.now() - start) / 1000, messages };
};

/** Nothing but parsing: split the archive and parse each message on one thread. */
const bareParser = (file: string) => async (): Promise<number> => {
  let messages = 0;
  const archive = await openArchive(file);
  for await (const m of archive.messages()) {
    await PostalMime.parse(m.raw);
    messages++;
  }
  return messages;
};

interface Parser {
  simpleParser(raw: Buffer): Promise<unknown>;
}

/** null where the peer is not installed. */
const otherParser = (file: string): (() => Promise<number>) | null => {
  const found = peer<Parser>('mailparser');
  if (!found) return null;
  return async () => {
    let messages = 0;
    const archive = await openArchive(file);
    for await (const m of archive.messages()) {
      await found.simpleParser(Buffer.from(m.raw));
      messages++;
    }
    return messages;
  };
};

/** Opens an empty Ashford, and times the import until nothing is left to do. */
const pipeline = async (file: string, dir: string): Promise<Round> => {
  mkdirSync(dir);
  const { config } = loadConfig({
    ...processSurroundings(),
    env: {},
    cwd: dir,
    overrides: { 'paths.data_dir': dir },
  });
  using log = memoryLog();
  const app = await openApp({ config, version: 'bench', log });
  const worker = workerOf(app);
  try {
    const { rules } = readRulesFile(readFileSync(new URL('../demo/rules.toml', import.meta.url), 'utf8'));
    await app.db.write((tx) =>
      createRules(tx, {
        userId: app.owner.id,
        rules: rules.map((r) => r.input),
        newId: app.newId,
        now: app.clock.now(),
      }),
    );
    const account = await createAccount(app, {
      userId: app.owner.id,
      provider: 'local',
      email: 'bench@mail.example',
      displayName: 'Bench',
    });
    const { owner, queue } = app;
    const payload = { accountId: account.id, path: file, newestNow: false };
    return await timed(async () => {
      await queue.enqueue(importJob, payload, { userId: owner.id });
      await worker.drain();
      const [row] = await app.db.all<{ n: number }>('select count(*) as n from messages');
      return Number(row?.n ?? 0);
    });
  } finally {
    await worker.stop();
    await app.close();
    rmSync(dir, { recursive: true });
  }
};

const bench: Bench = async ({ quick, say, figure }) => {
  const { bytes, rounds } = quick ? QUICK : FULL;
  const dir = mkdtempSync(join(tmpdir(), 'ashford-bench-'));
  try {
    const file = join(dir, 'mail.mbox');
    const corpus = writeCorpus(file, { bytes });
    say(
      `${corpus.messages} messages, ${(corpus.bytes / 1e6).toFixed(0)} MB, ${rounds} rounds, synchronous=FULL`,
    );
    const runs = { ours: [] as Round[], bare: [] as Round[], other: [] as Round[] };
    const other = otherParser(file);
    for (let i = 0; i < rounds; i++) {
      runs.bare.push(await timed(bareParser(file)));
      runs.ours.push(await pipeline(file, join(dir, `data-${i}`)));
      if (other) runs.other.push(await timed(other));
      const [b, o] = [runs.bare.at(-1), runs.ours.at(-1)];
      say(`round ${i + 1}: parser ${b?.seconds.toFixed(2)} s, pipeline ${o?.seconds.toFixed(2)} s`);
      if (b?.messages !== o?.messages)
        throw new Error(`${o?.messages} of ${b?.messages} messages were stored`);
    }
    const rate = (of: Round[], amount: number) => median(of.map((r) => amount / r.seconds));
    const report = (name: string, unit: string, amount: number) => {
      const ours = rate(runs.ours, amount);
      const bare = rate(runs.bare, amount);
      figure({ name, ours, peer: bare, peerName: 'postal-mime alone', ratio: ours / bare, unit });
      const mp = runs.other.length > 0 ? rate(runs.other, amount) : null;
      const peerName =
        mp === null ? 'mailparser (not installed: npm run bench -- setup)' : 'mailparser alone';
      figure({ name, ours, peer: mp, peerName, ratio: mp === null ? null : ours / mp, unit });
    };
    report('import, whole pipeline', 'messages/s', corpus.messages);
    report('import, whole pipeline', 'MB/s', corpus.bytes / 1e6);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

export default bench;
