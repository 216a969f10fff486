import { UsageError, withCommonOptions, type Command } from './command';

/** The shells that completion scripts are written for. */
export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

export interface CompletedOption {
  readonly name: string;
  readonly short?: string | undefined;
  readonly help: string;
  /** What follows it: one of some words, a file, or a text that nobody can guess; nothing for a switch. */
  readonly value?: readonly string[] | 'file' | 'text' | undefined;
}

/** What of a command-line program a shell can complete. */
export interface CompletedProgram {
  readonly name: string;
  readonly options: readonly CompletedOption[];
  /** What may follow the program's name: words with their meaning, each with options of its own. */
  readonly commands?: Readonly<Record<string, CompletedCommand>>;
}

export interface CompletedCommand {
  readonly help: string;
  readonly options: readonly CompletedOption[];
  /** Words that may follow the command. */
  readonly words: readonly string[];
}

/** @throws UsageError when there is no such shell. */
export function parseShell(value: string | undefined): Shell {
  const shell = shells.find((known) => known === value);
  if (shell) return shell;
  throw new UsageError(
    `There is no completion for ${value === undefined ? 'a shell without a name' : `"${value}"`}.`,
    `Give one of ${shells.join(', ')}.`,
  );
}

/** The script that a shell sources to complete a program's options and commands. */
export function completionScript(shell: Shell, program: CompletedProgram): string {
  return { bash, zsh, fish }[shell](program);
}

/** `wa-ml completion`. @param commands all commands, itself included. */
export function completion(commands: Readonly<Record<string, () => Promise<Command>>>): Command {
  return {
    summary: 'Prints what a shell sources to complete commands and options.',
    usage: shells.join('|'),
    examples: ['source <(npx wa-ml completion bash)'],
    options: {},
    optionHelp: {},
    run: async ({ positionals: [shell], print }) => {
      const all = await Promise.all(
        Object.entries(commands).map(async ([name, load]) => {
          const command = await load();
          // What follows `wa-ml uv` is uv's own.
          const options = name === 'uv' ? [] : completedOptions(withCommonOptions(command));
          return [name, { help: command.summary, options, words: wordsOf(command) }] as const;
        }),
      );
      const script = completionScript(parseShell(shell), {
        name: 'wa-ml',
        options: [
          { name: 'help', short: 'h', help: 'Print the commands.' },
          { name: 'version', help: 'Print the version.' },
        ],
        commands: Object.fromEntries(all),
      });
      print(script, { script });
      return 0;
    },
  };
}

/** A usage that begins with `this|that` says which words may come first. */
const wordsOf = ({ usage }: Command): string[] =>
  /^[a-z-]+(\|[a-z-]+)+/.exec(usage)?.[0].split('|') ?? [];

function completedOptions({
  options,
  optionHelp,
}: Pick<Command, 'options' | 'optionHelp'>): CompletedOption[] {
  return Object.entries(options).map(([name, { type, short }]) => ({
    name,
    short,
    help: optionHelp[name] ?? '',
    value: type === 'string' ? 'text' : undefined,
  }));
}

const functionName = ({ name }: CompletedProgram): string => `_${name.replaceAll('-', '_')}`;
const flags = (options: readonly CompletedOption[]): string =>
  options.flatMap(({ name, short }) => [`--${name}`, ...(short ? [`-${short}`] : [])]).join(' ');

