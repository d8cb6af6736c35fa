// The program as `ashford start` runs it, with its output kept away. Argument: dotted settings as JSON.
import { loadConfig } from '#config/load.ts';
import { startProcess } from '#main.ts';
import { systemClock } from '#std/clock.ts';
import { jsonLog } from '#telemetry/log-json.ts';
import { onOrder, takeNoMoreOrders, tell } from './orders.ts';

const overrides = JSON.parse(process.argv[2] ?? '{}') as Record<string, unknown>;
const { config } = loadConfig({
  env: {},
  cwd: String(overrides['paths.data_dir']),
  homeDir: String(overrides['paths.data_dir']),
  readFile: () => undefined,
  overrides,
});
const write = (line: string) => void process.stderr.write(line);
const log = jsonLog({ level: 'warn', clock: systemClock, write });
const running = await startProcess({ config, version: '0.0.0-trial', log, role: 'server' });
onOrder(() => {
  void running.stop().then(() => {
    tell('stopped');
    takeNoMoreOrders();
  });
});
tell(running.url);
