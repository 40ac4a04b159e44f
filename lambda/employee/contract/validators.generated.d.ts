import { type SchemaError } from './problems';

interface Validator {
  (value: unknown): boolean;
  errors?: readonly SchemaError[] | null;
}

export declare const newEmployee: Validator;
export declare const employeeChange: Validator;
export declare const leaveAdjustment: Validator;
export declare const leaveDeduction: Validator;
export declare const listQuery: Validator;
export declare const teamQuery: Validator;
