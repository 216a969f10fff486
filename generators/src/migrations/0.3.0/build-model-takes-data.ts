import { buildModelTakesData } from '@wa-ml/project';
import { nxMigration } from '../nx-migration';

export default nxMigration(buildModelTakesData);
