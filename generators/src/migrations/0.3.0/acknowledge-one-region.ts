import { acknowledgeOneRegion } from '@wa-ml/project';
import { nxMigration } from '../nx-migration';

export default nxMigration(acknowledgeOneRegion);
