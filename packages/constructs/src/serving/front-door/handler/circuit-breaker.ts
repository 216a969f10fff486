import type { CircuitSettings } from './settings';

/** `closed`: calls go through; `open`: none does; `half-open`: one tries. */
export type CircuitState = 'closed' | 'open' | 'half-open';

/** A call that goes through: `trial` is the one that tries an endpoint that was unhealthy, and is not repeated. */
export type Admission = 'call' | 'trial';

/** Stops calling an endpoint that fails, and tries it again by single calls. It lives in one container of the function. */
export class CircuitBreaker {
  private calls: { readonly at: number; readonly failed: boolean }[] = [];
  private closedFrom = 0;
  private isTrying = false;

  /** @param now milliseconds since 1970 */
  constructor(
    private readonly settings: CircuitSettings,
    private readonly now: () => number,
  ) {}

  get state(): CircuitState {
    if (this.closedFrom === 0) return 'closed';
    return this.now() < this.closedFrom ? 'open' : 'half-open';
  }

  /** When the next call is tried; 0 while the circuit is closed. */
  get openUntil(): number {
    return this.closedFrom;
  }

  /** How a call may be made, if at all; who is let in says how it ended. */
  admit(): Admission | undefined {
    if (this.state === 'closed') return 'call';
    if (this.state === 'open' || this.isTrying) return undefined;
    this.isTrying = true;
    return 'trial';
  }

  succeeded(admission: Admission): void {
    if (admission === 'trial') {
      this.calls = [];
      this.closedFrom = 0;
      this.isTrying = false;
    }
    this.record(false);
  }

  failed(admission: Admission): void {
    this.record(true);
    // A call from before the circuit opened says nothing of now: the trial decides.
    if (this.closedFrom !== 0 && admission === 'call') return;
    const failures = this.calls.filter(({ failed }) => failed).length;
    const isBad =
      this.calls.length >= this.settings.minimumCalls &&
      failures / this.calls.length >= this.settings.failureShare;
    if (admission === 'trial' || isBad) this.open(this.now() + this.settings.openMilliseconds);
  }

  /** Opens the circuit, also because another container found the endpoint unhealthy. */
  open(until: number): void {
    this.closedFrom = until;
    this.isTrying = false;
  }

  private record(failed: boolean): void {
    const oldest = this.now() - this.settings.windowMilliseconds;
    this.calls = [...this.calls.filter(({ at }) => at > oldest), { at: this.now(), failed }];
  }
}
