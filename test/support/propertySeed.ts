import fc from 'fast-check';
import { runsWhole } from './runs.ts';

// `npm test` decides whether a change may go in, so that it has to say the same of the same code each time. New inputs are for
// `npm run check`, which begins with another seed each time.
if (runsWhole()) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 1 });
