import { z } from 'zod';
import { instanceTypeSchema } from './instances';

/** What people do in notebooks; each persona is a role with its own permissions. */
export const personas = ['scientist', 'engineer', 'reviewer'] as const;
export type Persona = (typeof personas)[number];

/** Minutes without work after which an app stops. Source: IdleSettings API reference (60 to 525,600). */
export const idleMinutesLimits = { min: 60, max: 525_600 } as const;
const defaultIdleMinutes = 60;
/** The smallest that JupyterLab runs on in comfort; people choose up to what `largest` lists. */
const defaultInstanceType = 'ml.t3.medium';

export const notebooksSchema = z
  .strictObject({
    users: z
      .record(
        z
          .string()
          // Source: CreateUserProfile API reference.
          .regex(
            /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/,
            'is no name of a user profile: letters, digits and single hyphens, at most 63',
          ),
        z.enum(personas),
      )
      .describe(
        'Who has a workspace, by name, and as what: scientist (reads the data, starts training), engineer (starts training, reads artifacts, no data) or reviewer (reads reports).',
      ),
    idleMinutes: z
      .int()
      .min(idleMinutesLimits.min)
      .max(idleMinutesLimits.max)
      .optional()
      .describe('Minutes without work after which a notebook stops. Default: 60.'),
    instanceType: instanceTypeSchema
      .optional()
      .describe('Instance type that a notebook starts on. Default: ml.t3.medium.'),
  })
  .optional()
  .describe(
    'Workspaces of SageMaker Studio in the private network; they stop when idle. Default: none.',
  );

export interface NotebookSettings {
  readonly users: Readonly<Record<string, Persona>>;
  readonly idleMinutes: number;
  readonly instanceType: string;
}

/** Fills every default of the workspaces. */
export function notebookSettings(
  written: NonNullable<z.infer<typeof notebooksSchema>>,
): NotebookSettings {
  return {
    users: { ...written.users },
    idleMinutes: written.idleMinutes ?? defaultIdleMinutes,
    instanceType: written.instanceType ?? defaultInstanceType,
  };
}
