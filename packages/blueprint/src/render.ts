import { WaMlError } from '@wa-ml/config';
import Handlebars from 'handlebars';
import type { PlannedFile } from './planned-file';
import type { Template } from './templates';

/** A template names a variable that does not exist, or is no Handlebars. */
export class TemplateError extends WaMlError {
  constructor(source: string, reason: string) {
    super({
      code: 'TEMPLATE_INVALID',
      what: `The template ${source} cannot be rendered.`,
      why: `${reason}.`,
      next: 'This is a mistake of ours: report it with your wa-ml.json.',
    });
  }
}

const handlebars = Handlebars.create();
/** Text of a template -> its compiled form; a repository renders the same template once per model. */
const compiled = new Map<string, HandlebarsTemplateDelegate>();

/**
 * Renders one template; verbatim ones are only given their place.
 * @param variables what a template may name; a name that is not there is an error, never an empty string.
 * @throws TemplateError
 */
export function render(
  template: Template,
  variables: Readonly<Record<string, unknown>>,
): PlannedFile {
  const model = variables['model'];
  const path =
    typeof model === 'string' ? template.path.replaceAll('__model__', model) : template.path;
  const content = template.rendered ? rendered(template, variables) : template.content;
  return {
    path,
    owner: template.owner,
    content,
    // By its first line and not by its mode: an archive and a file system may lose that.
    ...(typeof content === 'string' && content.startsWith('#!') ? { executable: true } : {}),
  };
}

function rendered(template: Template, variables: Readonly<Record<string, unknown>>): string {
  if (typeof template.content !== 'string')
    throw new TemplateError(template.source, 'It is no UTF-8 text');
  try {
    let run = compiled.get(template.content);
    if (!run) {
      run = handlebars.compile(template.content, { strict: true, noEscape: true });
      compiled.set(template.content, run);
    }
    return run(variables);
  } catch (error) {
    throw new TemplateError(
      template.source,
      error instanceof Error ? error.message : String(error),
    );
  }
}
