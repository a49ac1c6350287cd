import { describe, expect, it } from 'vitest';
import { BuildError } from '../build/errors.ts';
import type { ProjectService } from '@device-supervisor/compose-project';
import { chooseRunnable } from './build-services.ts';

function service(name: string, ...dependencies: string[]): ProjectService {
  return { name, dependencies, image: name, build: null, environment: {}, labels: {}, composition: {}, watch: [] };
}

const FAILURE = new BuildError('exit code 2', {
  service: 'a',
  dockerfile: 'a/Dockerfile',
  line: null,
  step: { number: 2, total: 3, instruction: 'RUN make' },
  output: '',
});

describe('chooseRunnable', () => {
  const services = [service('a'), service('b', 'a'), service('c', 'b'), service('d')];

  it('leaves out the services that need a missing image, and no others', () => {
    const result = chooseRunnable(services, { failures: new Map([['a', FAILURE]]), hasImage: () => false });
    expect(result.runnable.map(({ name }) => name)).toEqual(['d']);
    expect([...result.notBuilt]).toEqual([
      ['a', 'cannot be built: a/Dockerfile, step 2/3: RUN make'],
      ['b', 'depends_on: needs a, which cannot run'],
      ['c', 'depends_on: needs b, which cannot run'],
    ]);
  });

  it('goes on with the image that was built before', () => {
    const result = chooseRunnable(services, { failures: new Map([['a', FAILURE]]), hasImage: () => true });
    expect(result.runnable).toEqual(services);
    expect([...result.notBuilt]).toEqual([
      ['a', 'cannot be built: a/Dockerfile, step 2/3: RUN make; the image that was built before is used'],
    ]);
  });
});
