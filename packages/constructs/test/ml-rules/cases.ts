/** One resource of a template. */
export interface CaseResource {
  readonly Type: string;
  readonly Properties?: object;
  readonly Metadata?: Readonly<Record<string, unknown>>;
  /** Name of a condition, which is made with it. */
  readonly Condition?: string;
}
/** A template by logical ids; the rule is asked about its first resource. */
export type Case = Readonly<Record<string, CaseResource>>;

/** What a rule lets through, and what it does not: with the parts that the findings name, if it names any. */
export interface RuleCases {
  readonly compliant: readonly Case[];
  readonly broken: readonly (
    Case | { readonly template: Case; readonly parts: readonly string[] }
  )[];
  /** @default 'production' */
  readonly tier?: 'development' | 'production';
}

/** A template of one resource. */
export const one = (Type: string, Properties: object = {}): Case => ({
  Resource: { Type, Properties },
});
