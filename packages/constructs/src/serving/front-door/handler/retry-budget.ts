import type { RetrySettings } from './settings';

/** A bucket of tokens: requests fill it by a share each, repeated calls empty it by one each. */
export class RetryBudget {
  private tokens: number;

  constructor(private readonly settings: RetrySettings) {
    this.tokens = settings.tokens;
  }

  /** One more request came. */
  earn(): void {
    this.tokens = Math.min(this.settings.maxTokens, this.tokens + this.settings.share);
  }

  /** Whether a call may be repeated; then a token is gone. */
  spend(): boolean {
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}
