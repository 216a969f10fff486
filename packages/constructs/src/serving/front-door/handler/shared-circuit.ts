import type { CircuitBreaker } from './circuit-breaker';
import type { StateStore } from './state-store';

/** For how long a container trusts what it last heard from the others; in milliseconds. */
const trustMilliseconds = 2000;

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
  ) {}

  get openUntil(): number {
    return this.own.openUntil;
  }

  async admit(): Promise<boolean> {
    if (this.own.state === 'closed' && this.now() - this.heardAt > trustMilliseconds) {
      this.heardAt = this.now();
      const until = await this.store.circuitOpenUntil();
      if (until > this.now()) this.own.open(until);
    }
    if (!this.own.admit()) return false;
    if (this.own.openUntil === 0) return true;
    // Half-open: one container tries for all; the others wait for as long as a circuit stays open.
    if (await this.store.claimTrial(this.now())) return true;
    this.own.open(this.now() + trustMilliseconds);
    return false;
  }

  async succeeded(): Promise<void> {
    const wasOpen = this.own.openUntil !== 0;
    this.own.succeeded();
    if (wasOpen) await this.store.setCircuit(0);
  }

  async failed(): Promise<void> {
    const before = this.own.openUntil;
    this.own.failed();
    if (this.own.openUntil !== before) await this.store.setCircuit(this.own.openUntil);
  }
}
