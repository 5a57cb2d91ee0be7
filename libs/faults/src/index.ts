export {
  FaultSwitches,
  GUARDS,
  KILL_POINTS,
  clockFile,
  faults,
  guardFile,
  killFile,
  refusalOfFaults,
} from './switches.js';
export type { Guard, KillPoint } from './switches.js';
