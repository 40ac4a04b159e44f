import { type SchemaError } from './problems';

interface Validator {
  (value: unknown): boolean;
  errors?: readonly SchemaError[] | null;
}

export declare const newEmployee: Validator;
export declare const employeeChange: Validator;
export declare const leaveAdjustment: Validator;
export declare const leaveDeduction: Validator;
export declare const newLeave: Validator;
export declare const newQuest: Validator;
export declare const questActor: Validator;
export declare const questDecision: Validator;
export declare const listQuery: Validator;
export declare const teamQuery: Validator;
export declare const pageQuery: Validator;
export declare const questsQuery: Validator;
export declare const employeeQuery: Validator;
export declare const managerQuery: Validator;
