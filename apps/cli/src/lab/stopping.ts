/** Status after a signal, as a shell has it. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Runs what can be stopped. Ctrl-C, or a signal to end, stops it at once: null then, and the exit status is the signal's;
 * `said` tells whoever stopped it how to go on.
 */
export async function untilStopped<Value>(
  work: (signal: AbortSignal) => Promise<Value>,
  said: () => string,
): Promise<Value | null> {
  const stop = new AbortController();
  let status = 0;
  const stops = Object.entries(SIGNALS).map(([name, of]) => {
    const handler = () => {
      status = of;
      stop.abort();
    };
    process.on(name, handler);
    return () => process.off(name, handler);
  });
  try {
    return await work(stop.signal);
  } catch (error) {
    if (!stop.signal.aborted || error !== stop.signal.reason) throw error;
    console.error(said());
    process.exitCode = status;
    return null;
  } finally {
    for (const forget of stops) forget();
  }
}
