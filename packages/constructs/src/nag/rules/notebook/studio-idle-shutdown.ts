import type { MlRule } from '../../ml-rule';
import { at, isGiven } from '../../reading';

const settings = ['DefaultUserSettings'];
const idle = ['AppLifecycleManagement', 'IdleSettings', 'LifecycleManagement'];
/** Apps of SageMaker Studio that can stop themselves. */
const apps = ['JupyterLabAppSettings', 'CodeEditorAppSettings'] as const;

export const studioIdleShutdown: MlRule = {
  id: 'studio-idle-shutdown',
  policy: 'COST-5',
  resources: ['AWS::SageMaker::Domain'],
  what: 'Apps of the Studio domain run, and are paid for, when nobody uses them.',
  why: 'Idle settings stop them; they are off by default.',
  check({ properties }) {
    const wrong = apps.filter((app) => at(properties, ...settings, app, ...idle) !== 'ENABLED');
    // JupyterLab is there by default; the code editor only where it is set up.
    return wrong.filter(
      (app) => app === 'JupyterLabAppSettings' || isGiven(properties, ...settings, app),
    );
  },
};
