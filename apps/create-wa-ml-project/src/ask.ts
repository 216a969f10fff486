import { resolve } from 'node:path';
import { DataError, describedFor, flavourParts, type InferredColumn } from '@wa-ml/blueprint';
import { readConfiguration } from '@wa-ml/config';
import {
  columnsOf,
  formatRows,
  readPeopleColumns,
  readPeopleData,
  requireUsable,
  wantsColours,
  wrap,
} from '@wa-ml/project';
import { createColors } from 'picocolors';
import { defaultChoices, refusal, textOf, type Choices } from './choices';
import { Cancelled } from './interruption';
import {
  questionsFor,
  type ManyQuestion,
  type OneQuestion,
  type Question,
  type TextQuestion,
} from './questions';

type Clack = typeof import('@clack/prompts');

/** What the flags said: choices, and a data file without its target. */
export interface Given extends Partial<Choices> {
  readonly dataFile?: string | undefined;
}

/**
 * Asks for what the flags did not say, then shows all of it and lets everything be changed before anything is written.
 * Each answer is checked by the reader of wa-ml.json, so that none is refused later.
 * @throws Cancelled, ConfigurationError and DirectoryError for what the flags said
 */
export async function ask({ dataFile, ...given }: Given, signal: AbortSignal): Promise<Choices> {
  const clack = await import('@clack/prompts');
  let choices: Choices = { ...defaultChoices, ...given };
  readConfiguration(textOf(choices));
  if (given.directory !== undefined) requireUsable(resolve(given.directory));
  const asker = new Asker(clack, signal);
  clack.intro('create-wa-ml-project');
  const answered = new Set(Object.keys(given));
  const askOpen = async (): Promise<void> => {
    for (;;) {
      const open = questionsFor(choices).find(({ id }) => !answered.has(id));
      if (!open) return;
      choices = {
        ...choices,
        ...(await asker.put(open, choices, open.kind === 'data' ? dataFile : undefined)),
      };
      answered.add(open.id);
    }
  };
  await askOpen();
  for (;;) {
    const next = await asker.confirm(choices);
    if (next === 'create') return choices;
    const question = await asker.pick(choices);
    if (!question) continue;
    choices = { ...choices, ...(await asker.put(question, choices)) };
    await askOpen(); // an environment more has an account
  }
}

/** What the terminal shows of a question, an answer and the summary. */
class Asker {
  private readonly paint = createColors(wantsColours(process.stdout));

  constructor(
    private readonly clack: Clack,
    private readonly signal: AbortSignal,
  ) {}

  /** @returns what the answer changes. */
  async put(question: Question, choices: Choices, file?: string): Promise<Partial<Choices>> {
    switch (question.kind) {
      case 'text':
        return await this.text(question, choices);
      case 'one':
        return await this.one(question, choices);
      case 'many':
        return await this.many(question, choices);
      case 'data':
        return await this.data(question, choices, file);
    }
  }

  async confirm(choices: Choices): Promise<'create' | 'change'> {
    const rows = questionsFor(choices).map(
      (question) => [question.label, question.shown(choices)] as const,
    );
    this.clack.note(formatRows(rows, columnsOf(process.stdout) - 8), 'This will be created');
    const answer = await this.answer(
      this.clack.select({
        message: 'Is it right?',
        options: [
          { value: 'create', label: 'Create' },
          { value: 'change', label: 'Change an answer' },
          { value: 'cancel', label: 'Cancel: nothing is written' },
        ],
        signal: this.signal,
      }),
    );
    if (answer === 'cancel') throw new Cancelled();
    return answer as 'create' | 'change';
  }

  /** @returns undefined to go back. */
  async pick(choices: Choices): Promise<Question | undefined> {
    const open = questionsFor(choices);
    const id = await this.answer(
      this.clack.select({
        message: 'Which answer?',
        options: [
          ...open.map((question) => ({
            value: question.id as string,
            label: question.label,
            hint: question.shown(choices),
          })),
          { value: '', label: 'Back' },
        ],
        signal: this.signal,
      }),
    );
    return open.find((question) => question.id === id);
  }

