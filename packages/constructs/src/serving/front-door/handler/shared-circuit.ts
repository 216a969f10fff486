import type { Admission, CircuitBreaker } from './circuit-breaker';
import type { StateStore } from './state-store';

/** For how long a container trusts what it last heard from the others; in milliseconds. */
const trustMilliseconds = 2000;
/** For a trial that ended to say so before another begins; in milliseconds. */
const reportMilliseconds = 1000;

/**
 * A circuit that all containers of the function share: each new one would otherwise have to find out by failed calls
 * of its own. What cannot be read or written is left out: the container's own circuit always works.
 */
export class SharedCircuit {
  private heardAt = 0;

  constructor(
    private readonly own: CircuitBreaker,
    private readonly store: StateStore,
    private readonly now: () => number,
    /** The longest that a call may take. */
    private readonly callMilliseconds: number,
  ) {}

  get openUntil(): number {
    return this.own.openUntil;
  }

  async admit(): Promise<Admission | undefined> {
    if (this.own.state === 'closed' && this.now() - this.heardAt > trustMilliseconds) {
      this.heardAt = this.now();
      const until = await this.store.circuitOpenUntil();
      // Also where that time is over: nobody may do more than try until a trial has gone well.
      if (until > 0) this.own.open(until);
    }
    const admission = this.own.admit();
    if (admission !== 'trial') return admission;
    // Half-open: one container tries for all; the others ask again a little later.
    const since = this.now();
    if (await this.store.claimTrial(since, since + this.callMilliseconds + reportMilliseconds))
      return 'trial';
    this.own.open(this.now() + trustMilliseconds);
    return undefined;
  }

  async succeeded(admission: Admission): Promise<void> {
    this.own.succeeded(admission);
    if (admission === 'trial') await this.store.setCircuit(0);
  }

  async failed(admission: Admission): Promise<void> {
    const before = this.own.openUntil;
    this.own.failed(admission);
    if (this.own.openUntil !== before) await this.store.setCircuit(this.own.openUntil);
  }
}
