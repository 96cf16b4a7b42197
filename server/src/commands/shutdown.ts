/**
 * Waits for SIGTERM or SIGINT, then disposes what runs. A second signal ends the process at once.
 *
 * @param running what is stopped; its disposal drains it
 */
export const untilSignal = async (running: AsyncDisposable): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let signalled = false;
  const onSignal = () => {
    if (signalled) process.exit(130);
    signalled = true;
    resolve();
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  await promise;
  await running[Symbol.asyncDispose]();
};
