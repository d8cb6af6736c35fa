import { defineCommand } from '#cli/command.ts';

export const version = defineCommand({
  examples: [
    { line: 'ashford version', does: 'print the version alone' },
    { line: 'ashford version --json', does: 'print the versions of Ashford and of Node' },
  ],
  run: async (context) => {
    const { version } = context.program;
    context.print({ version, node: process.versions.node }, () => `${version}\n`);
  },
});
