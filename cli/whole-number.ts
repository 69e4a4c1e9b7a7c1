import { InvalidArgumentError } from 'commander';

/** Reads an option that is a whole number within bounds. */
export const whole = (least: number, most: number) => (text: string) => {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new InvalidArgumentError(`It is a whole number from ${least} to ${most}.`);
};
