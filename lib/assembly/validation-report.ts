/** One rule that constructs break. */
export interface Violation {
  readonly ruleName: string;
  readonly description: string;
  readonly severity?: string;
  readonly violatingConstructs: readonly { readonly constructPath?: string }[];
}

/** The part of `validation-report.json` that commands read: what the packs and CloudFormation Validate found. */
export interface ValidationReport {
  readonly pluginReports: readonly {
    readonly pluginName: string;
    readonly violations?: readonly Violation[];
    readonly suppressedViolations?: readonly (Violation & {
      readonly reason: string;
      readonly acknowledgedAt?: string;
      readonly acknowledgedId: string;
    })[];
  }[];
}
