/** Checks of what JSON holds, for those who parse it. */

import { parseToken } from "./token.ts";

/** Whether a value is what it should be. */
export type Check = (value: unknown) => boolean;

/** Whether a value is an object whose fields are what they should be. */
export function hasFields(
  value: unknown,
  checks: Record<string, Check>,
): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const fields = value as Record<string, unknown>;
  return Object.entries(checks).every(([name, check]) => check(fields[name]));
}

/** Checked before work is done for it. */
export function isToken(value: unknown): boolean {
  return isString(value) && parseToken(value).ok;
}

export function isString(value: unknown): value is string {
  return typeof value === "string";
}

export function isStringOrNull(value: unknown): boolean {
  return value === null || isString(value);
}

export function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isString);
}

export function isNumbers(value: unknown): boolean {
  return hasFields(value, {}) && !Array.isArray(value) &&
    Object.values(value).every((item) => typeof item === "number");
}

/** A whole number that is not negative. */
export function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** 0 to 1. */
export function isShare(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && value <= 1;
}

/** Bits of work. */
export function isHeight(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && value < 256;
}

export function isAbsent(value: unknown): boolean {
  return value === undefined;
}

export function isAbsentOr(check: Check): Check {
  return (value) => isAbsent(value) || check(value);
}
