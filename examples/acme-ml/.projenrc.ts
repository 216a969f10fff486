import { WaMlProject } from '@wa-ml/project';

new WaMlProject({ config: 'wa-ml.json' }).synth();
