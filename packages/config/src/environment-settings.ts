import {
  acknowledgeSchema,
  recordSettings,
  type Acknowledgement,
  type RecordSettings,
} from './compliance-settings';
import { detectionSchema, type DetectionSettings } from './detection-settings';
import { notebooksSchema, notebookSettings, type NotebookSettings } from './notebook-settings';
import { recoveryRegionSchema } from './recovery-settings';
import type { Regime } from './regimes';
import type { WrittenEnvironment } from './schema';

/** What an environment can say about protection, recovery and people's workspaces. */
export const environmentFields = {
  recoveryRegion: recoveryRegionSchema,
  acknowledge: acknowledgeSchema,
  detection: detectionSchema,
  notebooks: notebooksSchema,
};

export interface ProtectionSettings {
  readonly compliance: readonly Regime[];
  readonly acknowledged: readonly Acknowledgement[];
  readonly records: RecordSettings;
  /** Undefined where nothing is copied to another region. */
  readonly recoveryRegion?: string;
  readonly detection: DetectionSettings;
  /** Undefined where nobody has a workspace. */
  readonly notebooks?: NotebookSettings;
}

/** Fills the defaults of what `environmentFields` describes. */
export function protectionSettings(
  written: WrittenEnvironment,
  compliance: readonly Regime[] = [],
): ProtectionSettings {
  const acknowledged = written.acknowledge ?? [];
  return {
    compliance,
    acknowledged,
    records: recordSettings(written.tier, compliance, acknowledged),
    ...(written.recoveryRegion ? { recoveryRegion: written.recoveryRegion } : {}),
    detection: { ...written.detection },
    ...(written.notebooks ? { notebooks: notebookSettings(written.notebooks) } : {}),
  };
}
