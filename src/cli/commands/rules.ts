import { defineCommand } from '#cli/command.ts';

const RULE = { name: '<rule>', description: 'its id or its name' };

export const rules = defineCommand({
  examples: [{ line: 'ashford rules list', does: 'show the rules in the order in which they are tried' }],
  commands: [
    {
      name: 'list',
      summary: 'Show the rules in the order in which they are tried',
      examples: [{ line: 'ashford rules list --json', does: 'the same for a script' }],
      run: async (context) => (await import('#cli/rule-views.ts')).listRulesCommand(context),
    },
    {
      name: 'show',
      summary: 'Show one rule in words',
      arguments: [RULE],
      examples: [{ line: 'ashford rules show Newsletters', does: 'explain one rule' }],
      run: async (context, input) => (await import('#cli/rule-views.ts')).showRuleCommand(context, input),
    },
    {
      name: 'add',
      summary: 'Add the rules of a file, or one rule from options',
      description:
        'Adds every rule of a TOML file, all or none, or one rule made of options: conditions that must all hold, and actions.',
      arguments: [{ name: '[file]', description: 'rules file, as docs/recipes/write-a-rule.md shows it' }],
      options: [
        { flags: '--name <name>', description: 'name of the rule' },
        {
          flags: '--when <condition=value>',
          description: 'condition, such as sender_domain=example.com',
          repeats: true,
        },
        {
          flags: '--then <action>',
          description: 'action, such as archive or apply_label:Receipts',
          repeats: true,
        },
        { flags: '--priority <n>', description: 'lower numbers are tried first (100 when left out)' },
        { flags: '--shadow', description: 'only record what it would have done' },
        { flags: '--continue', description: 'let later rules act too' },
      ],
      examples: [
        { line: 'ashford rules add my-rules.toml', does: 'add all rules of a file' },
        {
          line: 'ashford rules add --name Receipts --when subject_contains=receipt --then apply_label:Receipts --then archive',
          does: 'add one rule',
        },
      ],
      run: async (context, input) => (await import('#cli/rule-changes.ts')).addRulesCommand(context, input),
    },
    {
      name: 'enable',
      summary: 'Switch a rule on',
      arguments: [RULE],
      examples: [
        { line: 'ashford rules enable Newsletters', does: 'let the rule act on what comes in from now on' },
      ],
      run: async (context, input) =>
        (await import('#cli/rule-changes.ts')).switchRuleCommand(context, input, true),
    },
    {
      name: 'disable',
      summary: 'Switch a rule off',
      arguments: [RULE],
      examples: [{ line: 'ashford rules disable Newsletters', does: 'keep the rule, and let it do nothing' }],
      run: async (context, input) =>
        (await import('#cli/rule-changes.ts')).switchRuleCommand(context, input, false),
    },
    {
      name: 'delete',
      summary: 'Delete a rule; what it did stays done',
      arguments: [RULE],
      options: [{ flags: '-y, --yes', description: 'do not ask' }],
      examples: [
        { line: 'ashford rules delete Newsletters', does: 'delete one rule' },
        { line: 'ashford undo --rule Newsletters', does: 'before that: take back what it did' },
      ],
      run: async (context, input) => (await import('#cli/rule-changes.ts')).deleteRuleCommand(context, input),
    },
    {
      name: 'test',
      summary: 'Try the examples of a rules file, or rules on the mail that is stored; changes nothing',
      arguments: [{ name: '[file]', description: 'rules file; the rules of the database when left out' }],
      options: [
        { flags: '--mail', description: 'try them on the mail that is stored' },
        { flags: '--limit <n>', description: 'at most so many messages (1000 when left out)' },
      ],
      examples: [
        { line: 'ashford rules test demo/rules.toml', does: 'try the examples of a file' },
        {
          line: 'ashford rules test my-rules.toml --mail',
          does: 'count what each rule would match of the stored mail',
        },
      ],
      run: async (context, input) => (await import('#cli/rule-tests.ts')).testRulesCommand(context, input),
    },
  ],
});
