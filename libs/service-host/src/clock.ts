import { faults } from '@ballast/faults';
import { Injectable } from '@nestjs/common';

/** The only clock of a service; a test starts the service with another one. */
@Injectable()
export class Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number {
    return Date.now() + faults.clockOffsetMs();
  }

  /** The same instant in ISO 8601, UTC with milliseconds. */
  iso(): string {
    return new Date(this.now()).toISOString();
  }
}