/** Without `mapfile` and `compopt`, which macOS's bash 3.2 lacks; `-o default` completes files where we offer nothing. */
function bash(program: CompletedProgram): string {
  const commands = Object.entries(program.commands ?? {});
  const withValue = [...program.options, ...commands.flatMap(([, { options }]) => options)].filter(
    ({ value }) => value !== undefined,
  );
  const choices = new Map(
    withValue.flatMap(({ name, value }) => (Array.isArray(value) ? [[name, value.join(' ')]] : [])),
  );
  const free = [...new Set(withValue.map(({ name }) => name))].filter((name) => !choices.has(name));
  const offer = (words: string): string => `COMPREPLY=($(compgen -W '${words}' -- "$current"))`;
  return `# bash completion of ${program.name}
${functionName(program)}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command=''
  if [ "$COMP_CWORD" -gt 1 ]; then command="\${COMP_WORDS[1]}"; fi
  COMPREPLY=()
  case "$previous" in
${[...choices].map(([name, words]) => `    --${name}) ${offer(words!)}; return ;;\n`).join('')}${free.length ? `    ${free.map((name) => `--${name}`).join('|')}) return ;;\n` : ''}  esac
  case "$command" in
${commands.map(([name, { options, words }]) => `    ${name}) ${offer([...words, flags(options)].join(' '))}; return ;;\n`).join('')}  esac
  case "$current" in
    -*) ${offer(flags(program.options))} ;;
${commands.length ? `    *) ${offer(commands.map(([name]) => name).join(' '))} ;;\n` : ''}  esac
}
complete -o default -F ${functionName(program)} ${program.name}
`;
}

function zsh(program: CompletedProgram): string {
  const commands = Object.entries(program.commands ?? {});
  const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
  const specifications = (options: readonly CompletedOption[]): string =>
    options
      .flatMap(({ name, short, help, value }) => {
        const text = help.replace(/[[\]\\:]/g, '\\$&');
        const action = Array.isArray(value)
          ? `:${name}:(${value.join(' ')})`
          : value === undefined
            ? ''
            : `:${name}:${value === 'file' ? '_files' : ''}`;
        return [`--${name}`, ...(short ? [`-${short}`] : [])].map((flag) =>
          quoted(`*${flag}[${text}]${action}`),
        );
      })
      .join(' \\\n      ');
  const own = `_arguments ${specifications(program.options)} \\\n      '*:file:_files'`;
  const body = commands.length
    ? `  if (( CURRENT == 2 )) && [[ $PREFIX != -* ]]; then
    local -a commands=(
${commands.map(([name, { help }]) => `      ${quoted(`${name}:${help}`)}\n`).join('')}    )
    _describe command commands
    return
  fi
  case "$words[2]" in
${commands.map(([name, { options, words }]) => `    ${name}) _arguments ${[specifications(options), words.length ? `'2:word:(${words.join(' ')})'` : '', "'*:file:_files'"].filter(Boolean).join(' \\\n      ')} ;;\n`).join('')}    *) ${own} ;;
  esac`
    : `  ${own}`;
  return `#compdef ${program.name}
${functionName(program)}() {
${body}
}
compdef ${functionName(program)} ${program.name}
`;
}

function fish(program: CompletedProgram): string {
  const quoted = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`;
  const lines = (options: readonly CompletedOption[], condition: string): string[] =>
    options.map(({ name, short, help, value }) => {
      const action = Array.isArray(value)
        ? ` -x -a ${quoted(value.join(' '))}`
        : value === undefined
          ? ''
          : value === 'file'
            ? ' -r -F'
            : ' -x';
      return `complete -c ${program.name}${condition} -l ${name}${short ? ` -s ${short}` : ''} -d ${quoted(help)}${action}`;
    });
  const commands = Object.entries(program.commands ?? {});
  const none = commands.length ? ' -n __fish_use_subcommand' : '';
  return `${[
    `# fish completion of ${program.name}`,
    ...lines(program.options, none),
    ...commands.flatMap(([name, { help, options, words }]) => [
      `complete -c ${program.name}${none} -f -a ${name} -d ${quoted(help)}`,
      ...(words.length
        ? [
            `complete -c ${program.name} -n '__fish_seen_subcommand_from ${name}' -f -a '${words.join(' ')}'`,
          ]
        : []),
      ...lines(options, ` -n '__fish_seen_subcommand_from ${name}'`),
    ]),
  ].join('\n')}\n`;
}
