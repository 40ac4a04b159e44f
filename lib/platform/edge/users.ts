import * as cdk from 'aws-cdk-lib';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { type EnvironmentConfig, environmentId } from '../../config/environment';
import { removalPolicy } from '../../config/removal';
import { USER_GROUPS } from '../../config/user-groups';

export interface UsersProps {
  /** The environment. */
  readonly config: EnvironmentConfig;
}

/**
 * Who may sign in. The frontend signs in with SRP, so no password leaves the browser, and reads the attributes out of the
 * ID token. What an account may do says its group, which only administrators change.
 */
export class Users extends Construct {
  readonly pool: cognito.UserPool;
  readonly client: cognito.UserPoolClient;

  /** Of the tokens. */
  readonly issuer: string;

  constructor(scope: Construct, id: string, { config }: UsersProps) {
    super(scope, id);
    const { mfa, selfSignUp = false, threatProtection } = config.edge;

    // Cognito can add attributes later, but never change or remove one, nor what is required.
    this.pool = new cognito.UserPool(this, 'Pool', {
      userPoolName: environmentId(config.name),
      selfSignUpEnabled: selfSignUp,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      standardAttributes: {
        email: { required: true, mutable: true },
        fullname: { required: true, mutable: true },
      },
      customAttributes: {
        position: new cognito.StringAttribute({ mutable: true }),
        department: new cognito.StringAttribute({ mutable: true }),
        employeeId: new cognito.NumberAttribute({ mutable: true }),
      },
      autoVerify: { email: true },
      // The employee service knows people by their address, so one that is not confirmed must never be in a token.
      keepOriginal: { email: true },
      mfa: mfa === 'required' ? cognito.Mfa.REQUIRED : cognito.Mfa.OPTIONAL,
      // No text messages: they cost money and can be intercepted.
      mfaSecondFactor: { otp: true, sms: false },
      passwordPolicy: {
        minLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
        tempPasswordValidity: cdk.Duration.days(3),
      },
      accountRecovery: cognito.AccountRecovery.EMAIL_ONLY,
      featurePlan: threatProtection ? cognito.FeaturePlan.PLUS : cognito.FeaturePlan.ESSENTIALS,
      standardThreatProtectionMode: threatProtection ? cognito.StandardThreatProtectionMode.FULL_FUNCTION : undefined,
      deletionProtection: config.protection,
      removalPolicy: removalPolicy(config),
    });
    const { region } = cdk.Stack.of(this);
    this.issuer = `https://cognito-idp.${region}.amazonaws.com/${this.pool.userPoolId}`;
    Object.entries(USER_GROUPS).forEach(([groupName, description], precedence) =>
      this.pool.addGroup(`Group-${groupName}`, { groupName, description, precedence }),
    );

    // Cognito refuses a client that may not write what is required.
    const required = new cognito.ClientAttributes().withStandardAttributes({ email: true, fullname: true });
    this.client = this.pool.addClient('Frontend', {
      authFlows: { userSrp: true },
      // No hosted pages: a callback address would tie the client to the distribution, and the distribution to the client.
      disableOAuth: true,
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      // By default a token holds no custom attribute.
      readAttributes: required
        .withStandardAttributes({ emailVerified: true })
        .withCustomAttributes('position', 'department', 'employeeId'),
      // A sign-up that sends an attribute its client may not write is refused as a whole.
      writeAttributes: selfSignUp ? required.withCustomAttributes('position', 'department') : required,
      accessTokenValidity: cdk.Duration.hours(1),
      idTokenValidity: cdk.Duration.hours(1),
      refreshTokenValidity: cdk.Duration.days(7),
    });
  }
}
