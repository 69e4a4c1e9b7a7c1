import type { Client, ScheduleOptions, ScheduleUpdateOptions } from '@temporalio/client';

/** Makes a schedule, or changes the one of that id. @param known whether there is one. */
export async function putSchedule({ schedule }: Client, known: boolean, options: ScheduleOptions): Promise<void> {
  if (!known) await schedule.create(options);
  else await schedule.getHandle(options.scheduleId).update((before) => ({ ...before, ...options }) as ScheduleUpdateOptions);
}
