import type { Capability } from '../capability';
import { cost } from './cost';
import { data } from './data';
import { delivery } from './delivery';
import { foundation } from './foundation';
import { model } from './model';
import { monitoring } from './monitoring';
import { recovery } from './recovery';
import { runtime } from './runtime';
import { serving } from './serving';
import { training } from './training';
import { workspace } from './workspace';

/** All capabilities; a new one is a folder beside these and a line here. */
export const capabilities: readonly Capability[] = [
  workspace,
  model,
  runtime,
  foundation,
  data,
  training,
  serving,
  monitoring,
  recovery,
  cost,
  delivery,
];
