import type { LoadedConfig } from '#config/load.ts';
import { AppError, errorMessage } from '#std/errors.ts';
import { CHECKS } from './checks/catalog.ts';
import type { Finding } from './checks/check.ts';
import type { CommandContext } from './context.ts';
import { FAILED, OK } from './report.ts';
import { paint, type Terminal } from './terminal.ts';
import { counted, manyLines } from './text.ts';

const STYLE = { ok: 'green', warn: 'yellow', fail: 'red' } as const;

const findingText = (term: Terminal, { name, state, says, cure }: Finding): string => {
  const head = `${paint(term, STYLE[state], state.padEnd(4))}  ${name.padEnd(14)}  `;
  const [first = '', ...more] = manyLines(says).split('\n');
  const indent = ' '.repeat(22);
  const lines = [head + first, ...more.map((line) => indent + line)];
  if (cure !== undefined) lines.push(`${indent}→ ${manyLines(cure)}`);
  return `${lines.join('\n')}\n`;
};

/** The findings one after the other. A check that breaks is itself a finding. */
const findAll = async (context: CommandContext, loaded: LoadedConfig): Promise<Finding[]> => {
  const findings: Finding[] = [];
  for (const { name, examine } of CHECKS) {
    try {
      findings.push(
        ...(await examine({ ...loaded, clock: context.clock })).map((found) => ({ name, ...found })),
      );
    } catch (e) {
      const cure = e instanceof AppError ? e.help : undefined;
      findings.push({ name, state: 'fail', says: errorMessage(e), ...(cure === undefined ? {} : { cure }) });
    }
  }
  return findings;
};

/** Without settings nothing else can be looked at. */
const settings = async (context: CommandContext): Promise<{ loaded?: LoadedConfig; finding: Finding }> => {
  try {
    const loaded = await context.loadConfig();
    const says =
      loaded.file === undefined ? 'Defaults; there is no config file.' : `Read from ${loaded.file}.`;
    return { loaded, finding: { name: 'settings', state: 'ok', says } };
  } catch (e) {
    if (!(e instanceof AppError)) throw e;
    const cure = e.help === undefined ? {} : { cure: e.help };
    return { finding: { name: 'settings', state: 'fail', says: e.message, ...cure } };
  }
};

/** Looks at everything, and says what is wrong and what to do about it. */
export const doctorCommand = async (context: CommandContext): Promise<number> => {
  const { loaded, finding } = await settings(context);
  const checks = [finding, ...(loaded ? await findAll(context, loaded) : [])];
  const failed = checks.filter((c) => c.state === 'fail').length;
  const warned = checks.filter((c) => c.state === 'warn').length;
  const sum =
    failed + warned === 0 ? 'All is well.' : `${counted(failed, 'failure')}, ${counted(warned, 'warning')}.`;
  context.print({ ok: failed === 0, checks }, () =>
    [...checks.map((check) => findingText(context.term, check)), `${sum}\n`].join(''),
  );
  return failed === 0 ? OK : FAILED;
};
