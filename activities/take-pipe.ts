import { Context } from '@temporalio/activity';
import { type Claim, claimPipe, unclaimed } from '../media/client.ts';

/** Writers of the `said` pipe in the order in which they may take it: what is known at once, then the bank's answer, then the model's. */
export const writerRank = { lookup: 0, bank: 500, think: 1_000 } as const;

export interface TakenPipe {
  readonly claim: Claim;
  readonly writer: number;
}

/**
 * Takes a pipe over from earlier attempts, which may still be running where they were given up for dead.
 * @param options `rank`: of the activity among those that write the pipe; `others`: another activity may have written already, so
 * even a first attempt must look.
 */
export async function takePipe(
  url: string,
  signal: AbortSignal,
  { rank = 0, others = false }: { readonly rank?: number; readonly others?: boolean } = {},
): Promise<TakenPipe> {
  const { attempt } = Context.current().info;
  const writer = rank + attempt;
  return { writer, claim: attempt > 1 || others ? await claimPipe(url, writer, signal) : unclaimed };
}
