import yoctoSpinner from 'yocto-spinner';

/** Shows on a terminal that something is being done, once it takes a while. */
export async function working<T>(what: string, work: () => Promise<T>): Promise<T> {
  if (!process.stderr.isTTY) return work();
  const spinner = yoctoSpinner({ text: `${what} …`, stream: process.stderr });
  const late = setTimeout(() => spinner.start(), 300);
  try {
    return await work();
  } finally {
    clearTimeout(late);
    spinner.stop();
  }
}
