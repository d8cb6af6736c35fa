// Stand-ins for outside services, each in a process of its own: `npm run fake -- gmail --port N`
import { parseArgs } from 'node:util';
import { DESKTOP_CLIENT } from './gmail/fake.ts';
import { RUN_OPTIONS, runGmail } from './gmail/run-gmail.ts';

const refuse = (why: string): never => {
  console.error(why);
  process.exit(2);
};

const { values, positionals } = parseArgs({ allowPositionals: true, options: RUN_OPTIONS });
const [service] = positionals;
if (service !== 'gmail')
  refuse(`usage: npm run fake -- gmail [--port N] [--user ADDRESS] [--messages N | --seed FILE]`);

const running = await runGmail(values, (line) => console.log(line)).catch((error: unknown) =>
  refuse(error instanceof Error ? error.message : String(error)),
);
const { endpoints, url } = running.fake;
console.log(`Gmail, Google's sign-in and Pub/Sub: ${url}`);
console.log('For the program under test:');
console.log('[endpoints]');
for (const [name, value] of Object.entries(endpoints)) console.log(`${name} = "${value}"`);
console.log(`OAuth client: ${DESKTOP_CLIENT.id}, secret ${DESKTOP_CLIENT.secret}`);
console.log(`Stops by itself after ${running.minutes} minutes.`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void running.stop());
await running.ended;
