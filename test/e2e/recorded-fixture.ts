import { join } from 'node:path';
import { startAppFixture, type AppFixture, type SupervisorProcess } from '@device-supervisor/testbed';
import { startRecordingProxy, type RecordingProxy } from './recording-proxy.ts';

/** An app fixture whose supervisor reaches the engine through a recording proxy. */
export interface RecordedFixture extends AsyncDisposable {
  readonly fixture: AppFixture;
  readonly proxy: RecordingProxy;
  readonly supervisor: SupervisorProcess;
}

type Image = Parameters<AppFixture['buildImage']>[0];

/** @param images to build besides the fixture's own */
export async function startRecordedFixture(appId: number, images: readonly Image[]): Promise<RecordedFixture> {
  await using stack = new AsyncDisposableStack();
  const fixture = stack.use(await startAppFixture(appId));
  for (const image of images) await fixture.buildImage(image);
  const { endpoint, directory } = fixture.engine;
  const proxy = stack.use(await startRecordingProxy(endpoint, join(directory, 'recording.sock')));
  const supervisor = stack.use(await fixture.startSupervisor(proxy.endpoint));
  const owned = stack.move();
  return { fixture, proxy, supervisor, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
