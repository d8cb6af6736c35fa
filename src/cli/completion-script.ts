import type { CommandSpec } from './command.ts';
import { COMMANDS } from './commands/catalog.ts';

/** Words after which these may come. */
interface Level {
  /** `` for the program itself, then such as `rules` and `rules add`. */
  path: string;
  words: readonly { word: string; says: string }[];
}

const GLOBAL = [
  { word: '--config', says: 'config file' },
  { word: '--database', says: 'path or URL of the database' },
  { word: '--data-dir', says: 'folder of the data' },
  { word: '--json', says: 'answer with one JSON document' },
  { word: '--help', says: 'show what there is' },
];

const levelsOf = (path: string, spec: Omit<CommandSpec, 'name' | 'summary'>): Level[] => {
  const inner = spec.commands ?? [];
  const long = (spec.options ?? []).map(({ flags, description }) => ({
    word: /--[a-z-]+/.exec(flags)?.[0] ?? flags,
    says: description,
  }));
  const choices = (spec.arguments?.[0]?.choices ?? []).map((word) => ({ word, says: '' }));
  const words = [
    ...inner.map(({ name, summary }) => ({ word: name, says: summary })),
    ...choices,
    ...long,
    ...GLOBAL,
  ];
  return [{ path, words }, ...inner.flatMap((one) => levelsOf(`${path} ${one.name}`, one))];
};

const allLevels = async (): Promise<Level[]> => {
  const top = COMMANDS.map(({ name, summary }) => ({ word: name, says: summary }));
  const levels: Level[] = [{ path: '', words: [...top, ...GLOBAL] }];
  for (const { name, load } of COMMANDS) levels.push(...levelsOf(name, await load()));
  return levels;
};

const quoted = (text: string): string => `'${text.replaceAll("'", '’')}'`;

const bash = (levels: readonly Level[]): string => {
  const cases = levels.map(
    ({ path, words }) => `    ${quoted(path)}) words=${quoted(words.map((w) => w.word).join(' '))} ;;`,
  );
  return `_ashford() {
  local word path='' words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "$word" in -*) ;; *) [ -z "$path" ] && path="$word" || { [ "\${path#* }" = "$path" ] && path="$path $word"; } ;; esac
  done
  while :; do
    case "$path" in
${cases.map((line) => `  ${line}`).join('\n')}
    esac
    [ -n "$words" ] || [ -z "$path" ] && break
    case "$path" in *' '*) path="\${path% *}" ;; *) break ;; esac
  done
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}")
}
complete -o default -F _ashford ashford
`;
};

const fish = (levels: readonly Level[]): string => {
  const lines = levels.flatMap(({ path, words }) => {
    const after =
      path === ''
        ? '__fish_use_subcommand'
        : path
            .split(' ')
            .map((p) => `__fish_seen_subcommand_from ${p}`)
            .join('; and ');
    return words.map(({ word, says }) => {
      const what = word.startsWith('--') ? `-l ${word.slice(2)}` : `-a ${word}`;
      return `complete -c ashford -n ${quoted(after)} ${what}${says === '' ? '' : ` -d ${quoted(says)}`}`;
    });
  });
  return `${lines.join('\n')}\n`;
};

/** zsh runs the one for bash, but fills its answer in another way. */
const zsh = (levels: readonly Level[]): string => {
  const inZsh = bash(levels).replace(/mapfile -t COMPREPLY < <\((compgen .*)\)\n/, 'COMPREPLY=($($1))\n');
  return `autoload -U +X compinit && compinit -u\nautoload -U +X bashcompinit && bashcompinit\n${inZsh}`;
};

/** What a shell runs to complete the commands and options of this version. */
export const completionScript = async (shell: 'bash' | 'zsh' | 'fish'): Promise<string> => {
  const levels = await allLevels();
  return { bash, zsh, fish }[shell](levels);
};