  private async text(question: TextQuestion, choices: Choices): Promise<Partial<Choices>> {
    const current = question.shown(choices);
    const value = await this.answer(
      this.clack.text({
        message: this.textMessage(question),
        placeholder: current,
        defaultValue: current,
        validate: (typed) => refusal({ ...choices, ...question.change(typed || current) }),
        signal: this.signal,
      }),
    );
    return question.change(value);
  }

  private async one(question: OneQuestion, choices: Choices): Promise<Partial<Choices>> {
    const value = await this.answer(
      this.clack.select({
        message: this.message(question),
        options: this.options(question).filter(
          (option) => question.offers?.(option.value, choices) ?? true,
        ),
        initialValue: question.shown(choices),
        signal: this.signal,
      }),
    );
    return { ...question.also?.(value, choices), [question.id]: value };
  }

  private async many(question: ManyQuestion, choices: Choices): Promise<Partial<Choices>> {
    for (;;) {
      const values = await this.answer(
        this.clack.multiselect({
          message: this.message(question),
          options: this.options(question),
          initialValues: [...(choices[question.id] as readonly string[])],
          required: false,
          signal: this.signal,
        }),
      );
      const change = { [question.id]: values };
      const reason = refusal({ ...choices, ...change });
      if (reason === undefined) return change;
      this.clack.log.error(reason);
    }
  }

  private async data(
    question: Question,
    choices: Choices,
    given: string | undefined,
  ): Promise<Partial<Choices>> {
    let file = given;
    if (file === undefined) {
      const source = await this.answer(
        this.clack.select({
          message: this.message(question),
          options: [
            { value: 'sample', label: 'A sample dataset: works at once, nothing to provide' },
            { value: 'file', label: 'A CSV file of yours: copied into the model, ignored by Git' },
          ],
          initialValue: choices.data ? 'file' : 'sample',
          signal: this.signal,
        }),
      );
      if (source === 'sample') return { data: undefined };
    }
    for (;;) {
      file ??= await this.answer(
        this.clack.text({
          message: 'Which file?',
          placeholder: 'customers.csv',
          validate: (typed) => problemOf(() => readPeopleColumns(typed ?? '')),
          signal: this.signal,
        }),
      );
      const target = await this.target(readPeopleColumns(file));
      if (target !== undefined) {
        const chosen = file;
        const { rows } = flavourParts[choices.flavour];
        const reason = problemOf(() => describedFor[rows](readPeopleData(chosen, target).schema));
        if (reason === undefined) return { data: readPeopleData(chosen, target) };
        this.clack.log.error(reason);
      } else file = undefined;
    }
  }

  /** @returns undefined for another file. */
  private async target(columns: readonly InferredColumn[]): Promise<string | undefined> {
    const index = await this.answer(
      this.clack.select({
        message: 'Which column shall it predict?',
        options: [
          ...columns.map((column, at) => ({
            value: String(at),
            label: `${column.name}: ${explainColumn(column)}`,
            disabled: column.use === false,
          })),
          { value: '', label: 'Another file' },
        ],
        signal: this.signal,
      }),
    );
    return columns[index === '' ? -1 : Number(index)]?.name;
  }

  private message({ message, description }: Question, width = Infinity): string {
    const more = description ? wrap(description, width).split('\n').map(this.paint.dim) : [];
    return [wrap(message, width), ...more].join('\n');
  }

  /** clack neither wraps nor borders the message of a text prompt. */
  private textMessage(question: Question): string {
    const width = columnsOf(process.stdout) - 4;
    const bar = `${this.paint.gray(this.clack.S_BAR)}  `;
    return this.message(question, width).split('\n').join(`\n${bar}`);
  }

  private options({ options }: OneQuestion | ManyQuestion): { value: string; label: string }[] {
    return options.map(({ value, explanation }) => ({ value, label: `${value}: ${explanation}` }));
  }

  private async answer<T>(prompt: Promise<T>): Promise<Exclude<T, symbol>> {
    const value = await prompt;
    if (this.clack.isCancel(value)) throw new Cancelled();
    return value as Exclude<T, symbol>;
  }
}

function explainColumn({ type, categories, min, max, use }: InferredColumn): string {
  if (use === false) return 'free text or an identifier';
  if (categories) return `${categories.length} classes`;
  return min === undefined ? type : `${type}, ${min} to ${max}`;
}

function problemOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof DataError) return `${error.what} ${error.why}`;
    throw error;
  }
}
