/**
 * `npm run bench -- NAME [--quick] [--json] [--only=PART,…]`: runs one benchmark and prints ratios against its peers, from the same run
 * on the same machine. `npm run bench -- setup` installs the peers into bench/peers/.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Bench, BenchTable, Figure } from './figure.ts';

const BENCHES: Record<string, () => Promise<{ default: Bench }>> = {
  import: () => import('./import.ts'),
  'imap-idle': () => import('./imap-idle.ts'),
  queue: () => import('./queue/queue.ts'),
  'queue-profile': () => import('./queue/profile.ts'),
  sync: () => import('./sync.ts'),
};

const HELP = `Usage: npm run bench -- NAME [--quick] [--json] [--only=PART,PART]

  setup     install the peers (once)
${Object.keys(BENCHES)
  .map((name) => `  ${name}`)
  .join('\n')}

  --quick   fewer rounds of less
  --json    one JSON line a figure, instead of tables
  --only    of queue: file, redis, postgres; throughput, processes, pick-up, idle, growth, fairness; one of the
            measurements or subjects that it names as it goes; of queue-profile: its subjects; of sync: backfill,
            lifted, push

Example: npm run bench -- import --quick`;

const table = (figures: readonly Figure[]): string => {
  const rows = figures.map((f) => [
    f.name,
    `${round(f.ours)} ${f.unit}`,
    f.peer === null ? '–' : `${round(f.peer)} ${f.unit}`,
    f.peerName,
    f.ratio === null ? '–' : f.ratio.toFixed(2),
  ]);
  const all = [['figure', 'ours', 'peer', 'peer is', 'ratio'], ...rows];
  const widths = all[0]?.map((_, i) => Math.max(...all.map((row) => (row[i] ?? '').length))) ?? [];
  return all.map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')).join('\n');
};

const markdown = ({ title, head, rows }: BenchTable): string => {
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(3, ...all.map((row) => (row[i] ?? '').length)));
  const line = (row: readonly string[]) =>
    `| ${widths.map((w, i) => (row[i] ?? '').padEnd(w)).join(' | ')} |`;
  const rule = `| ${widths.map((w) => '-'.repeat(w)).join(' | ')} |`;
  return `${title}\n\n${[line(head), rule, ...rows.map(line)].join('\n')}\n`;
};

const round = (n: number): string => (n >= 100 ? Math.round(n).toString() : n.toPrecision(3));

const setup = (): number =>
  spawnSync('npm', ['install', '--no-package-lock', '--ignore-scripts'], {
    cwd: fileURLToPath(new URL('peers', import.meta.url)),
    stdio: 'inherit',
  }).status ?? 1;

const isFlag = (arg: string): boolean =>
  ['--quick', '--json'].includes(arg) || arg.startsWith('--only=') || !arg.startsWith('-');

const main = async (args: readonly string[]): Promise<number> => {
  if (!args.every(isFlag)) {
    process.stderr.write(`${HELP}\n`);
    return args.includes('--help') ? 0 : 2;
  }
  const [name = ''] = args.filter((a) => !a.startsWith('--'));
  if (name === 'setup') return setup();
  const load = BENCHES[name];
  if (!load) {
    process.stderr.write(`${HELP}\n`);
    return name === '' ? 0 : 2;
  }
  const json = args.includes('--json');
  const figures: Figure[] = [];
  const tables: BenchTable[] = [];
  const only =
    args
      .find((a) => a.startsWith('--only='))
      ?.slice('--only='.length)
      .split(',') ?? [];
  const { default: bench } = await load();
  await bench({
    quick: args.includes('--quick'),
    only,
    table: (t) => tables.push(t),
    say: (text) => process.stderr.write(`${text}\n`),
    figure: (f) => {
      figures.push(f);
      if (json) process.stdout.write(`${JSON.stringify(f)}\n`);
    },
  });
  if (!json)
    process.stdout.write(`\n${tables.length > 0 ? tables.map(markdown).join('\n') : table(figures)}\n`);
  return 0;
};

process.exitCode = await main(process.argv.slice(2));
