import { expect, test } from 'vitest';
import { jsonLines, tomlLines } from './lines.ts';

test('keys of TOML are found under tables, dotted, quoted and after texts of several lines', () => {
  const lines = tomlLines(
    [
      '# [comment]',
      'a.b = 1',
      '[app] # the process',
      'text = """',
      'port = 9',
      '"""',
      '"port" = 1',
      '[ model . budgets ]',
      '  tokens_per_day = 1',
      '[x]',
      'list = [',
      '  "a=b",',
      ']',
    ].join('\n'),
  );
  expect(Object.fromEntries(lines)).toMatchObject({
    a: 2,
    'a.b': 2,
    app: 3,
    'app.text': 4,
    'app.port': 7,
    'model.budgets': 8,
    'model.budgets.tokens_per_day': 9,
    'x.list': 11,
  });
});

test('keys of JSON are found in nested objects and not in lists', () => {
  const lines = jsonLines(
    '{\n "app": {\n  "port": 1,\n  "list": [{"port": 2}],\n  "a\\"b": "x: y"},\n "q": {}\n}',
  );
  expect(Object.fromEntries(lines)).toEqual({ app: 2, 'app.port': 3, 'app.list': 4, 'app.a"b': 5, q: 6 });
});
