import { defineCommand } from '#cli/command.ts';
import type { CommandContext } from '#cli/context.ts';
import { table } from '#cli/table.ts';

const check = async (context: CommandContext): Promise<void> => {
  const { file, sources } = await context.loadConfig();
  context.print({ ok: true, file: file ?? null, set: sources.size }, () =>
    file === undefined
      ? 'The settings are fine. There is no config file; defaults are used.\n'
      : `The settings are fine. They are read from ${file}\n`,
  );
};

const flat = (value: unknown, key: string): [key: string, value: unknown][] =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value).flatMap(([name, inner]) => flat(inner, key === '' ? name : `${key}.${name}`))
    : [[key, value]];

const show = async (context: CommandContext): Promise<void> => {
  const { config, sources } = await context.loadConfig();
  const { redacted } = await import('#config/redact.ts');
  const shown = redacted(config);
  const from = (key: string): string => {
    const origin = sources.get(key);
    if (!origin) return 'default';
    return origin.line === undefined ? `${origin.kind} ${origin.name}` : `${origin.name}:${origin.line}`;
  };
  context.print(shown, () =>
    table(
      context.term,
      [{ title: 'KEY' }, { title: 'VALUE', shrinks: true }, { title: 'FROM', shrinks: true }],
      flat(shown, '').map(([key, value]) => [key, JSON.stringify(value) ?? '', from(key)]),
    ),
  );
};

const schema = async (context: CommandContext): Promise<void> => {
  const { renderConfigSchema } = await import('#config/json-schema.ts');
  context.term.out(renderConfigSchema());
};

export const config = defineCommand({
  examples: [{ line: 'ashford config check', does: 'say what is wrong with the settings, all at once' }],
  commands: [
    {
      name: 'check',
      summary: 'Say whether the settings are right, and everything that is wrong',
      examples: [{ line: 'ashford config check --config my.toml', does: 'check one file' }],
      run: check,
    },
    {
      name: 'show',
      summary: 'Show the settings in force, without secrets; durations are milliseconds',
      examples: [{ line: 'ashford config show', does: 'show each key, its value and where that is set' }],
      run: show,
    },
    {
      name: 'schema',
      summary: 'Print the JSON Schema of the config file',
      examples: [
        {
          line: 'ashford config schema > ashford.schema.json',
          does: 'let an editor complete the config file',
        },
      ],
      run: schema,
    },
  ],
});
