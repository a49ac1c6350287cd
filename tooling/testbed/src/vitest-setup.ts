import type { TestProject } from 'vitest/node';
import { bundleSupervisor } from './bundle-apps.ts';
import { NotInNamespaceError } from './errors.ts';
import { currentRun, RUN_VARIABLE } from './run-environment.ts';
import { startRegistry } from './start-registry.ts';
import { startTestEngine } from './start-test-engine.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** `unix:///path` of the engine that all system tests of a run share. */
    readonly engineEndpoint: string;
    /** `127.0.0.1:port` of the registry that they share. */
    readonly registry: string;
  }
}

/** One engine and one registry for a whole run of system tests. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (currentRun() === undefined) throw new NotInNamespaceError(RUN_VARIABLE);
  // Workers inherit the variable that says so.
  await bundleSupervisor();
  const resources = new AsyncDisposableStack();
  try {
    const engine = resources.use(await startTestEngine());
    const registry = resources.use(await startRegistry());
    project.provide('engineEndpoint', engine.endpoint);
    project.provide('registry', registry.host);
  } catch (error) {
    await resources.disposeAsync();
    throw error;
  }
  return () => resources.disposeAsync();
}
