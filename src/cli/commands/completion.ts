import { defineCommand } from '#cli/command.ts';

export const completion = defineCommand({
  arguments: [{ name: '<shell>', description: 'which shell', choices: ['bash', 'zsh', 'fish'] }],
  examples: [
    { line: 'source <(ashford completion bash)', does: 'complete commands and options in this shell' },
    {
      line: 'ashford completion fish > ~/.config/fish/completions/ashford.fish',
      does: 'complete in fish from now on',
    },
  ],
  run: async (context, { args }) => {
    const { completionScript } = await import('#cli/completion-script.ts');
    const shell = args[0] as 'bash' | 'zsh' | 'fish';
    const script = await completionScript(shell);
    context.print({ shell, script }, () => script);
  },
});
