import { expect, test } from 'vitest';
import { configJsonSchema } from './json-schema.ts';
import { loadConfig } from './load.ts';
import { LEAVES } from './sources.ts';

test('every key has a description and says what is allowed', () => {
  const schema = configJsonSchema();
  expect(LEAVES.size).toBeGreaterThan(80);
  for (const [key, { info }] of LEAVES) {
    let at: { properties?: Record<string, unknown>; description?: string } | undefined = schema;
    for (const part of key.split('.')) at = at?.properties?.[part] as typeof at;
    expect(at?.description, key).toMatch(/^[A-Za-z].+\.$/);
    expect(info.allowed, key).not.toBe('');
  }
});

test('every key can be set from the environment', () => {
  for (const [key, { info }] of LEAVES) {
    const name = `ASHFORD_${key.toUpperCase().replaceAll('.', '__')}`;
    const wrong = info.kind === 'text' ? 'env:NOWHERE' : '{"not": "this"';
    const load = () =>
      loadConfig({ env: { [name]: wrong }, cwd: '/', homeDir: '/', readFile: () => undefined });
    if (info.kind !== 'list') expect(load, key).toThrow(name);
  }
});

test('nothing is required in a config file', () => {
  expect(JSON.stringify(configJsonSchema())).not.toContain('"required"');
});
